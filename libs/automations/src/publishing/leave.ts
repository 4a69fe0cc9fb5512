import { appendActivities } from '#activities';
import type { Database } from '#platform';

/** People who leave in one transaction. */
const CHUNK = 1_000;

interface Gone {
  run_id: string;
  person_id: string;
  name: string;
}

/**
 * Lets everybody out of an automation that does not run any more, by chunks, and tells their timelines. Can be done
 * again where it was cut short.
 * @returns how many left
 */
export async function letLeave(database: Database, automationId: string): Promise<number> {
  let left = 0;
  for (;;) {
    const gone = await chunk(database, automationId);
    left += gone;
    if (gone < CHUNK) return left;
  }
}

const chunk = (database: Database, automationId: string): Promise<number> =>
  database.tx(async (tx) => {
    // Nobody else moves them: the engine works on live automations only, and resuming waits for this row.
    const gone = await tx.rows<Gone>(
      `with stopped as materialized (
         select id, name from cortex.automations where id = $1 and status = 'stopped' for share
       ), chosen as materialized (
         select r.id, s.name from stopped s join cortex.automation_runs r on r.automation_id = s.id
         where r.status in ('active', 'waiting') order by r.id limit ${CHUNK} for update of r
       )
       update cortex.automation_runs r set status = 'exited', end_reason = 'stopped', ended_at = cortex.now(),
         wake_at = null, waiting_for = null
       from chosen c where r.id = c.id
       returning r.id as run_id, r.person_id, c.name`,
      [automationId],
    );
    if (gone.length === 0) return 0;
    await tx.run(
      `update cortex.automation_run_steps set left_at = cortex.now(), outcome = outcome || '{"reason": "stopped"}'
       where run_id = any($1::uuid[]) and left_at is null`,
      [gone.map(({ run_id }) => run_id)],
    );
    await appendActivities(
      tx,
      gone.map(({ run_id, person_id, name }) => ({
        type: 'automation.left',
        personId: person_id,
        metadata: { automation_id: automationId, automation: name, run_id, status: 'exited', reason: 'stopped' },
        source: 'cortex',
        history: true,
      })),
    );
    return gone.length;
  });
