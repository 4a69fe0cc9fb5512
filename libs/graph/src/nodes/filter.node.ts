import { z } from 'zod';
import { defineNode } from '../model/node.js';
import { hear, set, theirs } from '../words/hear.js';
import { say } from '../words/phrase.js';
import { graphRulesSchema, questionText, theyValue } from '../words/rule-text.js';

const rules = {
  operator: 'AND' as const,
  conditions: [{ field: 'tags', operator: 'contains', value: 'vip' }],
};

export const filter = defineNode({
  type: 'filter',
  version: 1,
  kind: 'rule',
  icon: 'filter',
  title: 'Only if',
  summary: 'Checks whether the rules hold for the person, and continues on one of two paths.',
  docs:
    'Anyone who does not match continues on “everyone else”, or leaves if nothing follows there. The rules ' +
    'are checked once, when the person arrives; to wait until they hold, use “Wait until”. They can ask about ' +
    'the person, the lead that started the run, and e-mails sent earlier in it.',
  config: z.strictObject({
    rules: graphRulesSchema.meta({
      label: 'Rules',
      help: 'What must hold to take the path “if so”.',
      control: 'rules',
    }),
  }),
  defaults: {} as never,
  ports: () => [
    { id: 'yes', label: 'if so' },
    { id: 'no', label: 'everyone else' },
  ],
  phrases: ({ rules }, names) => say`Only if ${theyValue('rules', rules, names)}`,
  hears: hear`Only if ${set('rules', theirs)}`,
  brief: ({ rules }, names) => (rules ? questionText(rules, names) : 'Only if'),
  check: () => [],
  asks: (config) => [config.rules],
  plan: (config, input) => ({ next: input.decide(config.rules) ? 'yes' : 'no' }),
  examples: [
    { name: 'Holds', config: { rules }, input: { decide: true }, expect: { next: 'yes' } },
    { name: 'Does not hold', config: { rules }, input: { decide: false }, expect: { next: 'no' } },
  ],
});
