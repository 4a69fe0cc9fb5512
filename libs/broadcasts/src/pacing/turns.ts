import { putInQueue, queueColumns } from '#emails';
import type { Database, Tx } from '#platform';
import { BEFORE_ALL } from '../audience/before-all.js';
import { askBeforeLate, LATE } from './pause.js';
import { QUEUE_ROOM, QUEUED_AT_ONCE } from './queue-room.js';

/** The turn of a test's sample, which leaves while the others have no time yet. */
export const SAMPLE = -1;
/** Stands before every turn. */
const BEFORE_FIRST = -2;
/** Turns forgotten in one transaction. */
const FORGOTTEN_AT_ONCE = 10_000;

/** SQL: a turn `t` of broadcast `b` comes after those that have been put into the queue. */
const isAhead = `t.broadcast_id = b.id
  and (t.due_after, t.message_id) > (coalesce(b.turn_after, ${BEFORE_FIRST}), coalesce(b.turn_message, '${BEFORE_ALL}'))`;

/** SQL: broadcast `b` has turns that have not been put into the queue. */
export const hasTurnsAhead = `exists (select from cortex.broadcast_turns t where ${isAhead})`;

/** SQL: the mails of broadcast $1 that have not been put into the queue, as `message_id`. */
export const MAILS_AHEAD = `
  select t.message_id from cortex.broadcasts b join cortex.broadcast_turns t on ${isAhead} where b.id = $1`;

/** Of mails that have not been put into the queue; `none` also where mails do not leave by turns. */
export type TurnsLeft = 'none' | 'few' | 'many';

/** How many turns of a broadcast are left. @param few at most so many are few */
export async function turnsLeft(tx: Tx, id: string, few: number): Promise<TurnsLeft> {
  const row = (await tx.row<{ by_turns: boolean; is_few: boolean }>(
    `select b.by_turns, (select count(*) <= $2::int from (${MAILS_AHEAD} limit $2::int + 1) a) as is_few
     from cortex.broadcasts b where b.id = $1`,
    [id, few],
  ))!;
  if (!row.by_turns) return 'none';
  return row.is_few ? 'few' : 'many';
}

/** SQL: of the sample of broadcast `b`'s test not all have been put into the queue. */
export const hasSampleAhead = `exists (select from cortex.broadcast_turns t where ${isAhead} and t.due_after = ${SAMPLE})`;

/** SQL: seconds from the beginning of the turns of broadcast `b` to an instant. */
const secondsTo = (instant: string): string => `floor(extract(epoch from ${instant} - b.turns_from))::int`;

/**
 * Puts the mails whose turn has come into the queue, as far as there is room; the broadcast is locked. What became due
 * while nothing ran, the verdict on a test too, does not leave without a question. Who was not in a test's sample gets what won.
 * @returns how many came
 */
export async function feedTurns(tx: Tx, id: string): Promise<number> {
  const looked = await tx.row<{
    name: string;
    job_id: string | null;
    elapsed: number;
    turn_after: number;
    turn_message: string;
    missed: Date | null;
    missed_verdict: Date | null;
    winner: number | null;
    winning: string | null;
    stale: boolean;
  }>(
    `select b.name, b.job_id, b.winner, b.variant_contents[b.winner + 1] as winning,
       coalesce(${secondsTo('cortex.now()')}, ${SAMPLE}) as elapsed,
       case when b.winner is null and b.decides_at > b.looked_at and b.decides_at <= cortex.now() - make_interval(secs => $2::int)
         then b.decides_at end as missed_verdict,
       coalesce(b.turn_after, ${BEFORE_FIRST}) as turn_after, coalesce(b.turn_message, '${BEFORE_ALL}') as turn_message, coalesce(b.looked_at < cortex.now() - interval '1 minute', true) as stale, (
       select b.turns_from + make_interval(secs => t.due_after) from cortex.broadcast_turns t
       where ${isAhead} and t.due_after > ${secondsTo('b.looked_at')} and t.due_after <= ${secondsTo('cortex.now()')} - $2::int
       order by t.due_after limit 1) as missed
     from cortex.broadcasts b where b.id = $1`,
    [id, LATE],
  );
  const { name, job_id, elapsed, turn_after, turn_message, missed, missed_verdict, winner, winning, stale } = looked!;
  if (missed ?? missed_verdict) {
    const what = missed ? 'Mails of it were' : 'The verdict on its test was';
    await askBeforeLate(tx, { id, name, job_id }, what, (missed ?? missed_verdict)!);
    return 0;
  }
  if (stale) await tx.run('update cortex.broadcasts set looked_at = cortex.now() where id = $1', [id]);
  const row = await tx.row<{ n: number }>(
    `with room as (${QUEUE_ROOM}), next as materialized (
       select t.due_after, t.message_id from cortex.broadcast_turns t
       where t.broadcast_id = $1 and (t.due_after, t.message_id) > ($3::int, $4::uuid) and t.due_after <= $5::int
       order by t.due_after, t.message_id limit (select r.places from room r)
     ), waiting as (
       select ${queueColumns}, variant from cortex.messages m
       where m.id = any(array(select n.message_id from next n)) and m.state = 'queued'
     ), queued as (${putInQueue('waiting')}),
     given as (
       update cortex.messages m set variant = $6::int, content_id = $7::uuid
       where $6::int is not null and m.state = 'queued'
         and m.id = any(array(select w.id from waiting w where w.variant is null))
     ),
     moved as (
       update cortex.broadcasts b set turn_after = l.due_after, turn_message = l.message_id
       from (select n.due_after, n.message_id from next n order by n.due_after desc, n.message_id desc limit 1) l
       where b.id = $1
     )
     select count(*)::int as n from next`,
    [id, QUEUED_AT_ONCE, turn_after, turn_message, elapsed, winner, winning],
  );
  return row!.n;
}

/**
 * The parts of a statement that let feeding begin again before mails that were taken out of the queue.
 * @param gone a row set with their `message_id`; $1 is the broadcast
 */
export const turnBack = (gone: string): string => `turn as (
    select t.due_after, t.message_id from cortex.broadcast_turns t
    where (select b.by_turns from cortex.broadcasts b where b.id = $1)
      and t.broadcast_id = $1 and t.message_id = any(array(select g.message_id from ${gone} g))
    order by t.due_after, t.message_id limit 1
  ), turned as (
    update cortex.broadcasts b set turn_after = t.due_after, turn_message = coalesce((
      select p.message_id from cortex.broadcast_turns p
      where p.broadcast_id = $1 and p.due_after = t.due_after and p.message_id < t.message_id
      order by p.message_id desc limit 1), '${BEFORE_ALL}')
    from turn t
    where b.id = $1 and (t.due_after, t.message_id) <= (b.turn_after, b.turn_message)
  )`;

/**
 * SQL of when the turns of broadcast `b` count from once it is resumed: what is spread goes on at its pace with the next
 * one; what people get at their own time does not move.
 */
export const TURNS_FROM_WHEN_RESUMED = `case when b.local_time or b.turns_from is null then b.turns_from
  else greatest(b.turns_from, cortex.now() - make_interval(secs => (
    select t.due_after from cortex.broadcast_turns t where ${isAhead} order by t.due_after limit 1))) end`;

/** Forgets turns of a broadcast that has ended. @returns whether there were any */
export const forgetTurns = (database: Database): Promise<boolean> =>
  database.tx(async (tx) => {
    const row = await tx.row<{ id: string }>(
      `select b.id from cortex.broadcasts b
       where b.turns_kept and b.status in ('sent', 'failed', 'cancelled') order by b.id limit 1 for update skip locked`,
    );
    if (!row) return false;
    const gone = await tx.run(
      `delete from cortex.broadcast_turns t where t.ctid = any(array(
         select g.ctid from cortex.broadcast_turns g where g.broadcast_id = $1 limit $2))`,
      [row.id, FORGOTTEN_AT_ONCE],
    );
    if (gone < FORGOTTEN_AT_ONCE)
      await tx.run('update cortex.broadcasts set turns_kept = false where id = $1', [row.id]);
    return true;
  });
