import { z } from 'zod';
import { Inject, Injectable } from '@nestjs/common';
import { closeGate } from '#automations';
import { adminAddresses } from '#contracts';
import { experimentOf } from '#graph';
import {
  closeAttention,
  Database,
  databaseFailure,
  LOG,
  openAttention,
  recordAudit,
  retryLaws,
  systemActor,
  type Log,
} from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { look, type Drawn } from './experiment-report.js';
import type { DrawnPath, Judged } from './judge.js';

/** Looks at each experiment under way, and ends those whose rule says so. Looking often does no harm to what it says. */
export const lookAtExperiments = defineJob({
  name: 'engine.experiments',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

const actor = systemActor('experiments');

interface UnderWay extends Drawn {
  automation_id: string;
  name: string;
  version: number;
}

/** Ends experiments by the rule that was published with them. */
@Injectable()
export class Experiments implements JobHandlers {
  constructor(
    private readonly database: Database,
    private readonly versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async bind(queue: Queue): Promise<void> {
    await queue.handle(lookAtExperiments, async ({ signal }) => void (await this.round(signal)));
  }

  /** One look at each. One that cannot be counted does not keep the others from it. Answers how many ended. */
  async round(signal?: AbortSignal): Promise<number> {
    let ended = 0;
    for (const experiment of await this.underWay()) {
      if (signal?.aborted) break;
      try {
        if (await this.end(experiment)) ended += 1;
      } catch (error) {
        if (databaseFailure(error) === 'unavailable') throw error;
        this.log.error(
          { automation_id: experiment.automation_id, reason: (error as Error).message },
          'an experiment could not be counted',
        );
      }
    }
    return ended;
  }

  /** The experiments of live versions that have not ended. */
  private async underWay(): Promise<UnderWay[]> {
    return this.database.tx(async (tx) => {
      const { live } = await this.versions.moment(tx);
      const drawn = [...live.values()].flatMap(experimentsOf);
      if (drawn.length === 0) return [];
      const rows = await tx.rows<{ id: string; published_at: Date; ended: string[] }>(
        `select v.id, v.published_at,
           array(select x.node_id from cortex.experiment_results x where x.version_id = v.id) as ended
         from cortex.automation_versions v where v.id = any($1::uuid[])`,
        [drawn.map(({ version_id }) => version_id)],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return drawn.flatMap((one) => {
        const row = byId.get(one.version_id);
        return !row || row.ended.includes(one.node_id) ? [] : [{ ...one, began_at: row.published_at }];
      });
    });
  }

  /** Ends one if its rule says so. From the commit on every process sends newcomers where it was decided. */
  private async end(experiment: UnderWay): Promise<boolean> {
    const { automation_id, node_id, version_id, rule } = experiment;
    const found = await this.database.tx((tx) => look(tx, experiment), { readOnly: true, statementTimeout: 60_000 });
    const { state, winner, sentence } = found.judged;
    await this.tellOfShares(experiment, found.judged);
    if (state === 'running') return false;
    return this.database.tx(async (tx) => {
      await closeGate(tx);
      const written = await tx.run(
        `insert into cortex.experiment_results (version_id, node_id, winner, takes_all, result)
         select v.id, $2, $3, $4, $5::jsonb
         from cortex.automation_versions v join cortex.automations a on a.id = v.automation_id
         where v.id = $1 and v.number = a.live_version and a.status in ('live', 'paused')
         on conflict (version_id, node_id) do nothing`,
        [version_id, node_id, winner, winner !== null && rule.then === 'winner', JSON.stringify(found)],
      );
      if (written === 0) return false;
      await recordAudit(tx, actor, {
        action: 'experiment.ended',
        targetKind: 'automation',
        targetId: automation_id,
        after: {
          version: experiment.version,
          node_id,
          winner,
          takes_all: winner !== null && rule.then === 'winner',
          sentence,
        },
      });
      await openAttention(tx, {
        key: `experiment:${version_id}:${node_id}`,
        kind: 'experiment',
        title: `An experiment in “${experiment.name}” has ended`,
        detail: sentence,
        action: { label: 'Open the automation', href: adminAddresses.automation(automation_id) },
        facts: { automation_id, node_id },
      });
      return true;
    });
  }

  /** Says once, while an experiment is under way, that its people do not match the shares, and takes it back. */
  private async tellOfShares(experiment: UnderWay, { state, mismatch, sentence }: Judged): Promise<void> {
    const { automation_id, node_id, version_id, name } = experiment;
    const key = `experiment-shares:${version_id}:${node_id}`;
    if (state !== 'running' || !mismatch) return closeAttention(this.database, key);
    // Whoever has closed it knows.
    if (await this.database.row('select from cortex.attention where key = $1', [key])) return;
    await openAttention(this.database, {
      key,
      kind: 'experiment',
      title: `An experiment in “${name}” cannot be trusted`,
      detail: sentence,
      action: { label: 'Open the automation', href: adminAddresses.automation(automation_id) },
      facts: { automation_id, node_id },
    });
  }
}

const experimentsOf = (version: CompiledVersion): Omit<UnderWay, 'began_at'>[] =>
  [...version.steps.values()].flatMap(({ id, def, config }) => {
    const rule = experimentOf({ type: def.type, config });
    if (!rule) return [];
    return [
      {
        automation_id: version.automation_id,
        name: version.name,
        version: version.number,
        version_id: version.id,
        node_id: id,
        rule,
        paths: (config as { branches: DrawnPath[] }).branches,
      },
    ];
  });
