import { adminAddresses } from '#contracts';
import { contactJson } from '#emails';
import { AppError, isTransient, openAttention, type Database, type Tx } from '#platform';
import { audienceSql, fixAudience, partsOf, placesSql, type FixedAudience } from '../audience/audience.js';
import { judgeBy, JUDGING } from '../audience/judging.js';
import { judgingOf, lockBroadcast, nextToPrepare, type BroadcastRow } from '../broadcast/broadcast.queries.js';
import { BEFORE_ALL } from '../audience/before-all.js';
import { freezeColleagues } from '../audience/colleagues.js';
import { audienceOf } from '../drafts/readiness.js';
import { beginMeasuring } from '../results/measure.js';
import { noteDomains } from '../report/record.js';
import { goesByTurns, turnsSql } from '../pacing/ways.js';

/** People of the directory that one transaction looks at. */
const FREEZE_CHUNK = 5_000;
/** Values that freezing asks before those of the turns and of the audience. */
const FREEZING = JUDGING + 7;
/** The turn of each mail that was written. */
const TURNED = `turned as (
       insert into cortex.broadcast_turns (broadcast_id, due_after, message_id)
       select $1::uuid, r.due_after, w.id from written w join receivers r on r.person_id = w.person_id
     ), `;
/** The mails of each list. */
const BY_LIST = `by_list as (
       insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
       select $1::uuid, cortex.hour_of($9::timestamptz), 'list', l.place::text, 'mails', '', count(*)
       from written w join receivers r on r.person_id = w.person_id cross join unnest(r.lists) l (place)
       group by l.place
     ), `;
/** From this many mails on the planner has to be told of them before they are claimed. */
const MANY = 1_000;

/**
 * One step of preparing a broadcast, in a transaction of its own: fix the audience, freeze the next people, or, when all
 * have been looked at, check the sum and let it be sent. A process that dies between two steps, or within one, leaves
 * nothing half done; whoever comes next goes on from the last step that was committed. One that can never be prepared,
 * such as with a list that is gone, has failed: it does not stand in the way of the others.
 * @returns whether there was one to prepare
 */
export async function prepareStep(database: Database, chunk = FREEZE_CHUNK): Promise<boolean> {
  let id: string | undefined;
  try {
    return await database.tx(async (tx) => {
      const row = await nextToPrepare(tx);
      if (!row) return false;
      id = row.id;
      if (!row.audience) await begin(tx, row);
      else if (!(await freezeSome(tx, row, row.audience, chunk))) await finish(tx, row);
      return true;
    });
  } catch (error) {
    if (id === undefined || isTransient(error)) throw error;
    await giveUp(database, id, error instanceof AppError ? error.detail : (error as Error).message);
    return true;
  }
}

const giveUp = (database: Database, id: string, reason: string): Promise<void> =>
  database.tx(async (tx) => {
    const row = await lockBroadcast(tx, id);
    if (row.status === 'preparing') await fail(tx, row, reason);
  });

/** Fixes the audience: rules, instant, and the last person there is. Who comes after that is not asked. */
async function begin(tx: Tx, row: BroadcastRow): Promise<void> {
  const audience = await fixAudience(tx, audienceOf(row));
  await tx.run(
    `update cortex.broadcasts set audience = $2::jsonb, by_turns = $3, turns_kept = $3,
       freeze_until = (select p.person_id from cortex.people p order by p.person_id desc limit 1)
     where id = $1`,
    [row.id, JSON.stringify(audience), goesByTurns(row)],
  );
}

/** @returns false when nobody is left */
async function freezeSome(tx: Tx, row: BroadcastRow, audience: FixedAudience, chunk: number): Promise<boolean> {
  if (!audience.staff) return freezeNext(tx, row, audience, chunk);
  if (row.freeze_cursor !== null) return false;
  await freezeColleagues(tx, row);
  return true;
}

/**
 * Freezes the people behind the cursor: a mail for each who may get one, and a reason for each who may not.
 * @returns false when nobody is left
 */
async function freezeNext(tx: Tx, row: BroadcastRow, audience: FixedAudience, chunk: number): Promise<boolean> {
  const cursor = row.freeze_cursor ?? BEFORE_ALL;
  const next = await tx.rows<{ person_id: string }>(
    `select p.person_id from cortex.people p
     where p.person_id > $1::uuid and p.person_id <= $2::uuid order by p.person_id limit $3`,
    [cursor, row.freeze_until, chunk],
  );
  const last = next.at(-1)?.person_id;
  if (last === undefined) return false;
  const turns = goesByTurns(row)
    ? turnsSql(row, audience.timezone, row.candidates - leftOutOf(row), FREEZING)
    : undefined;
  const persons = next.map((person) => person.person_id);
  const condition = audienceSql(audience, FREEZING + (turns?.values.length ?? 0), persons);
  const before = FREEZING + (turns?.values.length ?? 0) + condition.values.length;
  const places = partsOf(audience) > 1 ? placesSql(audience, before, persons) : undefined;
  const judge = await judgeBy(tx, judgingOf(row));
  await tx.run(
    `with judged as materialized (
       ${judge.sql(`p.person_id > $11::uuid and p.person_id <= $12::uuid and ${condition.text}`)}
     ), ${turns ? turns.before : ''}receivers as (
       select p.*, ${places?.text ?? 'null::smallint[]'} as lists,
         ${turns ? `${turns.due_after} as due_after, ${turns.variant} as variant` : 'null::int as variant'}
       from judged j join cortex.people p on p.person_id = j.person_id ${turns ? turns.join : ''}
       where j.reason is null
     ), written as (
       insert into cortex.messages (dedupe_key, broadcast_id, job_id, person_id, contact_email, stream, topic_id,
         content_id, data, email_from, demo, variant, node_id, lists, created_at)
       select 'broadcast ' || $1::uuid || ' ' || p.person_id, $1::uuid, $6::uuid, p.person_id,
         coalesce(p.email, p.address::citext), 'broadcast', $2::uuid, coalesce(($10::uuid[])[p.variant + 1], $7::uuid),
         jsonb_build_object('contact', ${contactJson}), $8::text, p.demo,
         p.variant, chr(ascii('A') + p.variant), p.lists, $9::timestamptz
       from receivers p
       order by p.person_id
       on conflict (dedupe_key) do nothing
       returning id, person_id
     ), ${turns ? TURNED : ''}${places ? BY_LIST : ''}left_out as (
       insert into cortex.broadcast_exclusions (broadcast_id, person_id, reason)
       select $1::uuid, j.person_id, j.reason from judged j where j.reason is not null
       order by j.person_id
       on conflict do nothing
     )
     update cortex.broadcasts b
     set freeze_cursor = $12::uuid, candidates = b.candidates + (select count(*) from judged)::int,
       left_out = coalesce((
         select jsonb_object_agg(s.reason, s.n) from (
           select r.reason, sum(r.n)::int as n from (
             select l.key as reason, l.value::int as n from jsonb_each_text(b.left_out) l
             union all
             select j.reason, count(*)::int from judged j where j.reason is not null group by 1) r
           group by 1) s), '{}')
     where b.id = $1`,
    [
      ...judge.values,
      row.job_id,
      row.content_id,
      row.email_from,
      // One place in the queue for all of them: where the broadcast was begun.
      row.started_at,
      row.variant_contents,
      cursor,
      last,
      ...(turns?.values ?? []),
      ...condition.values,
      ...(places?.values ?? []),
    ],
  );
  return true;
}

const leftOutOf = ({ left_out }: BroadcastRow): number => Object.values(left_out).reduce((all, n) => all + n, 0);

/** The sum, then the start. */
async function finish(tx: Tx, row: BroadcastRow): Promise<void> {
  const sum = await tx.row<{ mails: number; excluded: number }>(
    `select (select count(*)::int from cortex.messages m where m.broadcast_id = $1) as mails,
       (select count(*)::int from cortex.broadcast_exclusions e where e.broadcast_id = $1) as excluded`,
    [row.id],
  );
  const { mails, excluded } = sum!;
  const counted = leftOutOf(row);
  if (row.candidates !== mails + excluded || excluded !== counted) {
    await fail(
      tx,
      row,
      `${row.candidates} people were found, but there are ${mails} e-mails, and ${excluded} people were left out.`,
    );
    return;
  }
  if (!row.to_staff) await leaveOutTwins(tx, row);
  await noteDomains(tx, row.id);
  // What colleagues buy is not what their mail brought.
  if (!row.to_staff) await beginMeasuring(tx, row.id);
  // Planned as if they were not there, the first claims and reports would read the whole table.
  if (mails >= MANY) await tx.rows(`analyze cortex.messages${goesByTurns(row) ? ', cortex.broadcast_turns' : ''}`);
  await tx.run(
    `update cortex.broadcasts set status = 'sending', frozen_at = cortex.now(),
       turns_from = case when local_time then started_at when by_turns and test is null then cortex.now() end
     where id = $1`,
    [row.id],
  );
  await tx.run("update public.email_jobs set status = 'processing', updated_at = cortex.now() where id = $1", [
    row.job_id,
  ]);
}

/**
 * Two people who turned out to be one while they were frozen have two mails: the first stays. Whoever is merged later is
 * looked after by the merge (`cortex.hand_over`).
 */
async function leaveOutTwins(tx: Tx, row: BroadcastRow): Promise<void> {
  await tx.run(
    `with merged as materialized (
       select g.person_id, g.into_person_id from cortex.person_merges g where g.merged_at >= $2::timestamptz
     ), theirs as (
       select m.id, row_number() over (partition by k.owner order by m.id) as nth
       from (select into_person_id as person_id, into_person_id as owner from merged
             union select person_id, into_person_id from merged) k
       join cortex.messages m on m.person_id = k.person_id and m.broadcast_id = $1
     )
     update cortex.messages m set state = 'skipped', reason = 'duplicate'
     where m.id in (select t.id from theirs t where t.nth > 1) and m.state = 'queued'`,
    [row.id, row.started_at],
  );
}

/** Ends a broadcast that cannot be sent, and says why. What was frozen of it is cancelled afterwards. */
async function fail(tx: Tx, row: BroadcastRow, reason: string): Promise<void> {
  await tx.run(
    `update cortex.broadcasts set status = 'failed', reason = $2, finished_at = cortex.now(), updated_at = cortex.now(),
       settle_at = cortex.now(), by_turns = false
     where id = $1`,
    [row.id, reason],
  );
  await tx.run("update public.email_jobs set status = 'failed', updated_at = cortex.now() where id = $1", [row.job_id]);
  await openAttention(tx, {
    key: `broadcast:${row.id}`,
    kind: 'broadcast',
    title: `The broadcast “${row.name}” could not be prepared`,
    detail: `${reason} Nothing was sent. Duplicate it, correct the copy and send that.`,
    action: { label: 'Open the broadcast', href: adminAddresses.broadcast(row.id) },
    facts: { broadcast_id: row.id },
  });
}
