/** How often something that failed is tried again, and how long it rests before. */
export interface RetryLaw {
  /** Tries in all, the first included; after the last one it has failed for good. */
  tries: number;
  /** Seconds between the first failure and the second try. */
  first: number;
  /** What each further pause is longer by: 1 keeps them equal. */
  factor: number;
  /** Seconds that no pause exceeds. */
  longest?: number;
}

const laws = <K extends string>(all: Record<K, RetryLaw>): Readonly<Record<K, Readonly<RetryLaw>>> => all;

/** Everything that is tried again, in one place. Who needs another pace adds a law here, with a word why. */
export const retryLaws = laws({
  /** A step of a run: half a minute, then four times as long each time; failed after almost three hours. */
  step: { tries: 6, first: 30, factor: 4 },
  /** An activity that cannot be matched: after a minute, then four times as long; put aside after an hour and a half. */
  activity: { tries: 5, first: 60, factor: 4 },
  /** A mail that the provider did not take: a second, doubling up to ten minutes. */
  mail: { tries: 12, first: 1, factor: 2, longest: 600 },
  /** A call of a webhook step: its run waits for the answer, so about nine minutes in all. */
  webhook: { tries: 9, first: 2, factor: 2, longest: 256 },
  /** Letting the run of a failed call go on: nobody else would, so almost for ever. */
  failedWebhook: { tries: 21, first: 5, factor: 2, longest: 300 },
  /** A job that the next minute asks for anyway. */
  tick: { tries: 3, first: 5, factor: 1 },
  /** A page of orders that its source did not give: half a minute in all, while somebody may be waiting. */
  orderPage: { tries: 5, first: 1, factor: 2, longest: 16 },
  /** Fetching orders from a source that does not answer: about two hours. */
  orders: { tries: 8, first: 60, factor: 2, longest: 3600 },
  /** Asking Postmark to remove somebody: ten minutes, doubling up to a day; given up after about two weeks. */
  removal: { tries: 20, first: 600, factor: 2, longest: 86_400 },
  /** Work in the background that nobody waits for. */
  upkeep: { tries: 4, first: 10, factor: 2 },
  /** A night's work, which may have met another night's work. */
  nightly: { tries: 3, first: 600, factor: 1 },
  /** A transaction that ran into another one: the same work is done again at once. */
  collision: { tries: 3, first: 0, factor: 1 },
  /** PostgreSQL or the application under `npm start`: after half a second, doubling; given up after the tenth death in a row. */
  process: { tries: 10, first: 0.5, factor: 2, longest: 30 },
  /** A backtest whose worker died: another one begins it anew. */
  backtest: { tries: 3, first: 0, factor: 1 },
});

/**
 * @param failures how often it has failed by now, at least 1
 * @returns seconds until it is tried again; undefined when its tries are used up
 */
export function pauseAfter(law: RetryLaw, failures: number): number | undefined {
  if (failures >= law.tries) return undefined;
  return Math.min(law.first * law.factor ** (failures - 1), law.longest ?? Number.POSITIVE_INFINITY);
}

/**
 * The same in SQL: an expression for the interval until the next try, null when the tries are used up.
 * @param failures an SQL expression for how often it has failed by now
 */
export const pauseSql = (law: RetryLaw, failures: string): string => {
  const seconds = `${law.first} * power(${law.factor}, ${failures} - 1)`;
  const bounded = law.longest === undefined ? seconds : `least(${seconds}, ${law.longest})`;
  return `case when ${failures} < ${law.tries} then make_interval(secs => ${bounded}) end`;
};
