import { isGroup, type Condition, type Group, type Rule } from './language.js';
import { operatorOf } from './operators/index.js';
import { isRelative } from './time.js';

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
