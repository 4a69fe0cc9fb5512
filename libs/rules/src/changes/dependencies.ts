import { isGroup, type Condition, type Group, type Rule } from '../language/language.js';
import { operatorOf } from '../operators/index.js';
import { isInstantText, isRelative } from '../language/time.js';

/** What an answer depends on: when none of it changed, the answer did not. */
export interface Dependencies {
  /** Ids of fields of the person (`attributes.…` included), without the kinds below. */
  fields: string[];
  activity_types: string[];
  /** The activity conditions themselves, for reading their aggregates. */
  activities: Condition[];
  lists: string[];
  enrollments: boolean;
  lead: boolean;
  /** Node ids of earlier steps. */
  steps: string[];
  /** Whether time alone can change the answer. */
  clock: boolean;
}

/** The conditions of a rule, in order; those inside `where` are not among them. */
export function* conditionsOf(rule: Rule): Generator<Condition> {
  if (!isGroup(rule)) yield rule;
  else for (const child of rule.conditions) yield* conditionsOf(child);
}

const movesWithTime = (condition: Condition): boolean => {
  if (condition.within) return true;
  const values = Array.isArray(condition.value) ? condition.value : [condition.value];
  if (values.some(isRelative)) return true;
  const accepts = (operatorOf(condition.operator)?.negates ?? operatorOf(condition.operator))?.accepts;
  const shape = accepts?.instant?.shape;
  return shape === 'last' || shape === 'next' || shape === 'anniversary';
};

/** What can change an answer besides time and the rule itself; `activity`: something that goes through the inbox. */
export type Change = 'activity' | 'person' | 'enrollment' | 'static_list' | 'setting';

/**
 * Of each field what can change the answer of a condition on it; every other field is a column of the person. Time can
 * too, wherever `movesWithTime` says so. The one table that waits, exits, goals and kept lists go by.
 */
const changedBy = new Map<string, readonly Change[]>([
  ['last_activity', ['activity']],
  ['can_be_emailed', ['person', 'setting']],
  // Counted in the workspace's currency.
  ['lifetime_value', ['person', 'setting']],
  ['activity', ['activity']],
  // Another public id means other enrollments.
  ['enrollment', ['enrollment', 'person']],
  // A list of rules: whatever its own rules ask about.
  ['smart_list', ['static_list', 'activity', 'person', 'enrollment', 'setting']],
  ['lead', ['enrollment', 'person']],
  ['step', ['activity']],
]);

/** What can change the answers to these rules, time aside. */
export const changesOf = (...groups: Group[]): ReadonlySet<Change> => changesIn(groups, changedBy.get('smart_list')!);

/** The same, where the rules of all lists that they ask about stand among them. */
export const changesOfExpanded = (...groups: Group[]): ReadonlySet<Change> => changesIn(groups, ['static_list']);

function changesIn(groups: readonly Group[], ofLists: readonly Change[]): ReadonlySet<Change> {
  const changes = new Set<Change>();
  for (const condition of groups.flatMap((group) => [...conditionsOf(group)])) {
    const own = condition.field === 'smart_list' ? ofLists : (changedBy.get(condition.field) ?? ['person']);
    for (const change of own) changes.add(change);
    // Days and dates are those of the workspace's zone, also those that stand in attributes and metadata.
    const inside = condition.where ? changesOf(condition.where) : new Set<Change>();
    const dated = [condition.value].flat().some((value) => typeof value === 'string' && isInstantText(value));
    if (movesWithTime(condition) || dated || inside.has('setting')) changes.add('setting');
  }
  return changes;
}

/** What the answers to these rules depend on, together. */
export function dependencies(...groups: Group[]): Dependencies {
  const fields = new Set<string>();
  const types = new Set<string>();
  const lists = new Set<string>();
  const steps = new Set<string>();
  const found: Dependencies = {
    fields: [],
    activity_types: [],
    activities: [],
    lists: [],
    enrollments: false,
    lead: false,
    steps: [],
    clock: false,
  };
  for (const condition of groups.flatMap((group) => [...conditionsOf(group)])) {
    found.clock ||= movesWithTime(condition);
    if (condition.field === 'activity') {
      types.add(condition.activity_type!);
      found.activities.push(condition);
      found.clock ||= condition.where !== undefined && dependencies(condition.where).clock;
    } else if (condition.field === 'smart_list') {
      for (const id of condition.value as string[]) lists.add(id);
    } else if (condition.field === 'enrollment') found.enrollments = true;
    else if (condition.field === 'lead') found.lead = true;
    else if (condition.field === 'step') steps.add(condition.node_id!);
    else fields.add(condition.field);
  }
  return { ...found, fields: [...fields], activity_types: [...types], lists: [...lists], steps: [...steps] };
}

/** Whether a rule asks about anything that only a run knows. */
export const asksAboutRun = (rules: Group): boolean => {
  const { lead, steps } = dependencies(rules);
  return lead || steps.length > 0;
};

/** What an activity condition asks of the activities: how many, or when the first or the last was. */
export type ActivityQuestion = 'count' | 'first' | 'last';
export const activityQuestion = ({ operator }: Condition): ActivityQuestion => {
  const named = operatorOf(operator);
  return (named?.negates ?? named)?.aggregate ?? 'count';
};

/** Whether the answer may hang on activities of any age, not only on those inside `within`. */
export const asksOfAnyAge = (condition: Condition): boolean =>
  condition.within === undefined || activityQuestion(condition) === 'first';
