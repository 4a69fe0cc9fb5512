import {
  aggregateKey,
  latestNow,
  shift,
  type ActivityAggregate,
  type Condition,
  type Group,
  type Moment,
  type PersonFacts,
} from '#rules';
import type { PastActivity } from './past-person.js';

/** What is known of one person's activities of one kind before the window begins; instants in milliseconds. */
export interface Before {
  count: number;
  first_at: number | null;
  last_at: number | null;
  /** Those that a condition with `within` may still count inside the window. */
  recent: number[];
}

/** The counts that rules ask about ("3 times within 30 days"), kept up while one person's past goes by. */
export class Aggregates {
  private readonly known: { condition: Condition; key: string; before: Before }[];

  constructor(conditions: readonly Condition[], before: ReadonlyMap<string, Before>) {
    this.known = [...new Map(conditions.map((condition) => [aggregateKey(condition), condition]))].map(
      ([key, condition]) => ({
        condition,
        key,
        before: before.get(key) ?? { count: 0, first_at: null, last_at: null, recent: [] },
      }),
    );
  }

  get isEmpty(): boolean {
    return this.known.length === 0;
  }

  /** One more activity; `matches` decides the condition's `where`. */
  async add(activity: PastActivity, matches: (where: Group | undefined) => Promise<boolean>): Promise<void> {
    for (const { condition, before } of this.known) {
      if (condition.activity_type !== activity.type || !(await matches(condition.where))) continue;
      const at = activity.occurred_at.getTime();
      before.count += 1;
      before.first_at = before.first_at === null ? at : Math.min(before.first_at, at);
      before.last_at = before.last_at === null ? at : Math.max(before.last_at, at);
      if (condition.within) before.recent.push(at);
    }
  }

  at(moment: Moment): PersonFacts['activities'] {
    const facts: Record<string, ActivityAggregate> = {};
    for (const { condition, key, before } of this.known) {
      const { first_at, last_at } = before;
      let { count } = before;
      let oldest_at: number | null = null;
      if (condition.within) {
        const since = shift(moment, condition.within, 'ago');
        const until = latestNow(moment);
        const inside = before.recent.filter((at) => at >= since && at <= until);
        count = inside.length;
        oldest_at = inside.length > 0 ? Math.min(...inside) : null;
      }
      facts[key] = { count, first_at, last_at, oldest_at };
    }
    return facts;
  }

  /** Every instant that a condition about time may be measured from. */
  instants(): number[] {
    return this.known.flatMap(({ before }) =>
      [before.first_at, before.last_at, ...before.recent].filter((at) => at !== null),
    );
  }
}
