import { adminAddresses } from '#contracts';
import { openAttention, type Tx } from '#platform';

/** Seconds after its time from which a mail of a broadcast does not leave without a question. */
export const LATE = 600;

/** The row in the design document's list of jobs says how far it is. */
export const markJob = (tx: Tx, jobId: string | null, status: string): Promise<number> =>
  tx.run('update public.email_jobs set status = $2, updated_at = cortex.now() where id = $1 and status <> $2', [
    jobId,
    status,
  ]);

interface Why {
  reason: string;
  title: string;
  /** Beside the reason, what can be done about it. */
  remedy: string;
  facts: Record<string, unknown>;
}

/**
 * A broadcast pauses itself and asks. What of it waits in the queue is taken out by the worker: here the mails of a batch
 * may be locked already.
 */
export async function pauseItself(
  tx: Tx,
  { id, job_id }: { id: string; job_id: string | null },
  { reason, title, remedy, facts }: Why,
): Promise<void> {
  await tx.run(
    `update cortex.broadcasts set status = 'paused', reason = $2, settle_at = cortex.now(), updated_at = cortex.now()
     where id = $1`,
    [id, reason],
  );
  await markJob(tx, job_id, 'paused');
  await openAttention(tx, {
    key: `broadcast:${id}`,
    kind: 'broadcast',
    title,
    detail: `${reason} ${remedy}`,
    action: { label: 'Open the broadcast', href: adminAddresses.broadcast(id) },
    facts: { broadcast_id: id, ...facts },
  });
}

/** Asks before it leaves late. @param due when it should have left */
export const askBeforeLate = (
  tx: Tx,
  broadcast: { id: string; name: string; job_id: string | null },
  what: string,
  due: Date,
): Promise<void> =>
  pauseItself(tx, broadcast, {
    reason: `${what} due at ${due.toISOString()}, and Cortex was not running then.`,
    title: `The broadcast “${broadcast.name}” missed its time`,
    remedy: 'Resume it to send it now, or cancel it.',
    facts: { due_at: due.toISOString() },
  });
