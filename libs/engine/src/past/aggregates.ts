import {
  aggregateKey,
  dependencies,
  entriesOf,
  latestNow,
  shift,
  type ActivityAggregate,
  type Condition,
  type Group,
  type Moment,
  type PersonFacts,
} from '#rules';
import type { PastActivity } from './past-person.js';

/** Decides a `where` about the metadata of an activity. */
type Matches = (where: Group | undefined, about: Pick<PastActivity, 'metadata'>) => Promise<boolean>;

/** What is known of one person's activities of one kind before the window begins; instants in milliseconds. */
export interface Before {
  count: number;
  first_at: number | null;
  last_at: number | null;
  /** Those that a condition with `within` may still count inside the window. */
  recent: number[];
}

/** Activities of one person and type whose metadata is the same in everything that a condition can ask about. */
export interface Alike extends Before {
  metadata: Record<string, unknown>;
}

/** Whether a condition compares activities with what started the run, so that each run counts others. */
export const comparesWithStart = (condition: Condition): boolean =>
  condition.where !== undefined && entriesOf(condition.where).length > 0;

const nothing = (): Before => ({ count: 0, first_at: null, last_at: null, recent: [] });

function addTo(before: Before, more: Before): void {
  before.count += more.count;
  before.first_at = edge(Math.min, before.first_at, more.first_at);
  before.last_at = edge(Math.max, before.last_at, more.last_at);
  for (const at of more.recent) before.recent.push(at);
}

const edge = (choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : choose(a, b);

const once = ({ occurred_at }: PastActivity): Before => {
  const at = occurred_at.getTime();
  return { count: 1, first_at: at, last_at: at, recent: [at] };
};

/** The counts that rules ask about ("3 times within 30 days"), kept up while one person's past goes by. */
export class Aggregates {
  private readonly known: { condition: Condition; key: string; before: Before }[];
  private readonly ownCases: OwnCases;

  /**
   * @param before by the key of each condition
   * @param alike by type of activity, for the conditions that compare with what started the run
   */
  constructor(
    conditions: readonly Condition[],
    before: ReadonlyMap<string, Before>,
    alike: ReadonlyMap<string, readonly Alike[]>,
  ) {
    const fixed = conditions.filter((condition) => !comparesWithStart(condition));
    this.known = [...new Map(fixed.map((condition) => [aggregateKey(condition), condition]))].map(
      ([key, condition]) => ({ condition, key, before: before.get(key) ?? nothing() }),
    );
    const types = new Set(conditions.filter(comparesWithStart).map(({ activity_type }) => activity_type!));
    this.ownCases = new OwnCases(types, alike);
  }

  get isEmpty(): boolean {
    return this.known.length === 0 && this.ownCases.isEmpty;
  }

  /** One more activity; `matches` decides the condition's `where`. */
  async add(activity: PastActivity, matches: Matches): Promise<void> {
    this.ownCases.add(activity);
    for (const { condition, before } of this.known) {
      if (condition.activity_type !== activity.type || !(await matches(condition.where, activity))) continue;
      addTo(before, condition.within ? once(activity) : { ...once(activity), recent: [] });
    }
  }

  /** @param asked the rules with the run's own values in them */
  async at(moment: Moment, asked: readonly Group[], matches: Matches): Promise<PersonFacts['activities']> {
    const facts: Record<string, ActivityAggregate> = {};
    for (const { condition, key, before } of this.known) facts[key] = inside(condition, before, moment);
    if (this.ownCases.isEmpty) return facts;
    for (const condition of dependencies(...asked).activities) {
      const key = aggregateKey(condition);
      if (facts[key] || !this.ownCases.has(condition)) continue;
      facts[key] = inside(condition, await this.ownCases.before(condition, matches), moment);
    }
    return facts;
  }
}

function inside({ within }: Condition, before: Before, moment: Moment): ActivityAggregate {
  const { count, first_at, last_at } = before;
  if (!within) return { count, first_at, last_at, oldest_at: null };
  const since = shift(moment, within, 'ago');
  const until = latestNow(moment);
  const recent = before.recent.filter((at) => at >= since && at <= until);
  return { count: recent.length, first_at, last_at, oldest_at: recent.length > 0 ? Math.min(...recent) : null };
}

/** Answers kept at most: beyond them, one that is asked for again is counted anew. */
const MOST_ANSWERS = 200;

/** What is counted by conditions that compare with what started a run: what to count is known only once it runs. */
class OwnCases {
  private readonly byType: ReadonlyMap<string, Alike[]>;
  private readonly answers = new Map<string, { taken: number; before: Before }>();

  constructor(types: ReadonlySet<string>, alike: ReadonlyMap<string, readonly Alike[]>) {
    this.byType = new Map([...types].map((type) => [type, [...(alike.get(type) ?? [])]]));
  }

  get isEmpty(): boolean {
    return this.byType.size === 0;
  }

  has({ activity_type }: Condition): boolean {
    return this.byType.has(activity_type!);
  }

  add(activity: PastActivity): void {
    this.byType.get(activity.type)?.push({ ...once(activity), metadata: activity.metadata });
  }

  async before(condition: Condition, matches: Matches): Promise<Before> {
    const all = this.byType.get(condition.activity_type!)!;
    // What a `where` says of now is asked anew each time.
    const stays = condition.where === undefined || !dependencies(condition.where).clock;
    const key = aggregateKey(condition);
    const answer = (stays ? this.answers.get(key) : undefined) ?? { taken: 0, before: nothing() };
    for (const each of all.slice(answer.taken)) if (await matches(condition.where, each)) addTo(answer.before, each);
    answer.taken = all.length;
    if (this.answers.size >= MOST_ANSWERS) this.answers.clear();
    this.answers.set(key, answer);
    return answer.before;
  }
}
