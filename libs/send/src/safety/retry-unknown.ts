import { reopen } from '#broadcasts';
import { AppError, recordAudit, type Actor, type Database } from '#platform';
import { putInQueue, queueColumns } from '#emails';
import { isUnknown, showUnknown } from './reconcile.js';

export interface UnknownSelection {
  ids?: string[];
  automation_id?: string;
  broadcast_id?: string;
}

/**
 * Queues mails of unknown fate again, because a person decided so: whoever got the first one gets a second.
 * `confirm` is how many that is.
 * @throws AppError 409 with the present number when it is another one
 */
export async function retryUnknown(
  database: Database,
  actor: Actor,
  selection: UnknownSelection,
  confirm: number,
): Promise<number> {
  return database.tx(async (tx) => {
    const rows = await tx.rows<{ id: string; broadcast_id: string | null }>(
      `select m.id, m.broadcast_id from cortex.messages m
       where ${isUnknown} and ($1::uuid[] is null or m.id = any($1)) and ($2::uuid is null or m.automation_id = $2)
         and ($3::uuid is null or m.broadcast_id = $3)
       order by m.id for update`,
      [selection.ids ?? null, selection.automation_id ?? null, selection.broadcast_id ?? null],
    );
    if (rows.length !== confirm) {
      throw new AppError(
        'count_changed',
        `There are ${rows.length} such emails now, not ${confirm}. Check again and confirm that number.`,
        { facts: { count: rows.length } },
      );
    }
    await tx.run(
      `with again as (
         update cortex.messages set state = 'queued', attempts = 0, reason = null where id = any($1::uuid[])
         returning ${queueColumns}
       ) ${putInQueue('again')}`,
      [rows.map((row) => row.id)],
    );
    await reopen(tx, [...new Set(rows.flatMap((row) => row.broadcast_id ?? []))]);
    if (rows.length > 0) {
      await recordAudit(tx, actor, {
        action: 'messages.retried',
        targetKind: 'messages',
        after: { count: rows.length, ...selection },
      });
    }
    await showUnknown(tx, false);
    return rows.length;
  });
}
