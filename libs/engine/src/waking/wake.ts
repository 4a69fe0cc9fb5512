import { enterGate } from '#automations';
import type { Database, Log, Tx } from '#platform';
import { Advance } from '../advance/advance.js';
import { PEOPLE_PER_CLAIM, tryPeople } from '../inbox/claim.js';
import type { CompiledVersions } from '../versions/compiled-versions.js';
import { resumeRuns } from '../runs/resume-runs.js';
import { reportFailedRuns } from '../runs/failed-runs.js';
import { pauseTripped } from '../entry/guard.js';
import { record } from '../runs/record-runs.js';
import { dueRuns } from '../runs/runs.queries.js';
import { DatabaseBackend } from '../transaction/database-backend.js';

/** Moves runs whose time has come. Paused automations are not looked at: what is due there stays due. */
export class Wake {
  constructor(
    private readonly database: Database,
    private readonly versions: CompiledVersions,
    private readonly log: Log,
  ) {}

  /**
   * One claim of people with due runs.
   * @param claimed gets the people before they are worked on
   * @param only these people, when a failure is being isolated
   * @returns how many runs were looked at
   */
  async claim(claimed: string[], only?: readonly string[]): Promise<number> {
    let tripped = false;
    const looked = await this.database.tx(async (tx) => {
      await enterGate(tx);
      const moment = await this.versions.moment(tx);
      const live = [...moment.live.keys()];
      if (live.length === 0) return 0;
      const people = await tryPeople(tx, only ?? (await duePeople(tx, live)));
      if (people.length === 0) return 0;
      claimed.push(...people);
      const runs = await dueRuns(tx, people, live);
      const versions = await this.versions.load(
        tx,
        runs.map((run) => run.version_id),
      );
      const journeys = await resumeRuns(tx, runs, versions);
      for (const journey of journeys) journey.movable = true;
      const backend = new DatabaseBackend(tx, this.versions);
      await new Advance(backend, moment, this.log).run(journeys);
      await record(tx, journeys);
      tripped = backend.tripped;
      return runs.length;
    });
    if (tripped) await pauseTripped(this.database);
    return looked;
  }

  /** What cannot be carried out even alone is put off, longer each time, and fails in the end with the reason. */
  async putOff(personId: string, reason: string): Promise<void> {
    await this.database.tx(async (tx) => {
      await enterGate(tx);
      if ((await tryPeople(tx, [personId])).length === 0) return;
      const failed = await tx.rows<{ automation_id: string }>(
        `with due as (
           update cortex.automation_runs set retries = retries + 1,
             status = case when retries >= 5 then 'failed' else 'active' end,
             wake_at = case when retries >= 5 then null else cortex.now() + interval '30 seconds' * power(4, retries) end,
             ended_at = case when retries >= 5 then cortex.now() end,
             end_reason = case when retries >= 5 then $2 end
           where person_id = $1 and status in ('active', 'waiting') and wake_at <= cortex.now()
           returning id, node_id, automation_id, status),
         noted as (
           update cortex.automation_run_steps s set outcome = s.outcome || jsonb_build_object('error', $2::text)
           from due where s.run_id = due.id and s.node_id = due.node_id and s.left_at is null)
         select automation_id from due where status = 'failed'`,
        [personId, reason.slice(0, 500)],
      );
      await reportFailedRuns(
        tx,
        failed.map((run) => run.automation_id),
      );
    });
  }
}

/** People with due runs, longest due first; each live automation is one probe of the index, whoever else waits. */
const duePeople = async (tx: Tx, automationIds: readonly string[]): Promise<string[]> => {
  const rows = await tx.rows<{ person_id: string }>(
    `select r.person_id from unnest($1::uuid[]) a(automation_id)
     cross join lateral (
       select person_id, wake_at from cortex.automation_runs
       where automation_id = a.automation_id and status in ('active', 'waiting') and wake_at <= cortex.now()
       order by wake_at limit $2) r
     order by r.wake_at limit $2`,
    [automationIds, PEOPLE_PER_CLAIM * 10],
  );
  return rows.map((row) => row.person_id);
};
