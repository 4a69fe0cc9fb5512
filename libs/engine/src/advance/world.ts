import { loadFacts, loadRunFacts, type RunKey } from '#directory';
import type { ActivityFact, Effect, EffectType, Report } from '#graph';
import type { Tx } from '#platform';
import type { Group, PersonFacts, RunFacts } from '#rules';
import { recorded, type InboxRow, type Recorded } from '../inbox/claim.js';
import type { CompiledVersion, CompiledVersions, Moment } from '../versions/compiled-versions.js';
import { effects } from '../effects/index.js';
import type { EffectCall, EffectHandler } from '../effects/effect-handler.js';
import { resumeRuns } from '../entry/enter.js';
import { tooMany, tooOften } from '../entry/guard.js';
import { hopsBehind, sayLoop, type Hops } from '../entry/hop-limit.js';
import type { Journey, RunRow } from '../runs/journey.js';
import type { AllowedEntry, Entry, PastEntry } from '../entry/entry-limits.js';
import { arrivedSince, openRuns, pastEntries, type LookBack } from '../runs/runs.queries.js';
import { isTransient } from '../transaction/transient.js';

/** An activity that came by while a run was on its way. */
export interface Passed {
  run_id: string;
  person_id: string;
  id: string;
  occurred_text: string;
}

/**
 * Everything the engine reads and does beyond the runs it holds in its hands: the database now, or a replayed
 * past. What decides (matching, limits, plans) is the same over either.
 */
export interface World {
  /** What the rules may know about these people, by person; see `loadFacts`. */
  facts(personIds: readonly string[], groups: readonly Group[], moment: Moment): Promise<Map<string, PersonFacts>>;
  runFacts(runs: readonly RunKey[]): Promise<Map<string, RunFacts>>;
  /** These activities, in the order given; those that were erased meanwhile are left out. */
  passedBy(activities: readonly Passed[]): Promise<(ActivityFact & { run_id: string })[]>;
  /** Activities received since a step was entered, oldest first. */
  arrivedSince(waits: readonly LookBack[]): Promise<(ActivityFact & { run_id: string })[]>;
  /** The earlier entries that these are measured by. */
  pastEntries(entries: readonly Entry[]): Promise<PastEntry[]>;
  /** Those among these entries, all of people who were in on the same day, that nobody expected. Absent: nobody asks. */
  tooMany?(entries: readonly AllowedEntry[]): Promise<ReadonlySet<AllowedEntry>>;
  /** The automations behind activities that automations brought about, by activity. Absent: nobody asks. */
  hopsBehind?(activities: readonly InboxRow[], moment: Moment): Promise<ReadonlyMap<string, Hops>>;
  /** Notes that somebody goes round and round through this automation. */
  sayLoop?(version: CompiledVersion, entry: Entry): Promise<void>;
  openRuns(personIds: readonly string[]): Promise<RunRow[]>;
  versions(ids: readonly string[]): Promise<ReadonlyMap<string, CompiledVersion>>;
  resume(runs: readonly RunRow[], versions: ReadonlyMap<string, CompiledVersion>): Promise<Journey[]>;
  /** Whether effects tell later how they went (see `reported` of a plan). Elsewhere it is assumed that they went well. */
  readonly reports?: true;
  /** What such effects are taken to tell there, if not that they went well. */
  readonly assumedReport?: Report;
  /** Does what steps want; of each call what belongs into its record, or why it could not be done. */
  perform(type: EffectType, calls: readonly EffectCall[], moment: Moment): Promise<(Record<string, unknown> | Error)[]>;
}

/** The present, inside one transaction. */
export class DatabaseWorld implements World {
  readonly reports = true;

  /** Whether the guard was asked to pause something: done once this transaction is committed. */
  tripped = false;

  constructor(
    private readonly tx: Tx,
    private readonly compiled: CompiledVersions,
  ) {}

  facts(personIds: readonly string[], groups: readonly Group[], moment: Moment): Promise<Map<string, PersonFacts>> {
    return loadFacts(this.tx, personIds, groups, moment);
  }

  runFacts(runs: readonly RunKey[]): Promise<Map<string, RunFacts>> {
    return loadRunFacts(this.tx, runs);
  }

  async passedBy(activities: readonly Passed[]): Promise<(Recorded & { run_id: string })[]> {
    if (activities.length === 0) return [];
    const found = new Map((await recorded(this.tx, activities)).map((activity) => [activity.id, activity]));
    return activities.flatMap(({ id, run_id }) => (found.has(id) ? [{ ...found.get(id)!, run_id }] : []));
  }

  arrivedSince(waits: readonly LookBack[]): Promise<(ActivityFact & { run_id: string })[]> {
    return arrivedSince(this.tx, waits);
  }

  pastEntries(entries: readonly Entry[]): Promise<PastEntry[]> {
    return pastEntries(this.tx, entries);
  }

  async tooMany(entries: readonly AllowedEntry[]): Promise<ReadonlySet<AllowedEntry>> {
    const refused = await tooMany(this.tx, entries);
    this.tripped ||= refused.size > 0;
    return refused;
  }

  hopsBehind(activities: readonly InboxRow[], moment: Moment): Promise<ReadonlyMap<string, Hops>> {
    return hopsBehind(this.tx, activities, moment);
  }

  sayLoop(version: CompiledVersion, { person_id }: Entry): Promise<void> {
    return sayLoop(this.tx, version, { person_id });
  }

  openRuns(personIds: readonly string[]): Promise<RunRow[]> {
    return openRuns(this.tx, personIds);
  }

  versions(ids: readonly string[]): Promise<ReadonlyMap<string, CompiledVersion>> {
    return this.compiled.load(this.tx, ids);
  }

  resume(runs: readonly RunRow[], versions: ReadonlyMap<string, CompiledVersion>): Promise<Journey[]> {
    return resumeRuns(this.tx, runs, versions);
  }

  /** All calls together; where that fails, each alone, so that one that cannot be done holds up nobody. */
  async perform(
    type: EffectType,
    calls: readonly EffectCall[],
    moment: Moment,
  ): Promise<(Record<string, unknown> | Error)[]> {
    const held = type === 'email.send' ? await tooOften(this.tx, calls, moment) : new Map<EffectCall, Error>();
    if (held.size > 0) {
      this.tripped = true;
      const done = await this.perform(
        type,
        calls.filter((call) => !held.has(call)),
        moment,
      );
      return calls.map((call) => held.get(call) ?? done.shift()!);
    }
    if (calls.length === 0) return [];
    const handler = effects[type] as EffectHandler<Effect['type']>;
    try {
      return await this.tx.savepoint(() => handler(this.tx, calls, moment));
    } catch (error) {
      if (isTransient(error)) throw error;
      if (calls.length === 1) return [error instanceof Error ? error : new Error(String(error))];
      const alone: (Record<string, unknown> | Error)[] = [];
      for (const call of calls) alone.push(...(await this.perform(type, [call], moment)));
      return alone;
    }
  }
}
