import { z } from 'zod';
import { defineNode, nextPort } from '../model/node.js';
import { hear } from '../words/hear.js';
import { say } from '../words/phrase.js';

export const manual = defineNode({
  type: 'manual',
  version: 1,
  kind: 'entry',
  icon: 'hand-click',
  title: 'By hand or API',
  summary: 'Starts for a person when a colleague or another system says so.',
  docs:
    'A colleague adds people in the live view, another system through the API, another automation with “Start ' +
    'another automation”. The entry limit in the settings applies to all of them.',
  config: z.strictObject({}),
  defaults: {},
  ports: nextPort,
  phrases: () => say`When someone is added by hand or by another system`,
  hears: hear`When someone is added by hand or by another system`,
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [{ name: 'The run starts behind it', config: {}, expect: { next: 'next' } }],
});
