import type { DateStart } from '#automations';
import { isByThePerson, type Group, type PersonFacts } from '#rules';
import type { Log } from '#platform';
import { Advance } from '../advance/advance.js';
import { ActivityMatcher, causedBy } from '../matching/activity-matcher.js';

import type { Moment } from '../versions/compiled-versions.js';
import { Decisions } from '../deciding/decisions.js';
import { enter } from '../entry/enter.js';
import type { Journey } from '../runs/journey.js';
import { type Aggregates } from '../past/aggregates.js';
import { dateOf } from '../past/date-values.js';
import { MonitorReplay } from './monitor-replay.js';
import { factTypes, type PastPerson, type PastActivity } from '../past/past-person.js';
import { rowOf, ReplayBackend, type Simulated } from './replay-backend.js';
import type { Call } from '../past/call.js';
import type { Script } from './script.js';

/** Moves that one person may make in a replay: beyond that the drawing goes round without end. */
const MOST_MOVES = 200_000;

/**
 * Goes through one person's past: hands each activity, each due wait and each round of a monitor to the code
 * that matches and advances, at its own instant. `done` gets every run that ends, and at the end those still inside.
 */
export class ReplayPerson {
  private readonly backend: ReplayBackend;
  private readonly monitor: MonitorReplay | undefined;
  private readonly known: Map<string, Simulated>;
  private now: number;
  private moves = 0;
  /** Nobody comes in any more: the one run is to be watched. */
  private alone = false;

  constructor(
    private readonly script: Script,
    readonly person: PastPerson,
    aggregates: Aggregates,
    entries: ConstructorParameters<typeof ReplayBackend>[4],
    private readonly log: Log,
    private readonly done: (run: Simulated) => void,
    /** When the clock calls this person up, oldest first. */
    private readonly calls: Call[] = [],
  ) {
    const { version, window, mail } = script;
    this.backend = new ReplayBackend(
      person,
      aggregates,
      version,
      mail,
      entries,
      script.awaited,
      script.assumedOutcomes,
      script.turn,
    );
    this.known = this.backend.runs;
    this.now = window.from.getTime();
    person.arrivedUntil(this.now);
    if (version.start?.by === 'monitor')
      this.monitor = new MonitorReplay(version.start, version, this.backend, window, mail.timezone);
  }

  /** Those who match when the window begins are left alone, as publishing leaves them. */
  async begin(): Promise<void> {
    if (!this.monitor) return;
    const moment = this.moment(this.now);
    const decisions = new Decisions(this.backend, moment);
    for (const { key } of await this.monitor.matches(moment, decisions)) this.backend.seen(key, moment.now);
    await this.changed();
  }

  /** Puts them in when the window begins, whatever starts the automation and whatever its entry limit says. */
  async put(leadId: string | undefined): Promise<void> {
    const moment = this.moment(this.now);
    const { version } = this.script;
    const { person_id } = this.person;
    const [answer] = await enter(
      { pastEntries: async () => [], startingLeads: (ids) => this.backend.startingLeads(ids) },
      moment,
      [{ version, person_id, occasion: 'simulation', ...(leadId ? { lead_id: leadId } : {}) }],
    );
    this.alone = true;
    if (answer && 'journey' in answer) await this.advance([answer.journey], moment);
    await this.settle();
  }

  /**
   * What happened next, in order of arrival. What arrived at one instant is matched together, as it is when it stands in
   * the inbox together: rules see all of it, and the runs that it starts move side by side.
   */
  async feed(activities: readonly PastActivity[]): Promise<void> {
    let from = 0;
    while (from < activities.length) {
      const at = activities[from]!.at.getTime();
      let to = from + 1;
      while (to < activities.length && activities[to]!.at.getTime() === at) to += 1;
      await this.arrive(at, activities.slice(from, to));
      from = to;
    }
  }

  private async arrive(at: number, activities: readonly PastActivity[]): Promise<void> {
    if (at >= this.script.window.to.getTime()) return;
    if (this.hasDue(at)) await this.until(at);
    await this.script.turn.pause();
    this.person.arrivedUntil(at);
    this.now = Math.max(this.now, at);
    await this.take(activities);
    if (this.backend.caused.length > 0) await this.settle();
  }

  /** Lets everything come due until the window ends. */
  async finish(): Promise<void> {
    await this.until(this.script.window.to.getTime() - 1);
    for (const run of this.known.values()) this.done(run);
    this.known.clear();
  }

  private hasDue(at: number): boolean {
    return this.known.size > 0 || this.nextEntry() <= at;
  }

  private async until(limit: number): Promise<void> {
    for (;;) {
      const due = this.nextDue();
      const look = this.nextEntry();
      const next = Math.min(due, look);
      if (next > limit) return;
      this.count();
      await this.script.turn.pause();
      this.now = Math.max(this.now, next);
      if (due <= look) await this.wake();
      else if (this.monitor) await this.look();
      else await this.call();
      await this.settle();
    }
  }

  private nextEntry(): number {
    if (this.alone) return Number.POSITIVE_INFINITY;
    return this.monitor?.next ?? this.calls[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Called up by a schedule or a date: who is not in its list does not come in. */
  private async call(): Promise<void> {
    const { occasion, date } = this.calls.shift()!;
    const { version, roundsOver } = this.script;
    const moment = this.moment(this.now);
    const facts = this.person.facts(this.now);
    if (roundsOver !== undefined && facts.type !== null) this.script.assumedOutcomes.hung.lists += 1;
    if (facts.type === null || (roundsOver !== undefined && facts.lists[roundsOver] !== true)) return;
    if (date && version.start?.by === 'date' && !this.holds(date, version.start, facts)) return;
    const { person_id } = this.person;
    const [answer] = await enter(this.backend, moment, [{ version, person_id, occasion }]);
    if (answer && 'journey' in answer) await this.advance([answer.journey], moment);
  }

  /** Whether the date that calls them up is still theirs. */
  private holds({ raw, zone }: NonNullable<Call['date']>, start: DateStart, facts: PersonFacts): boolean {
    return dateOf(start.date_field, facts) === raw && (start.timezone !== 'contact' || facts.timezone === zone);
  }

  private nextDue(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { journey } of this.known.values())
      if (journey.run.wake_at) next = Math.min(next, journey.run.wake_at.getTime());
    return next;
  }

  private async wake(): Promise<void> {
    const moment = this.moment(this.now);
    const due = [...this.known.values()]
      .map(({ journey }) => journey)
      .filter(({ run }) => run.wake_at !== null && run.wake_at <= moment.now)
      .sort((a, b) => a.run.wake_at!.getTime() - b.run.wake_at!.getTime());
    for (const journey of due) journey.again().movable = true;
    await this.advance(due, moment);
  }

  private async look(): Promise<void> {
    const moment = this.moment(this.now);
    const decisions = new Decisions(this.backend, moment);
    const { limit } = this.script.version;
    const found = await this.monitor!.look(moment, decisions);
    for (const { entry, key } of found) {
      const open = limit.repeat !== 'once' && this.known.size > 0;
      if (open || (limit.repeat === 'always' && this.backend.wasSeen(key))) continue;
      const [answer] = await enter(this.backend, moment, [entry]);
      if (answer && 'journey' in answer) await this.advance([answer.journey], moment);
    }
    this.monitor!.after(this.now, limit.cooldown);
    if (typeof limit.repeat === 'object') this.monitor!.after(this.now, limit.repeat.every);
    // Whoever may always come in is found again by each round for as long as they match.
    if (limit.repeat === 'always' && found.length > 0) this.monitor!.nextRound(this.now);
  }

  /** Activities of one instant: first they become facts, also of `last_activity`, then they are matched. */
  private async take(activities: readonly PastActivity[]): Promise<void> {
    const taken = activities.filter((activity) => this.becomesFact(activity));
    if (taken.length === 0) return;
    const moment = this.moment(this.now);
    for (const activity of taken) await this.backend.count(activity, moment);
    if (this.known.size > 0 || taken.some((activity) => this.mayStart(activity))) {
      const matcher = new ActivityMatcher(this.backend, moment, this.log);
      await this.advance(await matcher.match(taken.map((activity) => rowOf(activity, this.person))), moment);
    }
    if (this.monitor) await this.changed();
  }

  /** False for what the automation itself once brought about: the replayed runs do that anew. */
  private becomesFact(activity: PastActivity): boolean {
    this.count();
    const own = activity.metadata.automation_id === this.script.version.automation_id;
    if (own && !activity.id.startsWith('simulated-')) return false;
    // The step that caused it has changed the facts already.
    if (factTypes.has(activity.type) && !own) this.person.apply(activity);
    if (isByThePerson(activity.type)) this.person.did(activity.occurred_at.getTime());
    this.backend.remember(activity);
    return true;
  }

  private mayStart(activity: PastActivity): boolean {
    return (
      !this.alone &&
      this.script.moment.triggers.candidates(activity).length > 0 &&
      !causedBy(this.script.version.automation_id, rowOf(activity, this.person))
    );
  }

  /** Takes what the runs themselves brought about. */
  private async settle(): Promise<void> {
    for (let next = this.backend.caused.shift(); next; next = this.backend.caused.shift()) await this.take([next]);
  }

  private async changed(): Promise<void> {
    const moment = this.moment(this.now);
    const facts = await this.backend.facts([], [] as Group[], moment);
    this.monitor?.changed(this.now, facts.get(this.person.person_id)!);
  }

  private async advance(journeys: readonly Journey[], moment: Moment): Promise<void> {
    if (journeys.length === 0) return;
    for (const journey of journeys) {
      if (!this.known.has(journey.run.id)) {
        this.backend.simulatedOf(journey);
        this.backend.entered(journey);
        this.script.keep(journey);
      }
    }
    await new Advance(this.backend, moment, this.log).run(journeys);
    for (const journey of journeys) {
      this.script.keep(journey);
      this.backend.stands(journey);
      if (!journey.ended) continue;
      this.done(this.known.get(journey.run.id)!);
      this.known.delete(journey.run.id);
      if (this.monitor) await this.changed();
    }
  }

  private moment(at: number): Moment {
    return { ...this.script.moment, now: new Date(at) };
  }

  private count(): void {
    this.moves += 1;
    if (this.moves > MOST_MOVES)
      throw new Error(`One person moved more than ${MOST_MOVES} times: the drawing goes round without a pause.`);
  }
}
