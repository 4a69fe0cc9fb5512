import { z } from 'zod';
import { Injectable, Inject } from '@nestjs/common';
import { monitorCandidates, monitorMatches, type Monitor } from '#automations';
import { approximateSeconds } from '#graph';
import { adminAddresses } from '#contracts';
import { closeAttention, Database, databaseFailure, LOG, openAttention, retryLaws, type Log } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { engineTransaction, type EngineParts } from '../transaction/engine-transaction.js';
import { EngineVersions } from '../versions/engine-versions.js';

/** Ticked once a minute, however many workers run; a tick that is still going on is not joined by another. */
export const tickMonitors = defineJob({
  name: 'engine.monitors',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.tick,
});

const PEOPLE_PER_CHUNK = 200;
/** Chunks of one monitor in one tick; who is left is found by the next. */
const CHUNKS_PER_TICK = 500;
/** A tick may come a little early and still count for its minute. */
const SLACK = 5;

interface Tick {
  automation_id: string;
  node_id: string;
  age: number;
}

const keyOf = ({ automation_id }: CompiledVersion): string => `monitor:${automation_id}`;

/** Asks of each live monitor who matches now, and takes them in. */
@Injectable()
export class Monitors implements JobHandlers {
  private readonly engine: EngineParts;

  constructor(
    private readonly database: Database,
    private readonly versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.engine = { database, versions, log };
  }

  async bind(queue: Queue): Promise<void> {
    await queue.handle(tickMonitors, async ({ signal }) => {
      await this.tick(signal);
    });
  }

  /** One round over the monitors that are due. Answers how many people came in. */
  async tick(signal?: AbortSignal): Promise<number> {
    let entered = 0;
    const { due, open } = await this.due();
    for (const version of due) {
      if (signal?.aborted) break;
      entered += await this.look(version, open.has(keyOf(version)), signal);
    }
    return entered;
  }

  /** The monitors whose time has come, and what is said of monitors under Needs attention. */
  private async due(): Promise<{ due: CompiledVersion[]; open: ReadonlySet<string> }> {
    return this.database.tx(async (tx) => {
      const { live } = await this.versions.moment(tx);
      const ticks = await tx.rows<Tick>(
        'select automation_id, node_id, extract(epoch from cortex.now() - ticked_at)::float8 as age from cortex.monitor_ticks',
      );
      const ages = new Map(ticks.map(({ automation_id, node_id, age }) => [`${automation_id} ${node_id}`, age]));
      const due = [...live.values()].filter(({ automation_id, start }) => {
        if (start?.by !== 'monitor') return false;
        const age = ages.get(`${automation_id} ${start.node_id}`);
        return age === undefined || age >= approximateSeconds(start.every) - SLACK;
      });
      const open = await tx.rows<{ key: string }>(
        "select key from cortex.attention where closed_at is null and starts_with(key, 'monitor:')",
      );
      return { due, open: new Set(open.map(({ key }) => key)) };
    });
  }

  /** @param said whether its failure stands under Needs attention */
  private async look(version: CompiledVersion, said: boolean, signal?: AbortSignal): Promise<number> {
    const began = performance.now();
    let found = 0;
    let failure: string | null = null;
    try {
      for (let chunk = 0; chunk < CHUNKS_PER_TICK && !signal?.aborted; chunk += 1) {
        const entered = await this.chunk(version.automation_id);
        found += entered;
        if (entered === 0) break;
      }
    } catch (error) {
      // The job of this tick is done again in seconds; the next tick may be minutes away.
      if (databaseFailure(error) === 'unavailable') throw error;
      failure = (error as Error).message.slice(0, 500);
      this.log.error({ automation_id: version.automation_id, reason: failure }, 'a monitor failed');
    }
    await this.note(version, Math.round(performance.now() - began), found, failure);
    if (failure === null && said) await this.database.tx((tx) => closeAttention(tx, keyOf(version)));
    return found;
  }

  /** Takes in one chunk of those who match: found first, then locked, then asked again under their locks. */
  private async chunk(automationId: string): Promise<number> {
    return engineTransaction(this.engine, async (on) => {
      const { tx, moment } = on;
      const version = moment.live.get(automationId);
      if (version?.start?.by !== 'monitor') return 0;
      const question = { automationId, start: version.start as Monitor, limit: version.limit };
      const candidates = await monitorCandidates(tx, question, PEOPLE_PER_CHUNK * 5);
      if (candidates.length === 0) return 0;
      const people = await on.lockFree(candidates, PEOPLE_PER_CHUNK);
      const matches = await monitorMatches(tx, question, { limit: PEOPLE_PER_CHUNK, personIds: people });
      const answers = await on.enter(
        matches.map((match) => ({
          version,
          person_id: match.person_id,
          occasion: `monitor:${moment.now.toISOString()}`,
          lead_id: match.lead_id ?? undefined,
        })),
      );
      return answers.filter((each) => 'journey' in each).length;
    });
  }

  private async note(version: CompiledVersion, took: number, found: number, failure: string | null): Promise<void> {
    await this.database.run(
      `insert into cortex.monitor_ticks (automation_id, node_id, ticked_at, took_ms, found, error)
       select a.id, $2, cortex.now(), $3, $4, $5 from cortex.automations a where a.id = $1
       on conflict (automation_id, node_id) do update
         set ticked_at = excluded.ticked_at, took_ms = excluded.took_ms, found = excluded.found, error = excluded.error`,
      [version.automation_id, version.start!.node_id, took, found, failure],
    );
    if (failure === null) return;
    await this.database.tx((tx) =>
      openAttention(tx, {
        key: keyOf(version),
        kind: 'engine',
        title: 'A monitor failed',
        detail: `Nobody entered “${version.name}” in its last round: ${failure}`,
        action: { label: 'Open the automation', href: adminAddresses.automation(version.automation_id) },
        facts: { automation_id: version.automation_id },
      }),
    );
  }
}
