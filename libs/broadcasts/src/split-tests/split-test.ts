import { variantNames, type BroadcastTest } from '#contracts';
import { addDuration } from '#graph';
import type { Database, Tx } from '#platform';
import type { BroadcastRow, TestResult } from '../broadcast/broadcast.queries.js';
import { hasOpenBatch } from '../pacing/feed.js';
import { hasSampleAhead } from '../pacing/turns.js';
import { verdictInWords, verdictOf } from './verdict.js';

/** What became of the sample's mails of one variant. */
export interface VariantFigures {
  sent: number;
  delivered: number;
  clicked: number;
  /** People who began a course between their mail and the verdict, or until now. */
  enrolled: number;
}

type Tested = Pick<BroadcastRow, 'id' | 'test' | 'frozen_at' | 'test_result'>;

/** Figures of each variant, in their order. */
async function variantFigures(tx: Tx, row: Tested): Promise<VariantFigures[]> {
  const figures = row.test!.variants.map(() => ({ sent: 0, delivered: 0, clicked: 0, enrolled: 0 }));
  const at = new Map(figures.map((one, variant) => [variantNames[variant]!, one]));
  const counted = await tx.rows<{ node_id: string; what: 'sent' | 'delivered' | 'clicked'; n: number }>(
    `select c.node_id, c.state as what, sum(c.n)::int as n from cortex.automation_totals c
     where c.automation_id = $1 and c.node_id <> ''
       and (c.what = 'mail' and c.state = 'sent' or c.what = 'mail_outcome' and c.state in ('delivered', 'clicked'))
     group by 1, 2`,
    [row.id],
  );
  for (const { node_id, what, n } of counted) at.get(node_id)![what] = n;
  const enrolled = await tx.rows<{ node_id: string; n: number }>(
    `select m.node_id, count(distinct m.person_id)::int as n
     from public.crm_activities a
     join cortex.messages m on m.person_id = a.person_id and m.broadcast_id = $1 and m.node_id is not null
       and m.sent_at <= a.occurred_at
     where a.type = 'course.enrolled' and a.occurred_at >= $2 and a.occurred_at <= coalesce($3, cortex.now())
     group by 1`,
    [row.id, row.frozen_at, row.test_result?.at ?? null],
  );
  for (const { node_id, n } of enrolled) at.get(node_id)!.enrolled = n;
  return figures;
}

/**
 * Goes on with one test: once its sample has left the wait begins, and when that is over the rest gets the better one.
 * @returns whether there was one to go on with
 */
export const decideTest = (database: Database): Promise<boolean> =>
  database.tx(async (tx) => {
    const row = await tx.row<Tested & { test: BroadcastTest; decides_at: Date | null }>(
      `select b.id, b.test, b.frozen_at, b.test_result, b.decides_at from cortex.broadcasts b
       where b.status = 'sending' and b.by_turns and b.test is not null and b.winner is null
         and case when b.decides_at is not null then b.decides_at <= cortex.now()
           else not ${hasSampleAhead}
             and not exists (select from cortex.outgoing o where o.broadcast_id = b.id)
             and not ${hasOpenBatch('b.id')} end
       order by b.id limit 1 for update skip locked`,
    );
    if (!row) return false;
    if (row.decides_at) await decide(tx, row, row.test);
    else
      await tx.run('update cortex.broadcasts set decides_at = $2, updated_at = cortex.now() where id = $1', [
        row.id,
        addDuration(await tx.now(), row.test.wait, 'UTC'),
      ]);
    return true;
  });

async function decide(tx: Tx, row: Tested, test: BroadcastTest): Promise<void> {
  const figures = await variantFigures(tx, row);
  const outcomes = figures.map(({ sent, clicked, enrolled }) => ({
    sent,
    hits: Math.min(sent, test.winner_by === 'clicks' ? clicked : enrolled),
  }));
  const verdict = verdictOf(outcomes);
  const { winner, probability, differs } = verdict;
  await setWinner(tx, row.id, winner, {
    chosen_by: 'test',
    probability,
    differs,
    sentence: verdictInWords(verdict, outcomes, test.winner_by),
  });
}

/** From here on the rest gets this variant. The broadcast is locked. */
export async function setWinner(tx: Tx, id: string, winner: number, found: Omit<TestResult, 'at'>): Promise<void> {
  const result: TestResult = { at: (await tx.now()).toISOString(), ...found };
  await tx.run(
    `update cortex.broadcasts set winner = $2, test_result = $3::jsonb, turns_from = cortex.now(), updated_at = cortex.now()
     where id = $1`,
    [id, winner, JSON.stringify(result)],
  );
}

/** How far a test is, and what each variant has brought. */
export async function testOf(tx: Tx, row: BroadcastRow, test: BroadcastTest) {
  const subjects = await tx.rows<{ id: string; subject: string }>(
    'select c.id, c.subject from cortex.mail_contents c where c.id = any($1::uuid[])',
    [row.variant_contents ?? []],
  );
  const subjectOf = new Map(subjects.map(({ id, subject }) => [id, subject]));
  const templates = await tx.rows<{ id: string; name: string }>(
    'select t.id, t.name from cortex.templates t where t.id = any($1::uuid[])',
    [test.variants.map(({ template_id }) => template_id ?? row.template_id)],
  );
  const nameOf = new Map(templates.map(({ id, name }) => [id, name]));
  const figures = await variantFigures(tx, row);
  const result = row.test_result;
  const state = result ? 'decided' : row.decides_at ? 'waiting' : row.frozen_at ? 'sampling' : 'not_started';
  return {
    on: test.on,
    winner_by: test.winner_by,
    state: state as 'decided' | 'waiting' | 'sampling' | 'not_started',
    decides_at: row.decides_at?.toISOString() ?? null,
    decided_at: result?.at ?? null,
    winner: row.winner,
    chosen_by: result?.chosen_by ?? null,
    probability: result?.probability ?? null,
    differs: result?.differs ?? null,
    sentence: result?.sentence ?? null,
    variants: test.variants.map(({ subject, template_id, html }, variant) => ({
      name: variantNames[variant]!,
      subject: subjectOf.get(row.variant_contents?.[variant] ?? '') ?? (subject || row.subject),
      design: html === undefined ? (nameOf.get(template_id ?? row.template_id ?? '') ?? null) : null,
      ...figures[variant]!,
    })),
  };
}
