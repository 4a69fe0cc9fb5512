import { pauseSql, retryLaws, type Tx } from '#platform';
import { PEOPLE_PER_CLAIM } from '../inbox/claim.js';
import { reportFailedRuns } from '../runs/failed-runs.js';
import { dueRuns } from '../runs/runs.queries.js';
import { engineTransaction, type EngineParts } from '../transaction/engine-transaction.js';

/** The pause that a run takes when it has failed once more; null after its last try. */
const PAUSE = pauseSql(retryLaws.step, '(retries + 1)');

/** Moves runs whose time has come. Paused automations are not looked at: what is due there stays due. */
export class Wake {
  constructor(private readonly engine: EngineParts) {}

  /**
   * One claim of people with due runs.
   * @param claimed gets the people before they are worked on
   * @param only these people, when a failure is being isolated
   * @returns how many runs were looked at
   */
  async claim(claimed: string[], only?: readonly string[]): Promise<number> {
    return engineTransaction(this.engine, async (on) => {
      const live = [...on.moment.live.keys()];
      if (live.length === 0) return 0;
      const people = await on.lockFree(only ?? (await duePeople(on.tx, live)));
      if (people.length === 0) return 0;
      claimed.push(...people);
      const runs = await dueRuns(on.tx, people, live);
      const journeys = await on.load(runs);
      for (const journey of journeys) journey.movable = true;
      await on.move(journeys);
      return runs.length;
    });
  }

  /** What cannot be carried out even alone is put off, longer each time, and fails in the end with the reason. */
  async putOff(personId: string, reason: string): Promise<void> {
    await engineTransaction(this.engine, async (on) => {
      const { tx } = on;
      if ((await on.lockFree([personId])).length === 0) return;
      const failed = await tx.rows<{ automation_id: string }>(
        `with due as (
           update cortex.automation_runs set retries = retries + 1,
             status = case when ${PAUSE} is null then 'failed' else 'active' end,
             wake_at = cortex.now() + ${PAUSE},
             ended_at = case when ${PAUSE} is null then cortex.now() end,
             end_reason = case when ${PAUSE} is null then $2 end
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
