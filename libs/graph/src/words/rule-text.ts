import {
  graphRulesSchema,
  isGroup,
  rulesSchema,
  toClause,
  toEnglish,
  whereSchema,
  type Condition,
  type Group,
  type Rule,
} from '#rules';
import { noNames, type Names } from './names.js';
import { cutValue, shorten, type Phrase } from './phrase.js';

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

const LENGTH = 160;

/** Rewords a clause outside of its quotations. */
const reworded = (clause: string, words: (plain: string) => string): string =>
  clause
    .split(/(“[^”]*”)/)
    .map((part, at) => (at % 2 === 0 ? words(part) : part))
    .join('');

const aboutThem = (text: string) =>
  text
    .replaceAll(/(?<!those )\bwhose\b/g, 'their')
    .replaceAll(/(?<!those )\bfor whom /g, '')
    .replaceAll(/(?<!those )\bwho\b/g, 'they');

type Says = (rules: Group, names: Names, whole: boolean) => string;

const group: Says = (rules, names, whole) =>
  toEnglish(rules, { place: 'graph', names, whole }).replace(/^[A-Z]/, (letter) => letter.toLowerCase());
const they: Says = (rules, names, whole) => reworded(toClause(rules, { place: 'graph', names, whole }), aboutThem);
const theyInside: Says = (rules, names, whole) =>
  reworded(toClause(rules, { place: 'graph', names, whole, inside: true }), aboutThem);
const its: Says = (where, names, whole) =>
  reworded(toClause(where, { place: 'where', names, whole }), (text) =>
    text.replaceAll(/(?<!those )\bwhose\b/g, 'its'),
  );

/** The rule as a clause about the person inside: “their lead is enrolled”. */
export const theyText = (rules: Group, names = noNames): string => shorten(they(rules, names, false), LENGTH);

/** Conditions on an activity's metadata as a clause: “its plan is “pro””. */
export const itsText = (where: Group): string => shorten(its(where, noNames, false), LENGTH);

/** The rule as a group of people: “customers whose country is “DE””. */
export const groupText = (rules: Group, names = noNames): string => shorten(group(rules, names, false), LENGTH);

const ruleValue =
  (says: Says) =>
  (field: string, rules: Group | undefined, names = noNames, length = LENGTH): Phrase =>
    cutValue(field, rules && shorten(says(rules, names, false), length), () => (rules ? says(rules, names, true) : ''));

/** The same as values of a sentence, whole where it is to be typed back. */
export const groupValue = ruleValue(group);
export const theyValue = ruleValue(they);
/** One of several: “either … or …” says where it ends. */
export const caseValue = ruleValue(theyInside);
export const itsValue = ruleValue(its);

/**
 * The rule as a question of a few words: “France?” where a text is asked for, else “Lead is enrolled?”. What several
 * conditions ask is left to the sentence: “2 conditions?”.
 */
export const questionText = (rules: Group, names = noNames): string => {
  const count = conditionsOf(rules).length;
  if (count > 1) return `${count} conditions?`;
  const clause = theyText(rules, names);
  const [, only] = /^their [^“]* is “([^”]+)”$/.exec(clause) ?? [];
  const short = only ?? clause.replace(/^(their|they are|they have) /, '');
  return `${short.charAt(0).toUpperCase()}${short.slice(1)}?`;
};
