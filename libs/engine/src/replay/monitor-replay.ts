import { addDuration, approximateSeconds } from '#graph';
import { conditionsOf, dependencies, operatorOf, shift, type Group, type PersonFacts, type Span } from '#rules';
import type { Monitor } from '#automations';
import type { Moment } from '../versions/compiled-versions.js';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { Decisions } from '../deciding/decisions.js';
import type { Entry } from '../entry/entry-limits.js';
import type { ReplayBackend } from './replay-backend.js';

interface Wish {
  entry: Entry;
  key: string;
}

/**
 * A monitor over one person's past: at which of its rounds it must look, and whom it would find. It looks where
 * something changed and where time alone can change an answer; in between every round would find the same.
 */
export class MonitorReplay {
  private readonly due = new Set<number>();
  private readonly every: number;
  private readonly spans: Span[];

  constructor(
    private readonly start: Monitor,
    private readonly version: CompiledVersion,
    private readonly backend: ReplayBackend,
    private readonly window: { from: Date; to: Date },
    private readonly timezone: string,
  ) {
    this.every = approximateSeconds(start.every) * 1000;
    this.spans = start.rules && dependencies(start.rules).clock ? spansOf(start.rules) : [];
    if (start.rules && asksForDays(start.rules)) this.everyDay();
  }

  /** The next round at which to look; undefined when there is none. */
  get next(): number | undefined {
    return this.due.size === 0 ? undefined : Math.min(...this.due);
  }

  /** Something of the person changed: the next round looks, and so do those where what changed comes of age. */
  changed(at: number, facts: PersonFacts): void {
    this.at(at);
    for (const beginning of this.backend.person.beginnings()) if (beginning > at) this.at(beginning);
    for (const lead of this.backend.person.leads(Number.POSITIVE_INFINITY)) this.watch(lead.created_at, at);
    const instants = [facts.created_at, facts.last_activity, ...instantsIn(facts.attributes), at];
    for (const aggregate of Object.values(facts.activities)) instants.push(aggregate.first_at, aggregate.last_at);
    for (const instant of new Set(instants)) if (instant !== null) this.comesOfAge(instant, at);
  }

  /** One more round after a span, as entry limits have it. */
  after(at: number, span: { n: number; unit: string } | undefined): void {
    if (span) this.at(addDuration(new Date(at), span as never, this.timezone).getTime());
  }

  nextRound(at: number): void {
    this.at(at + 1);
  }

  /** Takes a round off and answers who would be found then, in the order in which a monitor asks. */
  async look(moment: Moment, decisions: Decisions): Promise<Wish[]> {
    this.due.delete(this.next!);
    return this.matches(moment, decisions);
  }

  async matches(moment: Moment, decisions: Decisions): Promise<Wish[]> {
    const { person } = this.backend;
    const now = moment.now.getTime();
    if (person.facts(now).type === null) return [];
    const { rules, lead } = this.start;
    const [newest, oldest] = lead
      ? [shift(moment, lead.older_than as Span, 'ago'), shift(moment, lead.within as Span, 'ago')]
      : [0, 0];
    const leads =
      this.start.over === 'leads' && lead
        ? person
            .leads(now)
            .filter(
              (each) =>
                each.created_at <= newest &&
                each.created_at > oldest &&
                (!lead.course_id || each.course_id === lead.course_id) &&
                each.source !== 'import' &&
                (lead.from_activities === true || each.source !== 'activity') &&
                !person.isEnrolled(each, now),
            )
        : undefined;
    if (leads?.length === 0) return [];
    if (rules) {
      const [answers] = await decisions.decide([{ person_id: person.person_id, rules: [rules] }]);
      if (!answers!.decide(rules)) return [];
    }
    const entry: Entry = {
      version: this.version,
      person_id: person.person_id,
      occasion: `monitor:${moment.now.toISOString()}`,
    };
    const byLead = this.version.limit.unit.by === 'lead';
    return leads
      ? leads.map(({ id }) => ({ entry: { ...entry, lead_id: id }, key: byLead ? `lead:${id}` : 'once' }))
      : [{ entry, key: 'once' }];
  }

  private everyDay(): void {
    let day = this.window.from;
    while (day < this.window.to) {
      this.at(startOfDay(day, this.timezone));
      day = addDuration(day, { n: 1, unit: 'days' }, this.timezone);
    }
  }

  private at(instant: number): void {
    const from = this.window.from.getTime();
    const round = from + Math.max(0, Math.ceil((instant - from) / this.every)) * this.every;
    if (round < this.window.to.getTime()) this.due.add(round);
  }

  private watch(created: number, now: number): void {
    if (!this.start.lead) return;
    const ripe = addDuration(new Date(created), this.start.lead.older_than, this.timezone).getTime();
    if (ripe >= now) this.at(ripe);
  }

  private comesOfAge(instant: number, now: number): void {
    for (const span of this.spans) {
      for (const direction of ['ahead', 'ago'] as const) {
        const then = shift({ now: new Date(instant), timezone: this.timezone }, span, direction);
        if (then < now || then >= this.window.to.getTime()) continue;
        this.at(then);
        this.at(then + this.every);
      }
    }
  }
}

/** Whether the calendar's day decides, as with an anniversary. */
const asksForDays = (rules: Group): boolean =>
  [...conditionsOf(rules)].some(({ operator }) => operatorOf(operator)?.accepts?.instant?.shape === 'anniversary');

/** Every span of time that these rules name. */
function spansOf(rules: Group): Span[] {
  const spans: Span[] = [];
  const take = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('n' in value && 'unit' in value) spans.push(value as Span);
    else for (const inner of Object.values(value)) take(inner);
  };
  for (const condition of conditionsOf(rules)) {
    take([condition.value, condition.within, condition.where]);
  }
  return spans;
}

/** Midnight before an instant. */
const startOfDay = (at: Date, timezone: string): number => {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return at.getTime() - ((of('hour') * 60 + of('minute')) * 60 + of('second')) * 1000 - (at.getTime() % 1000);
};

const dated = /^\d{4}-\d\d-\d\d/;
const instantsIn = (attributes: Record<string, unknown>): number[] =>
  Object.values(attributes).flatMap((value) => {
    const at = typeof value === 'string' && dated.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isFinite(at) ? [at] : [];
  });
