import { appendActivities, type NewActivity } from '#activities';
import type { Tx } from '#platform';
import { reportFailedRuns } from './failed-runs.js';
import type { Journey } from './journey.js';

/**
 * Writes what became of these runs: new runs, changed runs, their steps, the activities that tell the timeline who
 * came in and who left, and under Needs attention who could not go on. A step that is written again replaces itself.
 */
export async function record(tx: Tx, journeys: readonly Journey[]): Promise<void> {
  const changed = journeys.filter((journey) => journey.changed);
  if (changed.length === 0) return;
  await writeRuns(
    tx,
    INSERT_RUNS,
    changed.filter((journey) => journey.isNew),
  );
  await writeRuns(
    tx,
    UPDATE_RUNS,
    changed.filter((journey) => !journey.isNew),
  );
  await writeSteps(tx, changed);
  await appendActivities(tx, changed.flatMap(passages));
  await reportFailedRuns(
    tx,
    changed.flatMap(({ run }) => (run.status === 'failed' ? run.automation_id : [])),
  );
}

const COLUMNS = `id uuid, automation_id uuid, version_id uuid, version int, person_id uuid,
  entry_key text, status text, node_id text, wake_at timestamptz, waiting_for text, lead_id uuid, activity_id uuid,
  context jsonb, visits int, retries int, entered_at timestamptz, ended_at timestamptz, end_reason text`;

const INSERT_RUNS = `
  insert into cortex.automation_runs (id, automation_id, version_id, version, person_id, entry_key, status,
    node_id, wake_at, waiting_for, lead_id, activity_id, context, visits, retries, entered_at, ended_at, end_reason)
  select id, automation_id, version_id, version, person_id, entry_key, status,
    node_id, wake_at, waiting_for, lead_id, activity_id, context, visits, retries, entered_at, ended_at, end_reason
  from jsonb_to_recordset($1::jsonb) as g(${COLUMNS})`;

const UPDATE_RUNS = `
  update cortex.automation_runs r set status = g.status, node_id = g.node_id, wake_at = g.wake_at,
    waiting_for = g.waiting_for, context = g.context, visits = g.visits, retries = g.retries, ended_at = g.ended_at, end_reason = g.end_reason
  from jsonb_to_recordset($1::jsonb) as g(${COLUMNS})
  where r.id = g.id`;

async function writeRuns(tx: Tx, statement: string, journeys: readonly Journey[]): Promise<void> {
  if (journeys.length === 0) return;
  const written = await tx.run(statement, [JSON.stringify(journeys.map(({ run }) => run))]);
  if (written !== journeys.length) throw new Error(`Of ${journeys.length} runs ${written} could be written.`);
}

async function writeSteps(tx: Tx, journeys: readonly Journey[]): Promise<void> {
  const steps = journeys.flatMap((journey) =>
    [...journey.touched.values()].map((step) => ({ run_id: journey.run.id, ...step })),
  );
  if (steps.length === 0) return;
  await tx.run(
    `insert into cortex.automation_run_steps (run_id, node_id, visit, ord, entered_at, left_at, port, outcome)
     select run_id, node_id, visit, ord, entered_at, left_at, port, outcome
     from jsonb_to_recordset($1::jsonb)
       as g(run_id uuid, node_id text, visit int, ord int, entered_at timestamptz, left_at timestamptz, port text, outcome jsonb)
     on conflict (run_id, node_id, visit) do update
       set left_at = excluded.left_at, port = excluded.port, outcome = excluded.outcome`,
    [JSON.stringify(steps)],
  );
}

/** Coming in and leaving, for the person's timeline. History: telling it must start nothing. */
function passages({ run, version, isNew, ended }: Journey): NewActivity[] {
  const facts = { automation_id: run.automation_id, automation: version.name, run_id: run.id };
  const tell = (type: string, more: object): NewActivity => ({
    type,
    personId: run.person_id,
    metadata: { ...facts, ...more },
    source: 'cortex',
    history: true,
  });
  return [
    ...(isNew ? [tell('automation.entered', { version: version.number })] : []),
    ...(ended ? [tell('automation.left', { status: run.status, reason: run.end_reason })] : []),
  ];
}
