import { z } from 'zod';
import { beforeOrAfter, dateFieldText } from '../times/dates.js';
import { dateField, dateOffset, timeOfDay, zoneChoice } from '../times/local-time.js';
import { defineNode, nextPort } from '../model/node.js';
import { aDateField, anOffset, aZoneName } from '../words/hear-times.js';
import { aTime, hear, maybe, meaning, set } from '../words/hear.js';
import { say, value } from '../words/phrase.js';

const config = z.strictObject({
  date_field: dateField.meta({ label: 'Date', help: 'Such as attributes.birthday.', control: 'date_field' }),
  offset: dateOffset.optional().meta({ label: 'Before or after it', control: 'offset' }),
  time: timeOfDay.optional().meta({
    label: 'At',
    help: 'If left empty: the time that is part of the date, or midnight.',
    control: 'time',
  }),
  timezone: zoneChoice
    .default('contact')
    .meta({ label: 'Time zone', control: 'timezone', options: { contact: 'The person’s, or else the workspace’s' } }),
  repeat: z
    .enum(['once', 'yearly'])
    .default('once')
    .meta({ label: 'How often', control: 'select', options: { once: 'Once', yearly: 'Every year on that day' } }),
});

export const dateReached = defineNode({
  type: 'date_reached',
  version: 1,
  kind: 'entry',
  icon: 'calendar-event',
  title: 'A date is reached',
  summary: 'Starts for a person when one of their dates, or its anniversary, is reached.',
  docs:
    'The date is one of the person’s fields. It is read in each person’s own time zone, or in one time zone ' +
    'for everyone, and summer time is taken into account. People without this date never enter.',
  config,
  defaults: { date_field: '', time: '09:00', timezone: 'contact', repeat: 'once' },
  ports: nextPort,
  usualLimit: ({ repeat }) => (repeat === 'yearly' ? 'once a year, on the date' : undefined),
  phrases: ({ date_field, offset, time, timezone, repeat }) => {
    const before = beforeOrAfter(offset);
    return [
      ...say`When it is ${before ? [...say`${value('offset', before)}`, { text: ' ' }] : undefined}${value(
        'date_field',
        date_field ? dateFieldText(String(date_field)) : undefined,
      )}`,
      ...(repeat === 'yearly' ? say`, ${value('repeat', 'every year')}` : []),
      ...(time ? say`, at ${value('time', String(time))}` : []),
      ...(timezone && timezone !== 'contact' ? say` (${value('timezone', String(timezone))})` : []),
    ];
  },
  hears: hear`When it is ${maybe(set('offset', anOffset))} ${set('date_field', aDateField)} ${maybe(
    meaning(hear`, every year`, { repeat: 'yearly' }),
    { repeat: 'once' },
  )} ${maybe(hear`, at ${set('time', aTime)}`)} ${maybe(hear`(${set('timezone', aZoneName)})`, { timezone: 'contact' })}`,
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [
    {
      name: 'A birthday: the run starts behind it',
      config: { date_field: 'attributes.birthday', time: '09:00', timezone: 'contact', repeat: 'yearly' },
      expect: { next: 'next' },
    },
    {
      name: 'Three days before something ends',
      config: {
        date_field: 'attributes.trial_ends',
        offset: { n: -3, unit: 'days' },
        timezone: 'Europe/Berlin',
        repeat: 'once',
      },
      expect: { next: 'next' },
    },
  ],
});
