import type { ActivityFact, Settings } from '#graph';
import type { Log } from '#platform';
import { isByThePerson, type Group } from '#rules';
import type { InboxRow } from '../inbox/claim.js';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { boundToItself, Decisions, type RuleQuestion } from '../deciding/decisions.js';
import { enter } from '../entry/enter.js';
import { MOST_HOPS } from '../entry/hop-limit.js';
import { isOnItsWay, ON_CHANGE, type Journey, type RunRow } from '../runs/journey.js';
import type { Entry } from '../entry/entry-limits.js';
import type { Trigger } from '../versions/trigger-index.js';
import type { Backend } from '../advance/backend.js';

interface Candidate {
  row: InboxRow;
  at: number;
  trigger: Trigger;
}

/**
 * Finds out what the activities of one claim bring about: which runs they start, wake or end. Writes no run: those it
 * answers are moved and written by whoever asked.
 */
export class ActivityMatcher {
  private readonly decisions: Decisions;
  private readonly byPerson = new Map<string, InboxRow[]>();

  constructor(
    private readonly backend: Backend,
    private readonly moment: Moment,
    private readonly log: Log,
  ) {
    this.decisions = new Decisions(backend, moment);
  }

  /** @param rows of people whose locks are held, each person's oldest first */
  async match(rows: readonly InboxRow[]): Promise<Journey[]> {
    for (const row of rows) {
      if (row.history) continue;
      this.byPerson.set(row.person_id, [...(this.byPerson.get(row.person_id) ?? []), row]);
    }
    if (this.byPerson.size === 0) return [];
    const started = await this.startRuns();
    const woken = await this.wakeAndEndRuns();
    return [...woken, ...started];
  }

  private isRecent(row: ActivityFact, version: CompiledVersion): boolean {
    return this.moment.now.getTime() - row.occurred_at.getTime() <= version.late_after * 1000;
  }

  private async startRuns(): Promise<Journey[]> {
    const candidates: Candidate[] = [];
    for (const rows of this.byPerson.values()) {
      for (const [at, row] of rows.entries()) {
        if (row.starts_nothing) continue;
        for (const trigger of await this.startable(row)) candidates.push({ row, at, trigger });
      }
    }
    const { chosen, entries } = await this.withinHopLimit(await this.withRulesFulfilled(candidates));
    const entered = await enter(this.backend, this.moment, entries);
    const started = entered.flatMap((each, at) => {
      if ('refused' in each) return [];
      const { row, at: position } = chosen[at]!;
      each.journey.pending = this.byPerson.get(row.person_id)!.slice(position + 1);
      return [each.journey];
    });
    await this.addOvertaken(started, chosen);
    for (const journey of started) await this.noteLaterLeaving(journey);
    return started;
  }

  /** A payment that was received before its checkout, but made after it, is behind the checkout all the same. */
  private async addOvertaken(started: readonly Journey[], candidates: readonly Candidate[]): Promise<void> {
    const late = started.flatMap(({ run, version }) => {
      if (version.awaited.size === 0 && version.endings.size === 0) return [];
      const row = candidates.find((each) => each.row.id === run.activity_id)?.row;
      return row && row.occurred_at < row.received_at ? [row] : [];
    });
    if (late.length === 0) return;
    const types = new Set(started.flatMap(({ version }) => [...version.awaited, ...version.endings]));
    const overtaken = await this.backend.overtaken(late, [...types]);
    for (const journey of started) {
      const before = overtaken.get(journey.run.activity_id ?? '') ?? [];
      const known = new Set(journey.pending.map(({ id }) => id));
      journey.pending = [...before.filter(({ id }) => !known.has(id)), ...journey.pending].sort(
        (a, b) => a.occurred_at.getTime() - b.occurred_at.getTime(),
      );
    }
  }

  /** The automations whose conditions on the activity hold, all decided at once. */
  private async startable(row: InboxRow): Promise<Trigger[]> {
    const triggers = this.moment.triggers
      .candidates(row)
      .filter(({ version }) => this.isRecent(row, version) && !causedBy(version.automation_id, row));
    const wheres = triggers.flatMap(({ where }) => where ?? []);
    try {
      const fulfilled = await this.decisions.fulfilled(wheres, row);
      return triggers.filter(({ where }) => where === undefined || fulfilled.has(where));
    } catch {
      // One of them cannot be decided: alone, each is judged and named for itself.
      const holds: Trigger[] = [];
      for (const trigger of triggers) {
        const where = trigger.where && boundToItself(trigger.where, row);
        if (await this.matches(where, row, { version: trigger.version })) holds.push(trigger);
      }
      return holds;
    }
  }

  /** Somebody who has just come in, or was just woken, leaves by a later activity only after what came before it. */
  private async noteLaterLeaving(journey: Journey): Promise<void> {
    for (const [at, row] of journey.pending.entries()) {
      const left = this.isRecent(row, journey.version) ? await this.leaves(journey, row) : undefined;
      if (!left) continue;
      journey.leaving = left;
      journey.pending = journey.pending.slice(0, at);
      return;
    }
  }

  /** Leaves out whom automations have sent on and on by what they cause; that is said, and they stay where they are. */
  private async withinHopLimit(candidates: readonly Candidate[]): Promise<{ chosen: Candidate[]; entries: Entry[] }> {
    const rows = candidates.map(({ row }) => row);
    const hops = rows.length > 0 ? await this.backend.automationsBehind?.(rows, this.moment) : undefined;
    const chosen: Candidate[] = [];
    const entries: Entry[] = [];
    for (const candidate of candidates) {
      const { row, trigger } = candidate;
      const sent_by = hops?.get(row.id);
      const entry: Entry = {
        version: trigger.version,
        person_id: row.person_id,
        occasion: `activity:${row.id}`,
        activity: row,
        ...(sent_by ? { sent_by } : {}),
      };
      if (sent_by && sent_by.length > MOST_HOPS) {
        await this.backend.reportLoop?.(trigger.version, entry);
        continue;
      }
      chosen.push(candidate);
      entries.push(entry);
    }
    return { chosen, entries };
  }

  private async withRulesFulfilled(candidates: readonly Candidate[]): Promise<Candidate[]> {
    const answers = await this.decisions.decide(
      candidates.map(({ row, trigger }): RuleQuestion => ({
        person_id: row.person_id,
        rules: trigger.rules ? [trigger.rules] : [],
      })),
    );
    return candidates.filter(({ trigger, row }, at) => {
      if (!trigger.rules) return true;
      try {
        return answers[at]!.decide(trigger.rules);
      } catch (error) {
        this.logUndecided(error, trigger.version, row);
        return false;
      }
    });
  }

  private async wakeAndEndRuns(): Promise<Journey[]> {
    const runs = (await this.backend.openRuns([...this.byPerson.keys()])).filter((run) =>
      this.moment.live.has(run.automation_id),
    );
    const versions = await this.backend.versions(runs.map((run) => run.version_id));
    const concerned = runs.filter((run) => {
      const version = versions.get(run.version_id);
      return version && this.byPerson.get(run.person_id)!.some((row) => concerns(row, run, version));
    });
    const journeys = await this.backend.resume(concerned, versions);
    for (const journey of journeys) await this.wakeOrEnd(journey);
    return journeys;
  }

  /** Goes through the person's activities in order, until one lets the run leave or wakes it. */
  private async wakeOrEnd(journey: Journey): Promise<void> {
    const { settings } = journey.version;
    const rows = this.byPerson.get(journey.run.person_id)!;
    for (const [at, row] of rows.entries()) {
      if (!this.isRecent(row, journey.version)) continue;
      const left = await this.leaves(journey, row);
      if (left) return journey.end(this.moment.now, left.status, left.reason);
      const awaits = journey.step?.awaits;
      const awaited =
        journey.run.status === 'waiting' &&
        awaits?.activity_type === row.type &&
        (await this.matches(awaits.where, row, journey));
      const asks = journey.run.waiting_for === ON_CHANGE || hasRules(settings);
      if (!awaited && !asks) continue;
      journey.movable = true;
      journey.lookBack = false;
      journey.arrived = awaited ? [row] : [];
      journey.pending = rows.slice(at + (awaited ? 1 : 0));
      return this.noteLaterLeaving(journey);
    }
    if (isOnItsWay(journey.run)) journey.pending = rows.filter((row) => this.isRecent(row, journey.version));
  }

  private async leaves(
    journey: Journey,
    row: InboxRow,
  ): Promise<{ status: 'exited' | 'completed'; reason: string } | undefined> {
    const { exit_when, goal } = journey.version.settings;
    if (exit_when && 'activity_type' in exit_when && exit_when.activity_type === row.type) {
      if (await this.matches(exit_when.where, row, journey)) return { status: 'exited', reason: 'exit_when' };
    }
    if (goal && 'activity_type' in goal && goal.activity_type === row.type) {
      if (await this.matches(goal.where, row, journey)) return { status: 'completed', reason: 'goal' };
    }
    return undefined;
  }

  private async matches(
    where: Group | undefined,
    row: InboxRow,
    asking: { version: CompiledVersion; run?: RunRow },
  ): Promise<boolean> {
    try {
      return await this.decisions.matches(where, row, asking.run?.context.entry);
    } catch (error) {
      this.logUndecided(error, asking.version, row);
      return false;
    }
  }

  private logUndecided(error: unknown, version: CompiledVersion | undefined, row: InboxRow): void {
    this.log.error(
      { automation_id: version?.automation_id, activity_id: row.id, reason: (error as Error).message },
      'a rule could not be decided and counts as not fulfilled',
    );
  }
}

const hasRules = ({ exit_when, goal }: Settings): boolean =>
  [exit_when, goal].some((moment) => moment !== undefined && 'rules' in moment);

/**
 * Whether this automation itself brought the activity about: a change or an activity of its steps, or what became
 * of its mails. Such an activity never starts it again, or it would go round for ever. What a person does with its
 * mail (a click) is the person's own doing.
 */
export const causedBy = (automationId: string, { type, metadata, source }: InboxRow): boolean => {
  const facts = metadata as { automation_id?: unknown; by?: unknown };
  return (
    facts.automation_id === automationId &&
    (facts.by === 'automation' || source === 'automation' || !isByThePerson(type))
  );
};

/** Whether an activity could wake a run or let it leave, or is one that it will wait for. */
const concerns = (row: InboxRow, run: RunRow, { settings, awaited }: CompiledVersion): boolean =>
  run.waiting_for === row.type ||
  run.waiting_for === ON_CHANGE ||
  (isOnItsWay(run) && awaited.has(row.type)) ||
  [settings.exit_when, settings.goal].some(
    (moment) => moment !== undefined && ('rules' in moment || moment.activity_type === row.type),
  );
