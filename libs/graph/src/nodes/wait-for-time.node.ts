import { z } from 'zod';
import { beforeOrAfter, dateFieldText } from '../times/dates.js';
import { dateField, dateOffset, fieldInstant, nextLocalTime, timeOfDay, zoneChoice } from '../times/local-time.js';
import { defineNode, nextPort, type Plan, type PlanInput } from '../model/node.js';
import { aDateField, anOffset, dayNames, someDays } from '../words/hear-times.js';
import { aTime, aZone, eitherOf, hear, mapped, maybe, meaning, set, type Hears } from '../words/hear.js';
import { say, value, type Phrase } from '../words/phrase.js';

const config = z
  .strictObject({
    time: timeOfDay.optional().meta({ label: 'At', help: 'A time of day, such as 09:00.', control: 'time' }),
    days: z
      .array(z.int().min(1, 'Days are 1 (Monday) to 7 (Sunday).').max(7, 'Days are 1 (Monday) to 7 (Sunday).'))
      .max(7)
      .refine((days) => new Set(days).size === days.length, 'Choose each day only once.')
      .optional()
      .meta({ label: 'Weekdays', help: 'Any day if none is chosen.', control: 'weekdays', oneOf: 'when' }),
    date_field: dateField.optional().meta({
      label: 'A date of the person',
      help: 'Such as attributes.starts_on.',
      control: 'date_field',
      oneOf: 'when',
    }),
    offset: dateOffset.optional().meta({ label: 'Before or after it', control: 'offset', when: { date_field: true } }),
    timezone: zoneChoice
      .default('contact')
      .meta({ label: 'Time zone', control: 'timezone', options: { contact: 'The person’s, or else the workspace’s' } }),
  })
  .superRefine((value, context) => {
    const issue = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (value.date_field === undefined && value.time === undefined && !value.days?.length)
      issue('time', 'Say what to wait for: a time, days, or a date of the person.');
    if (value.date_field !== undefined && value.days?.length)
      issue('days', 'Wait for days, or for a date of the person, not for both.');
    if (value.offset && value.date_field === undefined) issue('offset', 'Before or after needs a date of the person.');
  })
  .describe('It has a time, days or date_field; days and date_field exclude each other, and offset needs date_field.');

type Config = z.output<typeof config>;

/** “Monday to Friday”, “Wednesday, Friday and Sunday”. */
const daysText = (days: readonly number[]): string => {
  const sorted = [...days].sort((a, b) => a - b);
  const [first = 1, last = 1] = [sorted[0], sorted.at(-1)];
  const name = (day: number) => dayNames[day - 1] ?? '';
  if (sorted.length === 7) return 'any day';
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${name(first)} to ${name(last)}`;
  const names = sorted.map(name);
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};

const zonePhrases = (timezone: string | undefined): Phrase[] =>
  timezone === undefined || timezone === 'contact'
    ? say`, ${value('timezone', 'their time')}`
    : say`, ${value('timezone', `${timezone.split('/').at(-1)?.replaceAll('_', ' ')} time`)}`;

const phrases = ({ time, days, date_field, offset, timezone }: Partial<Config>): Phrase[] => {
  if (date_field !== undefined)
    return [
      ...say`Wait until ${
        beforeOrAfter(offset) ? [value('offset', beforeOrAfter(offset)), { text: ' ' }] : ''
      }${value('date_field', dateFieldText(date_field))}`,
      ...(time ? say` at ${value('time', time)}` : []),
      ...zonePhrases(timezone),
    ];
  const on = days?.length ? say`${value('days', daysText(days))}` : [];
  if (time === undefined)
    return on.length
      ? [...say`Wait until `, ...on, ...zonePhrases(timezone)]
      : say`Wait until ${value('time', undefined)}`;
  return [
    ...say`Wait until ${value('time', time)}`,
    ...(on.length ? [{ text: ' on ' }, ...on] : []),
    ...zonePhrases(timezone),
  ];
};

const zonePart = maybe(
  eitherOf(meaning(hear`, their time`, { timezone: 'contact' }), hear`, ${set('timezone', aZone)} time`),
  { timezone: 'contact' },
);

const hears: Hears = eitherOf(
  hear`Wait until ${maybe(set('offset', anOffset))} ${mapped(aDateField, (date_field) => ({ date_field }))} ${maybe(hear`at ${set('time', aTime)}`)} ${zonePart}`,
  hear`Wait until ${set('time', aTime)} ${maybe(hear`on ${set('days', someDays)}`)} ${zonePart}`,
  hear`Wait until ${set('days', someDays)} ${zonePart}`,
);

/** When the wait is over; undefined where the person has no such date. */
const until = (config: Config, input: PlanInput): Date | undefined => {
  const zone = config.timezone === 'contact' ? (input.contact_timezone ?? input.timezone) : config.timezone;
  if (config.date_field !== undefined) return fieldInstant(input.fields?.[config.date_field], config, zone);
  return nextLocalTime(input.entered_at, config, zone);
};

const entered_at = new Date('2026-03-28T12:00:00Z');
const zone = 'Europe/Berlin';

export const waitForTime = defineNode({
  type: 'wait_for_time',
  version: 1,
  kind: 'wait',
  icon: 'calendar-clock',
  title: 'Wait for a time',
  summary: 'Holds the person until a time of day, a weekday, or a date of theirs.',
  docs:
    'A time of day is the next one, today or tomorrow; with days, the next on such a day. Days alone let ' +
    'people continue at once if today is one of them, otherwise at midnight. Times are in the person’s time ' +
    'zone (or the workspace’s, where theirs is unknown) or in one that you choose, and summer time is taken ' +
    'into account. If the person’s date is empty or past, nobody waits. If it changes while somebody waits, ' +
    'the new date counts.',
  config,
  defaults: { time: '09:00', timezone: 'contact' },
  ports: nextPort,
  phrases,
  hears,
  check: () => [],
  reads: ({ date_field, timezone }) => [
    ...(timezone === 'contact' ? ['timezone'] : []),
    ...(date_field === undefined ? [] : [date_field]),
  ],
  instantPorts: ({ time, date_field }) => (time === undefined || date_field !== undefined ? ['next'] : []),
  plan: (config, input): Plan => {
    const at = until(config, input);
    if (at === undefined) return { next: 'next', reason: `${dateFieldText(config.date_field ?? '')} is not a date` };
    if (input.now >= at) return { next: 'next' };
    return { wait: { until: at, ...(config.date_field === undefined ? {} : { on_change: true }) } };
  },
  examples: [
    {
      name: 'The next nine o’clock, across the change of the clocks',
      config: { time: '09:00', timezone: 'contact' },
      input: { entered_at, now: entered_at, contact_timezone: zone },
      expect: { wait: { until: new Date('2026-03-29T07:00:00Z') } },
    },
    {
      name: 'Without a time zone of the person, the workspace’s',
      config: { time: '09:00', timezone: 'contact' },
      input: { entered_at, now: entered_at, timezone: 'America/New_York' },
      expect: { wait: { until: new Date('2026-03-28T13:00:00Z') } },
    },
    {
      name: 'Later today',
      config: { time: '17:15', timezone: zone },
      input: { entered_at, now: entered_at },
      expect: { wait: { until: new Date('2026-03-28T16:15:00Z') } },
    },
    {
      name: 'Half past two, which does not come that night',
      config: { time: '02:30', timezone: zone },
      input: { entered_at, now: entered_at },
      expect: { wait: { until: new Date('2026-03-29T01:30:00Z') } },
    },
    {
      name: 'The next Wednesday, at midnight there',
      config: { days: [3], timezone: zone },
      input: { entered_at, now: entered_at },
      expect: { wait: { until: new Date('2026-03-31T22:00:00Z') } },
    },
    {
      name: 'Today is one of the days',
      config: { days: [6], timezone: zone },
      input: { entered_at, now: entered_at },
      expect: { next: 'next' },
    },
    {
      name: 'The time has come',
      config: { time: '09:00', timezone: zone },
      input: { entered_at, now: new Date('2026-03-29T07:00:00Z') },
      expect: { next: 'next' },
    },
    {
      name: 'Two days before a date of the person',
      config: { date_field: 'attributes.starts_on', offset: { n: -2, unit: 'days' }, time: '08:00', timezone: zone },
      input: { entered_at, now: entered_at, fields: { 'attributes.starts_on': '2026-04-10' } },
      expect: { wait: { until: new Date('2026-04-08T06:00:00Z'), on_change: true } },
    },
    {
      name: 'The date is past',
      config: { date_field: 'attributes.starts_on', timezone: zone },
      input: { entered_at, now: entered_at, fields: { 'attributes.starts_on': '2026-03-01' } },
      expect: { next: 'next' },
    },
    {
      name: 'There is no such date',
      config: { date_field: 'attributes.starts_on', timezone: zone },
      input: { entered_at, now: entered_at, fields: {} },
      expect: { next: 'next', reason: 'the date “starts on” is not a date' },
    },
  ],
});
