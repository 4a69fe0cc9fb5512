import { Temporal } from 'temporal-polyfill';
import { conditionsOf, dependencies } from '../changes/dependencies.js';
import { seenValues } from './seen.js';
import { aggregateKey, type PersonFacts } from '../language/facts.js';
import type { Condition, Group } from '../language/language.js';
import { look, prepare, type Known } from '../reading/prepare.js';
import { latestNow, shift, type Moment } from '../language/time.js';

/** What no instant can be computed for is looked at again so often; milliseconds. */
const MINUTE = 60_000;

/**
 * The first instant at which time alone can change an answer about this person, whatever else stays as it is: a
 * boundary like “7 days ago” reaches one of their instants, or a day begins. Milliseconds; undefined when that does not
 * happen up to `horizon`. The answer may still be the same then, and has to be asked for the next instant again.
 */
export function nextClockChange(
  groups: readonly Group[],
  facts: PersonFacts,
  moment: Moment,
  horizon: number,
): number | undefined {
  const found = groups
    .flatMap((group) => [...conditionsOf(group)])
    .map((condition) => changeOf(condition, facts, moment, horizon))
    .filter((at) => at !== undefined);
  return found.length === 0 ? undefined : Math.min(...found);
}

function changeOf(condition: Condition, facts: PersonFacts, moment: Moment, horizon: number): number | undefined {
  const now = moment.now.getTime();
  if (condition.field === 'smart_list') return facts.lists_follow_clock ? now + MINUTE : undefined;
  if (condition.where && dependencies(condition.where).clock) return now + MINUTE;
  if (condition.field === 'activity') {
    const { within } = condition;
    if (!within) return undefined;
    const aggregate = facts.activities[aggregateKey(condition)];
    const seen = [aggregate?.oldest_at, aggregate?.first_at, aggregate?.last_at].filter((at) => typeof at === 'number');
    return earliest([(at) => shift(at, within, 'ago'), latestNow], seen, moment, horizon);
  }
  if (!dependencies({ operator: 'AND', conditions: [condition] }).clock) return undefined;
  const known = look(condition, 'graph');
  if (known.face.shape === 'anniversary') return within(startOfTomorrow(moment), horizon);
  const seen = seenValues(known, facts, moment.timezone) as number[];
  const count = prepare(known, moment).flatMap(({ value }) => value as number | number[]).length;
  const operands = Array.from({ length: count }, (_, at) => (then: Moment) => operandAt(known, then, at));
  return earliest(operands, seen, moment, horizon);
}

const operandAt = (known: Known, moment: Moment, at: number): number =>
  prepare(known, moment).flatMap(({ value }) => value as number | number[])[at]!;

const within = (at: number, horizon: number): number | undefined => (at <= horizon ? at : undefined);

/** When the first of these boundaries, which move as time does, comes to stand otherwise to one of these instants. */
function earliest(
  boundaries: readonly ((moment: Moment) => number)[],
  seen: readonly number[],
  moment: Moment,
  horizon: number,
): number | undefined {
  let first: number | undefined;
  for (const boundary of boundaries) {
    for (const instant of seen) {
      const at = crossing(
        (time) => boundary({ ...moment, now: new Date(time) }) - instant,
        moment.now.getTime(),
        first ?? horizon,
      );
      if (at !== undefined) first = at;
    }
  }
  return first;
}

/** The first millisecond after `from`, at most `to`, at which a rising distance has another sign than at `from`. */
function crossing(distance: (time: number) => number, from: number, to: number): number | undefined {
  const sign = Math.sign(distance(from));
  if (to <= from || Math.sign(distance(to)) === sign) return undefined;
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (Math.sign(distance(middle)) === sign) low = middle;
    else high = middle;
  }
  return high;
}

function startOfTomorrow({ now, timezone }: Moment): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timezone).toPlainDate();
  return today.add({ days: 1 }).toZonedDateTime(timezone).epochMilliseconds;
}
