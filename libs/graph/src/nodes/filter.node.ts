import { z } from 'zod';
import { defineNode } from '../model/node.js';
import { say, value } from '../words/phrase.js';
import { graphRulesSchema, theyText } from '../words/rule-text.js';

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
  summary: 'Asks whether something holds for the person, and goes on by yes or no.',
  docs:
    'Whoever does not fit goes on by “everyone else”, and leaves where nothing follows there. The rules are ' +
    'asked when the person arrives, once; to wait until they hold, use “Wait until”. They can ask about the ' +
    'person, the lead that started it, and mails sent earlier on the way.',
  config: z.strictObject({
    rules: graphRulesSchema.meta({ label: 'Rules', help: 'What must hold to go on by “if so”.', control: 'rules' }),
  }),
  defaults: {} as never,
  ports: () => [
    { id: 'yes', label: 'if so' },
    { id: 'no', label: 'everyone else' },
  ],
  phrases: ({ rules }, names) => say`Only if ${value('rules', rules && theyText(rules, names))}`,
  check: () => [],
  asks: (config) => [config.rules],
  plan: (config, input) => ({ next: input.decide(config.rules) ? 'yes' : 'no' }),
  examples: [
    { name: 'Holds', config: { rules }, input: { decide: true }, expect: { next: 'yes' } },
    { name: 'Does not hold', config: { rules }, input: { decide: false }, expect: { next: 'no' } },
  ],
});
