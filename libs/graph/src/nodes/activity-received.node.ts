import { z } from 'zod';
import { activityType } from '../model/graph.js';
import { defineNode, nextPort } from '../model/node.js';
import { aGroup, anActivity, hear, itsOwn, maybe, set } from '../words/hear.js';
import { typeName } from '../words/names.js';
import { say, value } from '../words/phrase.js';
import { groupValue, itsValue, rulesSchema, whereSchema } from '../words/rule-text.js';

const config = z.strictObject({
  activity_type: activityType.meta({
    label: 'Activity',
    help: 'Its type, as it is sent to Cortex.',
    control: 'activity_type',
  }),
  where: whereSchema
    .optional()
    .meta({ label: 'Only where', help: 'Conditions on the data sent with the activity.', control: 'metadata_rules' }),
  rules: rulesSchema
    .optional()
    .meta({ label: 'Only for people who', help: 'Conditions on the person.', control: 'rules' }),
});

export const activityReceived = defineNode({
  type: 'activity_received',
  version: 1,
  kind: 'entry',
  icon: 'bolt',
  title: 'Something happens',
  summary: 'Starts for a person as soon as one of their activities arrives.',
  docs:
    'Only activities that have just happened start anything. Activities that arrive late, or are imported as ' +
    'history, are recorded but start nothing. The automation’s settings say how late is too late, and how ' +
    'often one person may enter.',
  config,
  defaults: { activity_type: '' },
  ports: nextPort,
  phrases: ({ activity_type, where, rules }, names) => [
    ...say`When ${value('activity_type', typeName(names, activity_type), activity_type)} happens`,
    ...(where ? say`, if ${itsValue('where', where, names)}` : []),
    ...(rules ? say`, for ${groupValue('rules', rules, names)}` : []),
  ],
  hears: hear`When ${set('activity_type', anActivity)} happens ${maybe(hear`, if ${set('where', itsOwn)}`)} ${maybe(
    hear`, for ${set('rules', aGroup)}`,
  )}`,
  brief: ({ activity_type }, names) =>
    activity_type ? `When ${typeName(names, activity_type)}` : 'When something happens',
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [
    {
      name: 'The run starts behind it',
      config: { activity_type: 'checkout.abandoned' },
      expect: { next: 'next' },
    },
  ],
});
