import {
  graphRulesSchema,
  isGroup,
  rulesSchema,
  toEnglish,
  whereSchema,
  type Condition,
  type Group,
  type Rule,
} from '#rules';
import { shorten } from './phrase.js';

export { graphRulesSchema, rulesSchema, whereSchema, type Group };

/** Every condition of a rule, in reading order. */
export const conditionsOf = (rules: Group): Condition[] => {
  const found: Condition[] = [];
  const open: Rule[] = [rules];
  for (let part = open.shift(); part; part = open.shift()) {
    if (isGroup(part)) open.unshift(...part.conditions);
    else found.push(part);
  }
  return found;
};

/** The rule as a clause that fits into a step's sentence. */
export const ruleText = (rules: Group): string => shorten(toEnglish(rules), 160);
