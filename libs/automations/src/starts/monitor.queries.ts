import { leadIsEnrolled, loadListDefinitions } from '#directory';
import type { Tx } from '#platform';
import { dependencies, everyone, shift, toSql, type Span } from '#rules';
import { engineMoment } from './live.queries.js';
import type { EntryLimit, Start } from './starts.js';

export type Monitor = Extract<Start, { by: 'monitor' }>;

export interface MonitorQuestion {
  automationId: string;
  start: Monitor;
  limit: EntryLimit;
}

/** Somebody who matches: a person, or one of their leads. */
export interface Match {
  person_id: string;
  lead_id: string | null;
}

/** Milliseconds; a monitor that takes longer is reported instead of holding up the others. */
const TIMEOUT = 60_000;

/**
 * The people behind those who match now and may enter by the limit, whose lead (or themselves) is oldest first; at most
 * `limit`. Stops reading when it has found enough, so that a long backlog costs each round only what it takes in.
 */
export async function monitorCandidates(tx: Tx, question: MonitorQuestion, limit: number): Promise<string[]> {
  const { text, values } = await matching(tx, question, { seen: 'left out', oldestFirst: true });
  const rows = await tx.rows<{ person_id: string }>(
    `select person_id from (${text}) m order by since, lead_id limit $${values.length + 1}`,
    [...values, limit],
  );
  return [...new Set(rows.map((row) => row.person_id))];
}

/**
 * Who of these people matches now and may enter by the limit, one row per person; over leads the newest lead of each.
 * Asked of people whose locks are held, it is the decision.
 */
export async function monitorMatches(
  tx: Tx,
  question: MonitorQuestion,
  options: { limit: number; personIds: readonly string[] },
): Promise<Match[]> {
  const { text, values } = await matching(tx, question, { seen: 'left out', personIds: options.personIds });
  return tx.rows<Match>(
    `select person_id, lead_id from (
       select distinct on (person_id) person_id, lead_id, since
       from (${text}) m order by person_id, since desc, lead_id desc) one
     order by since, person_id limit $${values.length + 1}`,
    [...values, options.limit],
  );
}

/** How many people match now and have not entered, whether or not they were there at an earlier publishing. */
export async function countMatching(tx: Tx, question: MonitorQuestion): Promise<number> {
  const { text, values } = await matching(tx, question, { seen: 'taken too' });
  await tx.run(`set local statement_timeout = ${TIMEOUT}`);
  const row = await tx.row<{ people: number }>(
    `select count(distinct person_id)::int as people from (${text}) m`,
    values,
  );
  await tx.run('set local statement_timeout = 0');
  return row!.people;
}

/** Marks everybody who matches now, so that they are left alone. */
export async function markMatchingAsSeen(tx: Tx, question: MonitorQuestion): Promise<void> {
  const { text, values } = await matching(tx, question, { seen: 'left out' });
  await tx.run(
    `insert into cortex.automation_seen (automation_id, person_id, entry_key)
     select $1, person_id, entry_key from (${text}) m
     on conflict (automation_id, person_id, entry_key) do update set seen_at = excluded.seen_at`,
    values,
  );
}

export const forgetSeen = (tx: Tx, automationId: string): Promise<number> =>
  tx.run('delete from cortex.automation_seen where automation_id = $1', [automationId]);

/**
 * Of a lead that may enter once: it has not brought its person in, nor was it there at the publishing. Says by the
 * lead what the entry limit says of the person, so that it can be asked before the lead's person is looked up. OFFSET has it
 * asked lead by lead, by index: as a join it would read every run there ever was.
 */
const leadIsNew = [
  `not exists (select from cortex.automation_runs r join cortex.people q on q.person_id = r.person_id
    where r.automation_id = $1 and r.lead_id = l.id and r.entry_key = 'lead:' || l.id::text
      and q.address = cortex.address(l.email) collate "C" offset 0)`,
  `not exists (select from cortex.automation_seen s join cortex.people q on q.person_id = s.person_id
    where s.automation_id = $1 and s.entry_key = 'lead:' || l.id::text and s.entry_key <> 'once'
      and q.address = cortex.address(l.email) collate "C" offset 0)`,
];

/** The set of those who match: person_id, lead_id, entry_key, since. `$1` is the automation. */
async function matching(
  tx: Tx,
  { automationId, start, limit }: MonitorQuestion,
  options: { seen: 'left out' | 'taken too'; personIds?: readonly string[]; oldestFirst?: boolean },
): Promise<{ text: string; values: unknown[] }> {
  const moment = await engineMoment(tx);
  const values: unknown[] = [automationId];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const ago = (span: { n: number; unit: string }): string =>
    bind(new Date(shift(moment, span as Span, 'ago')).toISOString(), 'timestamptz');
  const where: string[] = [everyone];
  if (options.personIds) where.push(`p.person_id = any(${bind(options.personIds, 'uuid[]')})`);
  if (start.rules) {
    const lists = await loadListDefinitions(tx, dependencies(start.rules).lists);
    const rule = toSql(start.rules, { ...moment, lists, persons: options.personIds, offset: values.length });
    values.push(...rule.values);
    where.push(`(${rule.text})`);
  }
  const lead = start.over === 'leads' ? start.lead : undefined;
  const key = lead && limit.unit.by === 'lead' ? "'lead:' || l.id::text" : "'once'";
  const ofLead: string[] = [];
  if (lead) {
    ofLead.push(`l.created_at <= ${ago(lead.older_than)}`, `l.created_at > ${ago(lead.within)}`);
    if (lead.course_id) ofLead.push(`l.course_id = ${bind(lead.course_id, 'uuid')}`);
    // Who was imported began no checkout here.
    ofLead.push("l.source is distinct from 'import'");
    if (!lead.from_activities) ofLead.push("l.source is distinct from 'activity'");
    if (options.oldestFirst && limit.unit.by === 'lead' && limit.repeat === 'once') ofLead.push(...leadIsNew);
    where.push(`not ${leadIsEnrolled}`);
  }
  const run = 'select from cortex.automation_runs r where r.automation_id = $1 and r.person_id = p.person_id';
  if (limit.repeat === 'once') where.push(`not exists (${run} and r.entry_key = ${key})`);
  else where.push(`not exists (${run} and r.status in ('active', 'waiting'))`);
  const apart = [limit.cooldown, typeof limit.repeat === 'object' ? limit.repeat.every : undefined];
  for (const span of apart) if (span) where.push(`not exists (${run} and r.entered_at > ${ago(span)})`);
  if (options.seen === 'left out') {
    const again = typeof limit.repeat === 'object' ? ` and s.seen_at > ${ago(limit.repeat.every)}` : '';
    where.push(
      `not exists (select from cortex.automation_seen s
        where s.automation_id = $1 and s.person_id = p.person_id and s.entry_key = ${key}${again})`,
    );
  }
  let leads = `select * from public.purchase_leads l where ${ofLead.join('\n and ')}`;
  // Fenced, so that the cheap questions about leads come before all others, and in the order of an index.
  if (options.oldestFirst) leads += ' order by l.created_at, l.id offset 0';
  const from = lead
    ? `(${leads}) l join cortex.people p on p.address = cortex.lead_home(l.id, l.email)`
    : 'cortex.people p';
  const since = lead ? 'l.created_at' : 'p.created_at';
  return {
    text: `select p.person_id, ${lead ? 'l.id' : 'null::uuid'} as lead_id, ${key} as entry_key, ${since} as since
      from ${from} where ${where.join('\n and ')}`,
    values,
  };
}
