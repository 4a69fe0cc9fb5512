import { z } from 'zod';
import { defineNode, nextPort } from '../model/node.js';
import { hear, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { say, value } from '../words/phrase.js';

const config = z.strictObject({
  smart_list_id: z.uuid('Choose a list.').meta({
    label: 'Smart list',
    help: 'A list that follows rules, or one kept by hand.',
    control: 'smart_list',
  }),
});

export const smartListLeft = defineNode({
  type: 'smart_list_left',
  version: 1,
  kind: 'entry',
  icon: 'bolt',
  title: 'Somebody leaves a list',
  summary: 'Starts for a person who no longer matches its rules, or is taken off it.',
  docs:
    'A list of rules is kept up to date while an automation uses it, so leaving is noticed within moments. Only ' +
    'people who were in it can leave it.',
  config,
  defaults: { smart_list_id: '' },
  ports: nextPort,
  phrases: ({ smart_list_id }, names) =>
    say`When somebody leaves ${value('smart_list_id', called(names, smart_list_id, 'the chosen list'))}`,
  hears: hear`When somebody leaves ${set('smart_list_id', thing('list'))}`,
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [
    {
      name: 'The run starts behind it',
      config: { smart_list_id: '00000000-0000-7000-8000-0000000000a1' },
      expect: { next: 'next' },
    },
  ],
});
