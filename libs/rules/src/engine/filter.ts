import { isGroup, type Group, type Place, type Rule } from '../language/language.js';
import type { PersonFacts } from '../language/facts.js';
import { look } from '../reading/prepare.js';
import { Reading, type Facts, type WhereFacts } from './seen.js';
import { holds, isTimeless, makeReady } from './to-engine.js';

type Filter = (reading: Reading) => boolean;

/** A moment that no answer of the filter depends on: it leaves out everything that asks for the time or the zone. */
const nowhere = { now: new Date(0), timezone: 'UTC' };

function necessary(rule: Rule, place: Place): Filter | undefined {
  if (isGroup(rule)) {
    if (rule.operator === 'NOT') return undefined;
    const parts = rule.conditions.map((child) => necessary(child, place));
    const filters = parts.filter((part) => part !== undefined);
    if (rule.operator === 'AND') {
      if (filters.length === 0) return undefined;
      return (reading) => filters.every((filter) => filter(reading));
    }
    if (filters.length < parts.length) return undefined;
    return (reading) => filters.some((filter) => filter(reading));
  }
  const known = look(rule, place);
  if (known.operator.negates || !isTimeless(known)) return undefined;
  const ready = makeReady(known, nowhere);
  return (reading) => holds(ready, reading.values(ready, ready.fact));
}

const compiled: Record<Place, WeakMap<Group, Filter>> = {
  person: new WeakMap(),
  graph: new WeakMap(),
  where: new WeakMap(),
};

/** The filter of a rule, over readings that may be shared with others: compiled once. */
export function filterOf(group: Group, place: Place): Filter {
  let filter = compiled[place].get(group);
  if (!filter) {
    filter = necessary(group, place) ?? (() => true);
    compiled[place].set(group, filter);
  }
  return filter;
}

const filtering = (group: Group, place: Place) => {
  const filter = filterOf(group, place);
  return (facts: Facts) => filter(new Reading(facts, nowhere.timezone));
};

/**
 * A cheap test that every person whom the rule accepts passes. It may pass people whom the rule refuses (it
 * ignores NOT, negative operators and everything about time), but never the other way round.
 */
export const compileFilter = (group: Group): ((facts: PersonFacts) => boolean) => filtering(group, 'graph');

/** The same for a `where` over an activity. */
export const compileWhereFilter = (where: Group): ((activity: WhereFacts) => boolean) => filtering(where, 'where');
