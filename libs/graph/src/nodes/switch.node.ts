import { z } from 'zod';
import { nodeId } from '../model/graph.js';
import { defineNode, type Port } from '../model/node.js';
import { anyOf, eitherOf, freeText, hear, inRow, listed, mapped, set, aCaseRule, words } from '../words/hear.js';
import type { Names } from '../words/names.js';
import { say, shorten, value, type Phrase } from '../words/phrase.js';
import { caseValue, graphRulesSchema, theyText } from '../words/rule-text.js';

/** The way out of those for whom no case holds. */
const ELSE = 'else';

const oneCase = z.strictObject({
  id: nodeId.refine((id) => id !== ELSE, '“else” is the path of everyone for whom no case holds. Choose another id.'),
  label: z.string().trim().max(60, 'A path’s name has at most 60 characters.').optional(),
  rules: graphRulesSchema,
});

const config = z.strictObject({
  cases: z
    .array(oneCase)
    .min(2, 'A split has at least two paths besides “everyone else”. For one, use “Only if”.')
    .max(6, 'A split has at most six paths besides “everyone else”.')
    .superRefine((cases, context) => {
      const seen = new Set<string>();
      cases.forEach(({ id }, at) => {
        if (seen.has(id))
          context.addIssue({ code: 'custom', path: [at, 'id'], message: `Two paths have the id “${id}”.` });
        seen.add(id);
      });
    })
    .meta({
      label: 'Paths',
      help: 'Checked in this order; the first that holds is taken.',
      control: 'cases',
    }),
});

/** A case of a draft: any of its fields may be missing. */
type Case = Partial<z.output<typeof oneCase>>;

const nameOf = ({ label, rules }: Case, at: number): string =>
  label || (rules ? `if ${shorten(theyText(rules), 56)}` : `path ${at + 1}`);

/** Each id once, as a draft may hold one twice. */
const portsOf = (cases: readonly Case[]): Port[] => {
  const ports = new Map<string, Port>();
  cases.forEach((each, at) => {
    if (each.id && !ports.has(each.id)) ports.set(each.id, { id: each.id, label: nameOf(each, at) });
  });
  return [...ports.values()];
};

const list = (cases: readonly Case[], names: Names): Phrase[] =>
  cases.flatMap((each, at) => [
    { text: at === 0 ? '' : at === cases.length - 1 ? ' or ' : ', ' },
    each.label ? value('cases', each.label) : caseValue('cases', each.rules, names, 48),
  ]);

const aRuleOrBlank = anyOf<Case>(
  mapped(words('____'), () => ({})),
  mapped(aCaseRule, (rules) => ({ rules })),
);
/** A rule, or else the name of a path. */
const aCase = anyOf<Case>(
  aRuleOrBlank,
  mapped(freeText('a name', /, | or /, 60), (label) => ({ label })),
);
/** “A, B or C”; a rule may itself have an “or” in it. */
const someCases = anyOf<Case[]>(
  mapped(aRuleOrBlank, (rule) => [rule]),
  mapped(inRow([listed(aCase, words(',')), words('or'), aCase]), ([before, , last]) => [
    ...(before as Case[]),
    last as Case,
  ]),
  mapped(aCase, (one) => [one]),
);

const tagged = (tag: string) => ({
  operator: 'AND' as const,
  conditions: [{ field: 'tags', operator: 'contains', value: tag }],
});
const cases = [
  { id: 'vip', label: 'VIP', rules: tagged('vip') },
  { id: 'new', label: 'New', rules: tagged('new') },
];

export const switchNode = defineNode({
  type: 'switch',
  version: 1,
  kind: 'split',
  icon: 'split',
  title: 'Split by rule',
  summary: 'Checks up to six sets of rules in order and takes the path of the first that holds, or “everyone else”.',
  docs:
    'The paths are checked from first to last when the person arrives, and the first whose rules hold is ' +
    'taken. Anyone who matches none takes “everyone else”, which is always there. The order only matters ' +
    'where one person can match two of them.',
  config,
  defaults: { cases: [{ id: 'a' }, { id: 'b' }] } as never,
  ports: ({ cases = [] }) => [...portsOf(cases), { id: ELSE, label: 'everyone else' }],
  phrases: ({ cases = [] }, names) =>
    cases.length === 0
      ? say`Split by ${value('cases', undefined)}`
      : say`Split: ${list(cases, names)}, or everyone else`,
  hears: eitherOf(
    mapped(inRow([words('Split:'), someCases, words(', or everyone else')]), ([, found]) => ({
      cases: (found as Case[]).map((each, at) => ({ id: String.fromCharCode(97 + at), ...each })),
    })),
    hear`Split by ${set('cases', words('____'))}`,
  ),
  brief: ({ cases = [] }) => cases.map(nameOf).join(' / ') || 'Split by rule',
  check: () => [],
  asks: (config) => config.cases.map((each) => each.rules),
  plan: (config, input) => ({ next: config.cases.find((each) => input.decide(each.rules))?.id ?? ELSE }),
  examples: [
    { name: 'The first that holds wins', config: { cases }, input: { decide: true }, expect: { next: 'vip' } },
    { name: 'Everyone else', config: { cases }, input: { decide: false }, expect: { next: ELSE } },
  ],
});
