import { openAttention, pauseSql, retryLaws, type Database } from '#platform';
import type { Unmatched } from './claim.js';

/** Takes an activity out of the inbox and keeps it for another try; after the last one a person is told. */
export async function putAside(database: Database, row: Unmatched, reason: string): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run('delete from cortex.activity_inbox where seq = $1', [row.seq]);
    const kept = await tx.row<{ attempts: number }>(
      `insert into cortex.inbox_failures (activity_id, person_id, occurred_at, history, error, next_try_at)
       values ($1, $2, $3::timestamptz, $4, $5, cortex.now() + ${pauseSql(retryLaws.activity, '1')})
       on conflict (activity_id) do update set attempts = inbox_failures.attempts + 1, error = excluded.error,
         next_try_at = cortex.now() + ${pauseSql(retryLaws.activity, '(inbox_failures.attempts + 1)')}
       returning attempts`,
      [row.id, row.person_id, row.occurred_text, row.history, reason.slice(0, 500)],
    );
    if (kept!.attempts < retryLaws.activity.tries) return;
    await openAttention(tx, {
      key: `inbox:${row.id}`,
      kind: 'engine',
      title: 'An activity could not be matched',
      detail: `It was recorded, but starting and waking automations from it failed ${retryLaws.activity.tries} times: ${reason.slice(0, 300)}`,
      facts: { activity_id: row.id },
    });
  });
}

/** Puts activities that failed back into the inbox when their time has come, and forgets those that were matched since. */
export async function retryPutAside(database: Database): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run(
      `with due as (
         update cortex.inbox_failures set next_try_at = null
         where activity_id in (select activity_id from cortex.inbox_failures
           where next_try_at <= cortex.now() order by next_try_at limit 500 for update skip locked)
         returning person_id, activity_id, occurred_at, history)
       insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history)
       select person_id, activity_id, occurred_at, history from due`,
    );
    await tx.run(
      `delete from cortex.inbox_failures f where f.next_try_at is null and f.attempts < $1
       and not exists (select from cortex.activity_inbox i where i.activity_id = f.activity_id)`,
      [retryLaws.activity.tries],
    );
  });
}
