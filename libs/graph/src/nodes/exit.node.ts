import { z } from 'zod';
import { defineNode } from '../model/node.js';
import { eitherOf, freeText, hear, set, stepEnds } from '../words/hear.js';
import { say, value } from '../words/phrase.js';

export const exit = defineNode({
  type: 'exit',
  version: 1,
  kind: 'end',
  icon: 'square-filled',
  title: 'End',
  summary: 'The path ends here, with a reason that is counted.',
  docs:
    'The person leaves the automation here. The reason is counted in the live view and shown in the person’s ' +
    'timeline.',
  config: z.strictObject({
    reason: z.string().max(200).optional().meta({ label: 'Reason', help: 'For example: enrolled.', control: 'text' }),
  }),
  defaults: {},
  ports: () => [],
  phrases: ({ reason }) => (reason ? say`End: ${value('reason', reason)}` : say`End`),
  hears: eitherOf(hear`End: ${set('reason', freeText('enrolled', stepEnds, 200))}`, hear`End`),
  check: () => [],
  plan: ({ reason }) => ({ end: reason ?? '' }),
  examples: [
    { name: 'With a reason', config: { reason: 'enrolled' }, expect: { end: 'enrolled' } },
    { name: 'Without', config: {}, expect: { end: '' } },
  ],
});
