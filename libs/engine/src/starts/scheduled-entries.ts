import { Inject, Injectable } from '@nestjs/common';
import {
  callUp,
  callUpByDate,
  latestOccurrence,
  letLeave,
  listOf,
  membersAmong,
  planRound,
  startClock,
  type Queued,
} from '#automations';
import { adminAddresses } from '#contracts';
import { closeAttention, Database, isTransient, LOG, openAttention, retryLaws, type Log, type Tx } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { engineTransaction, type EngineParts } from '../transaction/engine-transaction.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { pauseTripped, watchPace } from '../entry/guard.js';
import type { Entry } from '../entry/entry-limits.js';

/** Ticked once a minute, however many workers run. */
export const tickEntries = defineJob({
  name: 'engine.entries',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.tick,
});

/** Takes in who was called up for one automation; one of these per automation at a time. */
export const takeInEntries = defineJob({
  name: 'engine.take_in',
  payload: z.object({ automation_id: z.uuid() }),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

const PEOPLE_PER_CHUNK = 200;
/** A job that has gone on for so long ends; the next tick asks for another. */
const JOB_MS = 600_000;

interface State {
  clocks: { automation_id: string; counted_until: string }[];
  rounds: { automation_id: string; occasion: string }[];
  /** Stopped automations with people inside: whoever stopped them died before all had gone. */
  left_inside: string[];
  /** What is said of this under Needs attention. */
  open: string[];
}

const STATE = `
  select
    (select coalesce(jsonb_agg(c), '[]') from (select automation_id, counted_until from cortex.entry_clocks) c) as clocks,
    (select coalesce(jsonb_agg(r), '[]') from (
       select automation_id, occasion from cortex.entry_rounds order by due_at limit 1000) r) as rounds,
    array(select a.id::text from cortex.automations a where a.status = 'stopped' and exists (
      select from cortex.automation_runs r where r.automation_id = a.id and r.status in ('active', 'waiting'))) as left_inside,
    array(select key from cortex.attention where closed_at is null and starts_with(key, 'entries:')) as open`;

type Called = Pick<Queued, 'occasion' | 'person_id' | 'due_at'>;

/**
 * Entries by the clock: a schedule over a list, and dates of people. Each minute it is written down, in one statement
 * for each automation, who is to come in; they are taken in by chunks, each exactly once.
 */
@Injectable()
export class ScheduledEntries implements JobHandlers {
  private readonly engine: EngineParts;

  constructor(
    private readonly database: Database,
    private readonly versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.engine = { database, versions, log };
  }

  async bind(queue: Queue): Promise<void> {
    await queue.handle(tickEntries, async ({ signal }) => {
      for (const automation_id of await this.tick(signal)) {
        await queue.enqueue(undefined, takeInEntries, { automation_id }, { singletonKey: automation_id });
      }
    });
    await queue.handle(takeInEntries, async ({ payload, signal }) => {
      await this.takeIn(payload.automation_id, signal);
    });
  }

  /** Calls up everybody who is due. Answers the live automations before which people stand. */
  async tick(signal?: AbortSignal): Promise<string[]> {
    const { live, timezone, now } = await this.database.tx((tx) => this.versions.moment(tx));
    const state = (await this.database.row<State>(STATE))!;
    const clocks = new Map(state.clocks.map((clock) => [clock.automation_id, new Date(clock.counted_until)]));
    const attempt = (version: CompiledVersion, work: () => Promise<unknown>) => this.guarded(version, state.open, work);
    for (const version of live.values()) {
      if (signal?.aborted) return [];
      const { start, automation_id, late_after } = version;
      const until = clocks.get(automation_id);
      if (start?.by === 'schedule') {
        await attempt(version, async () => {
          const due = latestOccurrence(start.cron, start.timezone ?? timezone, now, late_after * 1000);
          if (until === undefined || (due && due > until)) await this.atClock(version, timezone, due);
        });
      } else if (start?.by === 'date') await attempt(version, () => this.atClock(version, timezone));
    }
    for (const { automation_id, occasion } of state.rounds) {
      if (signal?.aborted) return [];
      const version = live.get(automation_id);
      if (version) await attempt(version, () => this.gather(automation_id, occasion));
    }
    for (const id of state.left_inside) await letLeave(this.database, id);
    await watchPace(this.database, live);
    await pauseTripped(this.database);
    const waiting = await this.database.rows<{ id: string }>(
      `select a.id from cortex.automations a where a.status = 'live'
       and exists (select from cortex.entry_queue q where q.automation_id = a.id)`,
    );
    return waiting.map(({ id }) => id);
  }

  /** Takes in who was called up, until nobody is left who can be. Answers how many came in. */
  async takeIn(automationId: string, signal?: AbortSignal): Promise<number> {
    const began = performance.now();
    let entered = 0;
    while (!signal?.aborted && performance.now() - began < JOB_MS) {
      const { looked, journeys } = await this.chunkIsolated(automationId);
      entered += journeys;
      if (looked === 0) break;
    }
    return entered;
  }

  /** Calls up who is due between the last look and now; `due` is the time of a schedule, `timezone` the workspace's. */
  private async atClock(version: CompiledVersion, timezone: string, due?: Date): Promise<void> {
    const { start, automation_id, late_after } = version;
    const began = performance.now();
    const occasion = await this.database.tx(async (tx) => {
      const clock = await tx.row<{ until: Date; since: string; now: string }>(
        `select c.counted_until as until, cortex.now()::text as now,
           greatest(c.counted_until, cortex.now() - make_interval(secs => $2))::text as since
         from cortex.entry_clocks c join cortex.automations a on a.id = c.automation_id and a.status = 'live'
         where c.automation_id = $1 for update of c for share of a`,
        [automation_id, late_after],
      );
      if (!clock) return void (await startClock(tx, automation_id, true));
      let found = 0;
      let planned: string | undefined;
      if (start?.by === 'schedule' && due && due > clock.until) {
        planned = `schedule:${due.toISOString()}`;
        found = 1;
        await planRound(tx, { automationId: automation_id, occasion: planned, listId: start.smart_list_id, due });
      } else if (start?.by === 'date') {
        found = await callUpByDate(tx, automation_id, start, { from: clock.since, to: clock.now, timezone });
      }
      await tx.run(
        'update cortex.entry_clocks set counted_until = cortex.now(), took_ms = $2, found = $3 where automation_id = $1',
        [automation_id, Math.round(performance.now() - began), found],
      );
      return planned;
    });
    if (occasion) await this.gather(automation_id, occasion);
  }

  private gather(automationId: string, occasion: string): Promise<void> {
    return this.database.tx(async (tx) => {
      await callUp(tx, automationId, occasion);
      // Whoever stopped it meanwhile has sent everybody away; nobody may come to stand there afterwards.
      const row = await tx.row<{ status: string }>('select status from cortex.automations where id = $1 for share', [
        automationId,
      ]);
      if (row?.status !== 'live') throw new Error('it was paused or stopped meanwhile');
    });
  }

  /** One automation whose list or rules cannot be read holds up no other; a person is told. */
  private async guarded(
    version: CompiledVersion,
    open: readonly string[],
    work: () => Promise<unknown>,
  ): Promise<void> {
    const key = `entries:${version.automation_id}`;
    try {
      await work();
      if (open.includes(key)) await this.database.tx((tx) => closeAttention(tx, key));
    } catch (error) {
      const reason = (error as Error).message.slice(0, 300);
      this.log.error({ automation_id: version.automation_id, reason }, 'a schedule or a date failed');
      await this.say(version.automation_id, {
        key,
        title: 'A schedule or a date failed',
        detail: `Nobody entered “${version.name}” in its last round: ${reason}`,
      });
    }
  }

  private say(automationId: string, item: { key: string; title: string; detail: string }): Promise<void> {
    const action = { label: 'Open the automation', href: adminAddresses.automation(automationId) };
    return this.database.tx((tx) =>
      openAttention(tx, { ...item, kind: 'engine', action, facts: { automation_id: automationId } }),
    );
  }

  private async chunkIsolated(automationId: string): Promise<{ looked: number; journeys: number }> {
    const claimed: string[] = [];
    try {
      return await this.chunk(automationId, claimed);
    } catch (error) {
      if (isTransient(error) || claimed.length === 0) throw error;
    }
    let journeys = 0;
    for (const person of claimed) {
      try {
        journeys += (await this.chunk(automationId, [], person)).journeys;
      } catch (error) {
        if (isTransient(error)) throw error;
        await this.putAside(automationId, person, (error as Error).message);
      }
    }
    return { looked: claimed.length, journeys };
  }

  /** One chunk of those called up: locked, taken off the list, asked again, and taken in. */
  private chunk(automationId: string, claimed: string[], only?: string): Promise<{ looked: number; journeys: number }> {
    return engineTransaction(this.engine, async (on) => {
      const { tx, moment } = on;
      const version = moment.live.get(automationId);
      if (!version) return { looked: 0, journeys: 0 };
      const people = await on.lockFree(only ? [only] : await nextPeople(tx, automationId), PEOPLE_PER_CHUNK);
      claimed.push(...people);
      const called = await tx.rows<Called>(
        `delete from cortex.entry_queue where automation_id = $1 and person_id = any($2::uuid[])
         returning occasion, person_id, due_at`,
        [automationId, people],
      );
      if (called.length === 0) return { looked: 0, journeys: 0 };
      const answers = await on.enter(await this.stillWanted(tx, moment, version, called));
      return { looked: called.length, journeys: answers.filter((each) => 'journey' in each).length };
    });
  }

  /** A big round takes its time: who has left the list meanwhile, or is too late, does not come in. */
  private async stillWanted(
    tx: Tx,
    moment: Moment,
    version: CompiledVersion,
    called: readonly Called[],
  ): Promise<Entry[]> {
    const { start, late_after } = version;
    const byDate = start?.by === 'date';
    const list = listOf(start);
    const oldest = moment.now.getTime() - late_after * 1000;
    const wanted = called.filter(
      ({ occasion, due_at }) =>
        due_at.getTime() > oldest && (occasion.startsWith('date:') ? byDate : list !== undefined),
    );
    const people = wanted.map(({ person_id }) => person_id);
    const members = new Set(await membersAmong(tx, list, people));
    return wanted
      .filter(({ person_id }) => members.has(person_id))
      .sort((a, b) => a.due_at.getTime() - b.due_at.getTime())
      .map(({ occasion, person_id }) => ({ version, person_id, occasion }));
  }

  private async putAside(automationId: string, personId: string, reason: string): Promise<void> {
    this.log.error({ automation_id: automationId, reason }, 'somebody could not enter');
    await this.database.run('delete from cortex.entry_queue where automation_id = $1 and person_id = $2', [
      automationId,
      personId,
    ]);
    await this.say(automationId, {
      key: `entry:${automationId}`,
      title: 'Someone could not enter',
      detail: `They were due by a schedule or a date, and it failed: ${reason.slice(0, 300)}`,
    });
  }
}

/** More than fit into a chunk, because some may be locked. */
const nextPeople = async (tx: Tx, automationId: string): Promise<string[]> =>
  (
    await tx.rows<{ person_id: string }>(
      `select person_id from cortex.entry_queue where automation_id = $1 order by occasion, person_id limit $2`,
      [automationId, PEOPLE_PER_CHUNK * 5],
    )
  ).map(({ person_id }) => person_id);
