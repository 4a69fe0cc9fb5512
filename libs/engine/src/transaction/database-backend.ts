import { loadFacts, loadRunFacts, type RunKey } from '#directory';
import type { ActivityFact, Effect, EffectType } from '#graph';
import { isTransient, type Tx } from '#platform';
import { leadEntries, type Group, type PersonFacts, type RunFacts, type StartingLead } from '#rules';
import type { Backend, Passed } from '../advance/backend.js';
import type { EffectCall, EffectHandler } from '../effects/effect-handler.js';
import { effects } from '../effects/index.js';
import type { AllowedEntry, Entry, PastEntry } from '../entry/entry-limits.js';
import { unexpectedEntries, mailsOverLimit } from '../entry/guard.js';
import { automationsBehind, reportLoop, type AutomationPath } from '../entry/hop-limit.js';
import { pastEntries } from '../entry/past-entries.js';
import { activitiesOf, overtaken, recorded, type InboxRow, type Recorded } from '../inbox/claim.js';
import type { Journey, RunRow } from '../runs/journey.js';
import { resumeRuns } from '../runs/resume-runs.js';
import { arrivedSince, openRuns, type LookBack } from '../runs/runs.queries.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { CompiledVersions, Moment } from '../versions/compiled-versions.js';

/** The present, inside one transaction. */
export class DatabaseBackend implements Backend {
  readonly reports = true;

  /** Whether the guard was asked to pause something: done once this transaction is committed. */
  tripped = false;

  /** The newest thing that people did themselves and that the directory's `last_activity` does not know yet; ms. */
  private readonly newestDoing = new Map<string, number>();

  constructor(
    private readonly tx: Tx,
    private readonly compiled: CompiledVersions,
  ) {}

  /**
   * What people did themselves and is being matched: rules see it in `last_activity` at once. The directory's row gets
   * it at the end of the transaction, because people's rows are locked last; see `settleInbox`.
   */
  seen(activities: readonly Pick<InboxRow, 'person_id' | 'occurred_at'>[]): void {
    for (const { person_id, occurred_at } of activities)
      this.newestDoing.set(person_id, Math.max(occurred_at.getTime(), this.newestDoing.get(person_id) ?? -Infinity));
  }

  async facts(
    personIds: readonly string[],
    groups: readonly Group[],
    moment: Moment,
  ): Promise<Map<string, PersonFacts>> {
    const facts = await loadFacts(this.tx, personIds, groups, moment);
    for (const [personId, at] of this.newestDoing) {
      const person = facts.get(personId);
      if (person && at > (person.last_activity ?? -Infinity)) facts.set(personId, { ...person, last_activity: at });
    }
    return facts;
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

  async unexpectedEntries(entries: readonly AllowedEntry[]): Promise<ReadonlySet<AllowedEntry>> {
    const refused = await unexpectedEntries(this.tx, entries);
    this.tripped ||= refused.size > 0;
    return refused;
  }

  async overtaken(starts: readonly InboxRow[], types: readonly string[]): Promise<ReadonlyMap<string, InboxRow[]>> {
    const found = new Map<string, InboxRow[]>();
    const rows = await overtaken(this.tx, starts, types);
    const activities = new Map((await activitiesOf(this.tx, rows)).map((activity) => [activity.id, activity]));
    for (const { start_id, id } of rows) found.set(start_id, [...(found.get(start_id) ?? []), activities.get(id)!]);
    return found;
  }

  async startingLeads(ids: readonly string[]): Promise<ReadonlyMap<string, StartingLead>> {
    const rows = await this.tx.rows<StartingLead & { id: string }>(
      `select id, ${leadEntries.join(', ')}, attributes from public.purchase_leads where id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, ...lead }) => [id, lead]));
  }

  automationsBehind(activities: readonly InboxRow[], moment: Moment): Promise<ReadonlyMap<string, AutomationPath>> {
    return automationsBehind(this.tx, activities, moment);
  }

  reportLoop(version: CompiledVersion, { person_id }: Entry): Promise<void> {
    return reportLoop(this.tx, version, { person_id });
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
    const held = type === 'email.send' ? await mailsOverLimit(this.tx, calls, moment) : new Map<EffectCall, Error>();
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
      return await this.tx.savepoint(() => handler(this.tx, calls, moment, this));
    } catch (error) {
      if (isTransient(error)) throw error;
      if (calls.length === 1) return [error instanceof Error ? error : new Error(String(error))];
      const alone: (Record<string, unknown> | Error)[] = [];
      for (const call of calls) alone.push(...(await this.perform(type, [call], moment)));
      return alone;
    }
  }
}
