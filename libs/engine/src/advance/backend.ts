import type { ActivityFact, EffectType, Report } from '#graph';
import type { FactSource } from '../deciding/fact-source.js';
import type { EffectCall } from '../effects/effect-handler.js';
import type { EntryChecks } from '../entry/enter.js';
import type { HopWatch } from '../entry/hop-limit.js';
import type { InboxRow } from '../inbox/claim.js';
import type { Journey, RunRow } from '../runs/journey.js';
import type { LookBack } from '../runs/runs.queries.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { Moment } from '../versions/compiled-versions.js';

/** An activity that came by while a run was on its way. */
export interface Passed {
  run_id: string;
  person_id: string;
  id: string;
  occurred_text: string;
}

/**
 * Everything the engine reads and does beyond the runs it holds in its hands: the database now (`DatabaseBackend`), or
 * a replayed past (`ReplayBackend`). What decides (matching, limits, plans) is the same over either. Each room declares
 * the part it needs itself; this is their sum.
 */
export interface Backend extends FactSource, EntryChecks, HopWatch {
  /** These activities, in the order given; those that were erased meanwhile are left out. */
  passedBy(activities: readonly Passed[]): Promise<(ActivityFact & { run_id: string })[]>;
  /** Activities received since a step was entered, oldest first. */
  arrivedSince(waits: readonly LookBack[]): Promise<(ActivityFact & { run_id: string })[]>;
  /**
   * Of each of these starting activities: what of the types was stamped after it but received before it, oldest first.
   * It came out of order, and belongs behind the start.
   */
  overtaken(starts: readonly InboxRow[], types: readonly string[]): Promise<ReadonlyMap<string, InboxRow[]>>;
  /** Runs of these people that have not ended. */
  openRuns(personIds: readonly string[]): Promise<RunRow[]>;
  versions(ids: readonly string[]): Promise<ReadonlyMap<string, CompiledVersion>>;
  /** Stored runs, ready to be moved. */
  resume(runs: readonly RunRow[], versions: ReadonlyMap<string, CompiledVersion>): Promise<Journey[]>;
  /** Whether effects tell later how they went (see `reported` of a plan). Elsewhere it is assumed that they went well. */
  readonly reports?: true;
  /** What such effects are taken to tell there, if not that they went well. */
  readonly assumedReport?: Report;
  /** Does what steps want; of each call what belongs into its record, or why it could not be done. */
  perform(type: EffectType, calls: readonly EffectCall[], moment: Moment): Promise<(Record<string, unknown> | Error)[]>;
}
