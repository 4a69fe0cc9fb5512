import { z } from 'zod';
import { defineNode, nextPort } from '../model/node.js';
import { hear, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { say, value } from '../words/phrase.js';

const config = z.strictObject({
  smart_list_id: z.uuid('Choose a list.').meta({
    label: 'Smart list',
    help: 'A list that follows rules, or one kept by hand. People who are already in it do not count as entering.',
    control: 'smart_list',
  }),
});

export const smartListEntered = defineNode({
  type: 'smart_list_entered',
  version: 1,
  kind: 'entry',
  icon: 'bolt',
  title: 'Somebody enters a list',
  summary: 'Starts for a person who begins to match its rules, or is put on it.',
  docs:
    'A list of rules is kept up to date while an automation uses it, so entering is noticed within moments. People ' +
    'who are in the list when the automation goes live do not count as entering.',
  config,
  defaults: { smart_list_id: '' },
  ports: nextPort,
  phrases: ({ smart_list_id }, names) =>
    say`When somebody enters ${value('smart_list_id', called(names, smart_list_id, 'the chosen list'))}`,
  hears: hear`When somebody enters ${set('smart_list_id', thing('list'))}`,
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
