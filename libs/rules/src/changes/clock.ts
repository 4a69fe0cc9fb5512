import { Temporal } from 'temporal-polyfill';
import { conditionsOf, dependencies } from './dependencies.js';
import type { Condition, Group, Span } from '../language/language.js';
import { look, prepare, type Known } from '../reading/prepare.js';
import { latestNow, shift, type Moment } from '../language/time.js';
import { instantLiteral } from '../sql/to-sql.js';

/** Whose answers time alone can have changed. */
export interface ClockWindows {
  /** Those whom these rules accept; null: nobody by their fields. */
  people: Group | null;
  /** Those with an activity of the type in this time (milliseconds since 1970, both ends included). */
  activities: { activity_type: string; from: number; to: number }[];
  /** It cannot be narrowed down: anybody. */
  everyone: boolean;
}

const HOUR = 3_600_000;
/** More than zones have put between two sides of a daylight saving change. */
const JUMP = 3 * HOUR;

/**
 * Whose answers to these rules can differ between two moments although nothing about the person changed: a
 * boundary like “7 days ago” has passed over one of their instants. May name people whose answer is the same,
 * never leaves one out.
 */
export function clockWindows(groups: readonly Group[], from: Moment, to: Moment): ClockWindows {
  const windows: ClockWindows = { people: null, activities: [], everyone: false };
  const fields: Condition[] = [];
  for (const condition of groups.flatMap((group) => [...conditionsOf(group)])) {
    if (condition.field === 'smart_list') continue;
    if (condition.field === 'activity') {
      if (condition.where && dependencies(condition.where).clock) windows.everyone = true;
      else if (condition.within) {
        const [first, last] = passed(boundOf(condition.within, from), boundOf(condition.within, to), from, to);
        const activity_type = condition.activity_type!;
        windows.activities.push({ activity_type, from: first, to: last });
        // What lay too far ahead to count comes into the window from its other end.
        windows.activities.push({ activity_type, from: latestNow(from), to: latestNow(to) });
      }
      continue;
    }
    if (!dependencies({ operator: 'AND', conditions: [condition] }).clock) continue;
    const known = look(condition, 'person');
    const moved = movedBoundaries(known, from, to);
    if (moved === 'all') windows.everyone = true;
    else for (const each of moved) fields.push({ field: condition.field, operator: 'between', value: each });
  }
  if (fields.length > 0) windows.people = { operator: 'OR', conditions: fields };
  return windows;
}

const boundOf = (within: Span, moment: Moment): number => shift(moment, within, 'ago');

/** The times over which the instants among a condition's operands have moved; `all` where something else moved. */
function movedBoundaries(known: Known, from: Moment, to: Moment): [string, string][] | 'all' {
  const before = prepare(known, from);
  const after = prepare(known, to);
  const moved: [string, string][] = [];
  for (const [index, { type, many, value }] of before.entries()) {
    const later: unknown = after[index]!.value;
    if (JSON.stringify(value) === JSON.stringify(later)) continue;
    if (type !== 'instant' || many) return 'all';
    const [first, last] = passed(value as number, later as number, from, to);
    moved.push([instantLiteral(first), instantLiteral(last)]);
  }
  return moved;
}

/**
 * The instants that a boundary can have passed between two moments. On the calendar it moves as time does, except
 * where the zone's offset changes, on its way or the clock's: there it may go back and forth by the jump.
 */
function passed(before: number, after: number, from: Moment, to: Moment): [number, number] {
  const ends = [before - JUMP, after + JUMP, from.now.getTime() - JUMP, to.now.getTime() + JUMP];
  const [a, b, c, d] = ends.map((instant) => offsetAt(instant, to.timezone));
  const margin = a === b && c === d ? 0 : JUMP;
  return [Math.min(before, after) - margin, Math.max(before, after) + margin];
}

const offsetAt = (instant: number, timezone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(timezone).offsetNanoseconds;
