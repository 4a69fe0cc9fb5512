import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction } from '#contracts';
import { addressOf, peopleOf, shownPerson } from '#directory';
import {
  AppError,
  Database,
  LOG,
  newId,
  notFound,
  recordAudit,
  unknownAddress,
  type Actor,
  type Log,
  type Tx,
} from '#platform';
import { engineTransaction, type EngineParts, type EngineTransaction } from '../transaction/engine-transaction.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { reportFailedRuns } from '../runs/failed-runs.js';
import type { Journey, RunRow } from '../runs/journey.js';
import { notLive, refusalText } from '../entry/refusals.js';
import { runById } from '../runs/runs.queries.js';

/** Failed runs that are tried again in one transaction. */
const PER_CHUNK = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface EnterAnswer {
  entered: boolean;
  run_id: string | null;
  reason?: string;
}

/** What people do to single runs. Each takes the person's lock and moves the run at once, as the loops would. */
@Injectable()
export class RunControls {
  private readonly engine: EngineParts;

  constructor(
    private readonly database: Database,
    versions: EngineVersions,
    @Inject(LOG) log: Log,
  ) {
    this.engine = { database, versions, log };
  }

  /**
   * Puts somebody into a live automation; conditions of its start are not asked, its entry limit is.
   * @throws AppError 404 for an unknown automation or person; 409 when it is not live
   */
  async enter(actor: Actor, automationId: string, contactEmail: string): Promise<EnterAnswer> {
    const address = addressOf(contactEmail);
    if (!address) throw unknownAddress();
    return engineTransaction(this.engine, async (on) => {
      const { tx, moment } = on;
      const person = (await peopleOf(tx, [address])).get(address);
      if (!person?.type) throw unknownAddress();
      const personId = await shownPerson(tx, person.person_id);
      await on.lock(personId);
      const version = moment.live.get(automationId);
      if (!version?.start) throw await notLive(tx, automationId);
      const [answer] = await on.enter([
        {
          version,
          person_id: personId,
          occasion: `hand:${newId()}`,
        },
      ]);
      if (!answer || 'refused' in answer) {
        return { entered: false, run_id: null, reason: refusalText[answer?.refused ?? 'been_here'] };
      }
      await audit(tx, actor, 'run.entered', answer.journey.run.id, { automation_id: automationId });
      return { entered: true, run_id: answer.journey.run.id };
    });
  }

  /** Ends the wait that a run stands in. @throws AppError 404; 409 when it does not wait or its automation is not live */
  async advance(actor: Actor, runId: string): Promise<void> {
    await this.change(actor, runId, 'run.advanced', async (on, run) => {
      if (run.status !== 'waiting')
        throw new AppError('wrong_run_status', `This run is not waiting. It is ${run.status}.`, {
          facts: { current_status: run.status },
        });
      const journey = await loaded(on, run);
      journey.forced = true;
      journey.movable = true;
      await on.move([journey]);
    });
  }

  /** Takes somebody out. @throws AppError 404; 409 when they have left already */
  async remove(actor: Actor, runId: string): Promise<void> {
    await this.change(actor, runId, 'run.removed', async (on, run) => {
      if (run.status !== 'active' && run.status !== 'waiting') {
        throw new AppError('wrong_run_status', `This person has already left. The run is ${run.status}.`, {
          facts: { current_status: run.status },
        });
      }
      const [journey] = await on.load([run]);
      if (!journey) throw notFound('version');
      journey.end(on.moment.now, 'exited', 'removed by hand');
      await on.move([journey]);
    });
  }

  /** Tries the step again at which a run failed. @throws AppError 404; 409 when it did not fail or is not live */
  async retry(actor: Actor, runId: string): Promise<void> {
    await this.change(actor, runId, 'run.retried', async (on, run) => {
      if (run.status !== 'failed')
        throw new AppError('wrong_run_status', `This run has not failed. It is ${run.status}.`, {
          facts: { current_status: run.status },
        });
      Object.assign(run, { status: 'active', ended_at: null, end_reason: null, retries: 0, wake_at: on.moment.now });
      const journey = await loaded(on, run);
      journey.movable = true;
      journey.changed = true;
      await on.move([journey]);
      await reportFailedRuns(on.tx, [run.automation_id]);
    });
  }

  /**
   * Lets all failed runs try their step again, or those that failed at one step; the wake loop moves them.
   * @returns how many; whoever is being worked on at this moment is left for another try
   * @throws AppError 409 when the automation is not live
   */
  async retryAll(actor: Actor, automationId: string, nodeId?: string): Promise<number> {
    let retried = 0;
    for (let after: string | undefined = FIRST; after !== undefined;) {
      const chunk: { retried: number; last: string | undefined } = await this.retryChunk(automationId, nodeId, after);
      retried += chunk.retried;
      after = chunk.last;
    }
    await this.database.tx(async (tx) => {
      await reportFailedRuns(tx, [automationId]);
      await recordAudit(tx, actor, {
        action: 'automation.retried',
        targetKind: 'automation',
        targetId: automationId,
        after: { node_id: nodeId, retried },
      });
    });
    return retried;
  }

  private retryChunk(
    automationId: string,
    nodeId: string | undefined,
    after: string,
  ): Promise<{ retried: number; last: string | undefined }> {
    return engineTransaction(this.engine, async (on) => {
      const { tx, moment } = on;
      if (!moment.live.has(automationId)) throw await notLive(tx, automationId);
      const failed = await tx.rows<{ id: string; person_id: string }>(
        `select id, person_id from cortex.automation_runs
         where automation_id = $1 and status = 'failed' and ($2::text is null or node_id = $2) and id > $3::uuid
         order by id limit $4`,
        [automationId, nodeId ?? null, after, PER_CHUNK],
      );
      const people = await on.lockFree(
        failed.map(({ person_id }) => person_id),
        PER_CHUNK,
      );
      const retried = await tx.run(
        `update cortex.automation_runs set status = 'active', ended_at = null, end_reason = null, retries = 0,
           waiting_for = null, wake_at = cortex.now()
         where id = any($1::uuid[]) and person_id = any($2::uuid[]) and status = 'failed'`,
        [failed.map(({ id }) => id), people],
      );
      return { retried, last: failed.length === PER_CHUNK ? failed.at(-1)!.id : undefined };
    });
  }

  private async change(
    actor: Actor,
    runId: string,
    action: AuditAction,
    work: (on: EngineTransaction, run: RunRow) => Promise<void>,
  ): Promise<void> {
    await engineTransaction(this.engine, async (on) => {
      const { tx } = on;
      const seen = await runById(tx, runId);
      if (!seen) throw notFound('run');
      await on.lock(seen.person_id);
      // Read anew: somebody else may have moved it until now.
      const run = (await runById(tx, runId))!;
      await work(on, run);
      await audit(tx, actor, action, runId, { automation_id: run.automation_id });
    });
  }
}

/** A run of a live automation, ready to be moved. @throws AppError 409 when it is not live */
async function loaded(on: EngineTransaction, run: RunRow): Promise<Journey> {
  if (!on.moment.live.has(run.automation_id)) throw await notLive(on.tx, run.automation_id);
  const [journey] = await on.load([run]);
  if (!journey) throw notFound('version');
  return journey;
}

const audit = (tx: Tx, actor: Actor, action: AuditAction, runId: string, after: object): Promise<void> =>
  recordAudit(tx, actor, { action, targetKind: 'run', targetId: runId, after });
