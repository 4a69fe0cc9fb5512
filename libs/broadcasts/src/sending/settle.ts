import type { Database, Tx } from '#platform';
import { BEFORE_ALL } from '../audience/before-all.js';
import { forgetUses } from '../broadcast/broadcast.queries.js';
import { hasOpenBatch, withdraw } from '../pacing/feed.js';
import { markJob, pauseItself } from '../pacing/pause.js';
import { hasTurnsAhead } from '../pacing/turns.js';

/** Mails cancelled in one transaction. */
const CHUNK = 5_000;
/** Seconds after which a broadcast is looked after again of which something is in a call. */
const AGAIN_AFTER = 2;

/** Ends the broadcasts all of whose mails have come to rest. @returns how many ended */
export const endFinished = (database: Database): Promise<number> =>
  database.tx(async (tx) => {
    const fed = await tx.rows<{ id: string; job_id: string | null }>(
      `select b.id, b.job_id from cortex.broadcasts b
       where b.status = 'sending'
         and not (b.by_turns and b.test is not null and b.winner is null)
         and not case when b.by_turns then ${hasTurnsAhead} else exists (select from cortex.messages m
           where m.broadcast_id = b.id and m.id > coalesce(b.fed_until, '${BEFORE_ALL}')) end
         and not exists (select from cortex.outgoing o where o.broadcast_id = b.id)
         and not ${hasOpenBatch('b.id')}
       order by b.id limit 100 for update skip locked`,
    );
    let ended = 0;
    for (const { id, job_id } of fed) ended += (await end(tx, id, job_id)) ? 1 : 0;
    return ended;
  });

/**
 * All mails are looked at once more; should one still be open, it is fed again from the beginning. One that was cancelled,
 * and of which somebody sent some mails again, is cancelled as before.
 */
async function end(tx: Tx, id: string, jobId: string | null): Promise<boolean> {
  const mails = await tx.row<{ open: number; cancelled: number }>(
    `select count(*) filter (where m.state <> 'cancelled')::int as open,
       count(*) filter (where m.state = 'cancelled')::int as cancelled
     from cortex.messages m
     where m.broadcast_id = $1 and m.state in ('queued', 'submitting', 'uncertain', 'cancelled')`,
    [id],
  );
  if (mails!.open > 0) {
    await tx.run(
      'update cortex.broadcasts set fed_until = null, turn_after = null, turn_message = null where id = $1',
      [id],
    );
    return false;
  }
  const status = mails!.cancelled > 0 ? 'cancelled' : 'sent';
  await tx.run(
    // Were some sent again, there would be no turns any more, and nothing to feed.
    `update cortex.broadcasts b set status = $2, finished_at = cortex.now(), updated_at = cortex.now(), by_turns = false,
       fed_until = case when b.by_turns then (
         select m.id from cortex.messages m where m.broadcast_id = $1 order by m.id desc limit 1) else b.fed_until end
     where b.id = $1`,
    [id, status],
  );
  await markJob(tx, jobId, status);
  await forgetUses(tx, id);
  return true;
}

/**
 * Brings to rest what was paused, cancelled or given up: takes its mails out of the queue again (a call that failed puts
 * some back), and cancels, by chunks, what will never leave. It goes on until nothing of it is in a call.
 * @returns whether there is more to do at once
 */
export const settleOne = (database: Database): Promise<boolean> =>
  database.tx(async (tx) => {
    const row = await tx.row<{ id: string; ends: boolean }>(
      `select b.id, b.status in ('cancelled', 'failed') as ends from cortex.broadcasts b
       where b.settle_at <= cortex.now() order by b.settle_at, b.id limit 1 for update skip locked`,
    );
    if (!row) return false;
    if (!(await takeOut(tx, row))) return true;
    // Asked after the claims that were under way have been waited for.
    const { busy } = (await tx.row<{ busy: boolean }>(`select ${hasOpenBatch('$1::uuid')} as busy`, [row.id]))!;
    if (busy) {
      await tx.run('update cortex.broadcasts set settle_at = cortex.now() + make_interval(secs => $2) where id = $1', [
        row.id,
        AGAIN_AFTER,
      ]);
      return false;
    }
    // Once more: what a call gave back between these two statements.
    if (!(await takeOut(tx, row))) return true;
    await tx.run('update cortex.broadcasts set settle_at = null where id = $1', [row.id]);
    if (row.ends) await forgetUses(tx, row.id);
    return true;
  });

/** @returns whether all of it is done */
const takeOut = async (tx: Tx, { id, ends }: { id: string; ends: boolean }): Promise<boolean> =>
  (await withdraw(tx, id)) && !(ends && (await cancelSome(tx, id)) === CHUNK);

/** Cancels the next mails behind those that had been put into the queue; what came back from there was withdrawn. */
async function cancelSome(tx: Tx, id: string): Promise<number> {
  const row = await tx.row<{ n: number }>(
    `with next as materialized (
       select m.id, m.state from cortex.messages m, cortex.broadcasts b
       where b.id = $1 and m.broadcast_id = $1 and m.id > coalesce(b.fed_until, '${BEFORE_ALL}')
       order by m.id limit $2
     ), cancelled as (
       update cortex.messages m set state = 'cancelled', reason = 'the broadcast was cancelled'
       where m.id = any(array(select n.id from next n where n.state = 'queued')) and m.state = 'queued'
     ), moved as (
       update cortex.broadcasts b set fed_until = (select n.id from next n order by n.id desc limit 1)
       where b.id = $1 and exists (select from next)
     )
     select count(*)::int as n from next`,
    [id, CHUNK],
  );
  return row!.n;
}

/** Of the mails that the provider answered about, the share from which something is wrong, and how many at least. */
const REFUSED = { share: 0.1, least: 25 } as const;

/** What the provider said about mails of one broadcast. */
export interface Answered {
  answered: number;
  refused: number;
}

/**
 * Counts what the provider said, in the transaction that records it, and pauses a broadcast of whose mails too many are
 * refused: a list that was bought or is old, or an account in trouble, does more harm with each mail.
 */
export async function countAnswers(tx: Tx, byBroadcast: ReadonlyMap<string, Answered>): Promise<void> {
  // In one order, so that two who do it never wait for each other.
  for (const [id, { answered, refused }] of [...byBroadcast].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const row = await tx.row<{
      name: string;
      status: string;
      answered: number;
      refused: number;
      job_id: string | null;
    }>(
      `update cortex.broadcasts set answered = answered + $2, refused = refused + $3 where id = $1
       returning name, status, answered, refused, job_id`,
      [id, answered, refused],
    );
    if (!row || row.status !== 'sending' || row.refused < REFUSED.least) continue;
    if (row.refused < REFUSED.share * row.answered) continue;
    await pauseItself(
      tx,
      { id, job_id: row.job_id },
      {
        reason: `${row.refused} of ${row.answered} e-mails were refused.`,
        title: `The broadcast “${row.name}” has paused itself`,
        remedy: 'Look at the reasons among its recipients. Resume it if they can be ignored, or cancel it.',
        facts: { refused: row.refused, answered: row.answered },
      },
    );
  }
}

/** Somebody decided to send mails of unknown fate again: a broadcast that has ended goes on with these. */
export async function reopen(tx: Tx, broadcastIds: readonly string[]): Promise<void> {
  await tx.run(
    `with again as (
       update cortex.broadcasts set status = 'sending', finished_at = null, updated_at = cortex.now()
       where id = any($1::uuid[]) and status in ('sent', 'cancelled') and settle_at is null returning job_id
     )
     update public.email_jobs j set status = 'processing', updated_at = cortex.now()
     where j.id = any(array(select a.job_id from again a))`,
    [broadcastIds],
  );
}
