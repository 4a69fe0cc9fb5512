import { z } from 'zod';
import { cron, cronText } from '../times/cron.js';
import { isTimezone } from '../times/local-time.js';
import { defineNode, nextPort } from '../model/node.js';
import { aSchedule, aZoneName } from '../words/hear-times.js';
import { hear, maybe, set, thing } from '../words/hear.js';
import { called } from '../words/names.js';
import { say, value } from '../words/phrase.js';

const config = z.strictObject({
  cron: cron.meta({ label: 'When', control: 'cron' }),
  timezone: z
    .string()
    .max(64)
    .refine(isTimezone, 'Name a time zone, such as Europe/Berlin.')
    .optional()
    .meta({ label: 'Time zone', help: 'The workspace’s if left empty.', control: 'timezone' }),
  smart_list_id: z.uuid('Choose a list.').meta({
    label: 'Smart list',
    help: 'Everyone in it at that moment enters, as often as the entry settings allow.',
    control: 'smart_list',
  }),
});

export const schedule = defineNode({
  type: 'schedule',
  version: 1,
  kind: 'entry',
  icon: 'calendar-repeat',
  title: 'On a schedule',
  summary: 'Starts for everyone in a list, at set times.',
  docs:
    'At each of these times, everyone in the list at that moment enters, as often as the entry settings ' +
    'allow. Times that pass while the automation is paused are not made up for.',
  config,
  defaults: { cron: '0 9 * * 1', smart_list_id: '' },
  ports: nextPort,
  phrases: ({ cron: text, timezone, smart_list_id }, names) => [
    ...say`For everybody in ${value('smart_list_id', called(names, smart_list_id, 'the chosen list'))}, ${value(
      'cron',
      typeof text === 'string' && text !== '' ? cronText(text) : undefined,
    )}`,
    ...(timezone ? say` (${value('timezone', timezone)})` : []),
  ],
  hears: hear`For everybody in ${set('smart_list_id', thing('list'))}, ${set('cron', aSchedule)} ${maybe(
    hear`(${set('timezone', aZoneName)})`,
  )}`,
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [
    {
      name: 'Mondays: the run starts behind it',
      config: {
        cron: '0 9 * * 1',
        timezone: 'Europe/Berlin',
        smart_list_id: '00000000-0000-7000-8000-0000000000a1',
      },
      expect: { next: 'next' },
    },
    {
      name: 'Every quarter of an hour',
      config: { cron: '*/15 8-18 * * 1-5', smart_list_id: '00000000-0000-7000-8000-0000000000a1' },
      expect: { next: 'next' },
    },
  ],
});
