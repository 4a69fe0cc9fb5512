import { isReservedType, RESERVED_TYPE } from '#rules';
import { z } from 'zod';
import { activityType } from '../model/graph.js';
import { defineNode, nextPort } from '../model/node.js';
import { anActivity, hear, set } from '../words/hear.js';
import { typeName } from '../words/names.js';
import { say, value } from '../words/phrase.js';

export const recordActivity = defineNode({
  type: 'record_activity',
  version: 1,
  kind: 'action',
  icon: 'notes',
  title: 'Record an activity',
  summary: 'Adds an activity of your own to the person’s timeline. Other automations can start from it.',
  docs:
    'The activity appears in the person’s timeline like any other, and rules can ask about it and about its ' +
    'fields. The texts are kept as they are written here.',
  config: z.strictObject({
    activity_type: activityType.meta({ label: 'Activity', control: 'activity_type' }),
    metadata: z
      .record(z.string().min(1).max(100), z.unknown())
      .refine((value) => Object.keys(value).length <= 100, 'An activity carries at most 100 fields.')
      .optional()
      .meta({ label: 'With', help: 'Fields of your own.', control: 'data' }),
  }),
  defaults: { activity_type: '' },
  ports: nextPort,
  phrases: ({ activity_type }, names) =>
    say`Record ${value('activity_type', typeName(names, activity_type), activity_type)}`,
  hears: hear`Record ${set('activity_type', anActivity)}`,
  check: ({ activity_type }, { pointer, node_id }) =>
    isReservedType(activity_type)
      ? [
          {
            code: 'activity_type_reserved',
            severity: 'blocks',
            node_id,
            pointer: `${pointer}/config/activity_type`,
            message: RESERVED_TYPE,
          },
        ]
      : [],
  causes: ({ activity_type }) => [activity_type],
  plan: ({ activity_type, metadata }) => ({
    effects: [{ type: 'activity.record', activity_type, metadata: metadata ?? {} }],
    next: 'next',
  }),
  examples: [
    {
      name: 'Without fields',
      config: { activity_type: 'checkout.reminded' },
      expect: {
        effects: [{ type: 'activity.record', activity_type: 'checkout.reminded', metadata: {} }],
        next: 'next',
      },
    },
  ],
});
