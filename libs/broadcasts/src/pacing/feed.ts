import { putInQueue, queueColumns } from '#emails';
import type { Database, Tx } from '#platform';
import { BEFORE_ALL } from '../audience/before-all.js';
import { QUEUE_ROOM, QUEUED_AT_ONCE } from './queue-room.js';
import { feedTurns, turnBack } from './turns.js';

/** Places in the queue that one transaction takes out. */
const WITHDRAWN_AT_ONCE = 10_000;

interface Feeding {
  id: string;
  fed_until: string | null;
  by_turns: boolean;
}

/**
 * Puts the next mails of every broadcast that is being sent into the queue, in the order in which they were frozen, or
 * as their turn comes. Quiet hours are asked when they are claimed: what rests then does not keep others from coming.
 * @returns how many came
 */
export const feedAll = (database: Database): Promise<number> =>
  database.tx(async (tx) => {
    // Locked, so that nobody pauses one while it is fed.
    const sending = await tx.rows<Feeding>(
      `select b.id, b.fed_until, b.by_turns from cortex.broadcasts b where b.status = 'sending'
       order by b.started_at, b.id limit 100 for update skip locked`,
    );
    let fed = 0;
    for (const broadcast of sending)
      fed += broadcast.by_turns ? await feedTurns(tx, broadcast.id) : await feed(tx, broadcast);
    return fed;
  });

async function feed(tx: Tx, { id, fed_until }: Omit<Feeding, 'by_turns'>): Promise<number> {
  const row = await tx.row<{ n: number }>(
    `with room as (${QUEUE_ROOM}), next as materialized (
       select ${queueColumns}, state from cortex.messages m
       where m.broadcast_id = $1 and m.id > $3::uuid
       order by m.id limit (select r.places from room r)
     ), waiting as (select * from next where state = 'queued'),
     queued as (${putInQueue('waiting')}),
     moved as (
       update cortex.broadcasts set fed_until = (select n.id from next n order by n.id desc limit 1)
       where id = $1 and exists (select from next)
     )
     select count(*)::int as n from next`,
    [id, QUEUED_AT_ONCE, fed_until ?? BEFORE_ALL],
  );
  return row!.n;
}

/**
 * Takes out of the queue what is not claimed yet, and lets feeding begin again from there; the broadcast is locked and no
 * longer being sent. A claim that is under way is waited for: what it took leaves.
 * @returns whether all of it is out: a night's rest may hold a million mails, which are taken out by chunks
 */
export async function withdraw(tx: Tx, broadcastId: string): Promise<boolean> {
  const row = await tx.row<{ n: number }>(
    `with gone as (
       delete from cortex.outgoing o
       where o.ctid = any(array(
         select w.ctid from cortex.outgoing w where w.broadcast_id = $1 limit $2 for update))
       returning o.message_id
     ), lowest as (
       select g.message_id as id from gone g order by g.message_id limit 1
     ), back as (
       update cortex.broadcasts b
       set fed_until = (
         select m.id from cortex.messages m, lowest l
         where m.broadcast_id = $1 and m.id < l.id order by m.id desc limit 1)
       where b.id = $1 and not b.by_turns and b.fed_until is not null and (select l.id from lowest l) <= b.fed_until
     ), ${turnBack('gone')}
     select count(*)::int as n from gone`,
    [broadcastId, WITHDRAWN_AT_ONCE],
  );
  return row!.n < WITHDRAWN_AT_ONCE;
}

/** SQL: mails of this broadcast are in a call, or in one whose outcome is not known. @param id SQL of its id */
export const hasOpenBatch = (id: string): string => `exists (
  select from cortex.send_batches s
  cross join unnest(s.message_ids) l(id)
  join cortex.messages m on m.id = l.id
  where s.settled_at is null and m.broadcast_id = ${id} and m.state in ('submitting', 'uncertain'))`;
