import { metadataOf } from '#activities';
import type { ActivityFact } from '#graph';
import type { Prepared, Tx } from '#platform';
import type { RunRow, StepRecord } from './journey.js';

const RUN = `r.id, r.automation_id, r.version_id, r.version, r.person_id, r.entry_key, r.status,
  r.node_id, r.wake_at, r.waiting_for, r.lead_id, r.activity_id, r.context, r.visits, r.retries, r.entered_at, r.ended_at,
  r.end_reason`;

/** Runs of these people that have not ended. For a claim, see `lookUpByIndexes`. */
export const openRuns = (tx: Tx, personIds: readonly string[]): Promise<RunRow[]> => tx.rows(OPEN_RUNS, [personIds]);

const OPEN_RUNS: Prepared = {
  name: 'open runs',
  text: `select ${RUN} from cortex.automation_runs r
     where r.person_id = any($1::uuid[]) and r.status in ('active', 'waiting') order by r.entered_at, r.id`,
};

/** Runs of these people that are due, in these automations. */
export const dueRuns = (tx: Tx, personIds: readonly string[], automationIds: readonly string[]): Promise<RunRow[]> =>
  tx.rows(
    `select ${RUN} from cortex.automation_runs r
     where r.person_id = any($1::uuid[]) and r.automation_id = any($2::uuid[])
       and r.status in ('active', 'waiting') and r.wake_at <= cortex.now()
     order by r.wake_at, r.id limit 1000`,
    [personIds, automationIds],
  );

export const runById = (tx: Tx, id: string): Promise<RunRow | undefined> =>
  tx.row(`select ${RUN} from cortex.automation_runs r where r.id = $1`, [id]);

/** These of the runs that have not ended, each with whether anything has happened in it since it came in. */
export const openAmong = (tx: Tx, ids: readonly string[]): Promise<(RunRow & { moved_on: boolean })[]> =>
  tx.rows(
    `select ${RUN}, exists (select from cortex.automation_run_steps s
       where s.run_id = r.id and s.entered_at > r.entered_at) as moved_on
     from cortex.automation_runs r where r.id = any($1::uuid[]) and r.status in ('active', 'waiting') order by r.id`,
    [ids],
  );

export interface StepState extends StepRecord {
  run_id: string;
}

/** Of each run: the steps not left yet, and of every step its latest visit. */
export const stepStates = (tx: Tx, runIds: readonly string[]): Promise<StepState[]> =>
  tx.rows(
    `select distinct on (s.run_id, s.node_id) s.run_id, s.node_id, s.visit, s.ord, s.entered_at, s.left_at, s.port, s.outcome
     from cortex.automation_run_steps s where s.run_id = any($1::uuid[])
     order by s.run_id, s.node_id, s.visit desc`,
    [runIds],
  );

export interface LookBack {
  run_id: string;
  person_id: string;
  activity_type: string;
  since: Date;
  /** What started the run: it is no answer to a wait of its own. */
  activity_id: string | null;
  /** Seconds. */
  late_after: number;
}

/** Activities of the awaited type received since a step was entered, oldest first, the first 500 of each run. */
export const arrivedSince = (tx: Tx, waits: readonly LookBack[]): Promise<(ActivityFact & { run_id: string })[]> =>
  tx.rows(
    `select w.run_id, a.id, a.type, ${metadataOf('a')} as metadata, a.occurred_at, a.received_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $7::uuid[])
       w(run_id, person_id, type, since, late_after, activity_id)
     cross join lateral (
       select a.id, a.type, a.metadata, a.occurred_at, a.received_at from public.crm_activities a
       where a.person_id = w.person_id and a.type = w.type and a.id is distinct from w.activity_id and not a.history and a.occurred_at >= $6::timestamptz
         and a.occurred_at >= w.since - make_interval(secs => w.late_after)
         and a.received_at > w.since and a.occurred_at >= a.received_at - make_interval(secs => w.late_after)
       order by a.occurred_at, a.id limit 500) a
     order by w.run_id, a.occurred_at, a.id`,
    [
      waits.map((wait) => wait.run_id),
      waits.map((wait) => wait.person_id),
      waits.map((wait) => wait.activity_type),
      waits.map((wait) => wait.since.toISOString()),
      waits.map((wait) => Math.min(wait.late_after, 2_000_000_000)),
      // As a value of its own, so that older months are left out when the statement is planned.
      new Date(Math.min(...waits.map((wait) => wait.since.getTime() - wait.late_after * 1000))).toISOString(),
      waits.map((wait) => wait.activity_id),
    ],
  );
