import { isGroup, type Group, type Place, type Rule } from '../language.js';
import type { PersonFacts } from '../facts.js';
import { look } from '../prepare.js';
import { holds, makeReady } from './to-engine.js';
import { seenValues, type Facts, type WhereFacts } from './seen.js';

type Filter = (facts: Facts) => boolean;

/** A moment that no answer of the filter depends on: it leaves out everything that asks for the time or the zone. */
const nowhere = { now: new Date(0), timezone: 'UTC' };

function necessary(rule: Rule, place: Place): Filter | undefined {
  if (isGroup(rule)) {
    if (rule.operator === 'NOT') return undefined;
    const parts = rule.conditions.map((child) => necessary(child, place));
    const filters = parts.filter((part) => part !== undefined);
    if (rule.operator === 'AND') {
      if (filters.length === 0) return undefined;
      return (facts) => filters.every((filter) => filter(facts));
    }
    if (filters.length < parts.length) return undefined;
    return (facts) => filters.some((filter) => filter(facts));
  }
  const known = look(rule, place);
  const { shape } = known.face;
  const timeless = known.type !== 'instant' && shape !== 'within';
  if (known.operator.negates || !timeless) return undefined;
  const ready = makeReady(known, nowhere);
  return (facts) => holds(ready, seenValues(ready, facts, nowhere.timezone));
}

const compiled: Record<Place, WeakMap<Group, Filter>> = {
  person: new WeakMap(),
  graph: new WeakMap(),
  where: new WeakMap(),
};

function filterOf(group: Group, place: Place): Filter {
  let filter = compiled[place].get(group);
  if (!filter) {
    filter = necessary(group, place) ?? (() => true);
    compiled[place].set(group, filter);
  }
  return filter;
}

/**
 * A cheap test that every person whom the rule accepts passes. It may pass people whom the rule refuses (it
 * ignores NOT, negative operators and everything about time), but never the other way round.
 */
export const compileFilter = (group: Group): ((facts: PersonFacts) => boolean) => filterOf(group, 'graph');

/** The same for a `where` over an activity. */
export const compileWhereFilter = (where: Group): ((activity: WhereFacts) => boolean) => filterOf(where, 'where');
