import { z } from 'zod';
import { approximateSeconds, duration, durationText } from '../times/duration.js';
import { defineNode, nextPort } from '../model/node.js';
import { aDuration, aGroup, eitherOf, hear, mapped, maybe, meaning, set } from '../words/hear.js';
import type { Names } from '../words/names.js';
import { say, value, type Phrase } from '../words/phrase.js';
import { groupText, groupValue, rulesSchema } from '../words/rule-text.js';

const lead = z
  .strictObject({
    older_than: duration.meta({ label: 'At least this old', control: 'duration' }),
    within: duration.meta({
      label: 'Not older than',
      help: 'Keeps old leads out when the automation goes live.',
      control: 'duration',
    }),
    enrolled: z.literal(false).default(false).meta({ label: 'Not enrolled', control: 'fixed' }),
    course_id: z.uuid().optional().meta({ label: 'Only this course', control: 'course' }),
    from_activities: z
      .boolean()
      .optional()
      .meta({ label: 'Also leads made from activities', help: 'They are left out unless this is on.' }),
  })
  .meta({ control: 'group' });

const config = z
  .strictObject({
    over: z
      .enum(['people', 'leads'])
      .default('people')
      .meta({ label: 'Looks at', control: 'select', options: { people: 'People', leads: 'Leads (checkouts)' } }),
    lead: lead.optional().meta({ label: 'The lead', control: 'group', when: { over: 'leads' } }),
    rules: rulesSchema
      .optional()
      .meta({ label: 'Only people who', help: 'Conditions on the person.', control: 'rules' }),
    every: duration
      .refine((span) => approximateSeconds(span) >= 60, 'A monitor looks at most once a minute.')
      .optional()
      .meta({ label: 'Looks every', help: 'One minute if left empty.', control: 'duration' }),
  })
  .superRefine((value, context) => {
    if (value.over === 'leads' && !value.lead)
      context.addIssue({
        code: 'custom',
        path: ['lead'],
        message: 'Say how old the lead is, and how far back to look.',
      });
    if (value.over === 'people' && !value.rules)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'Say which people to look for.' });
    if (value.over === 'people' && value.lead)
      context.addIssue({
        code: 'custom',
        path: ['lead'],
        message: 'A monitor that looks at people has no lead. Remove it.',
      });
    const { lead: span } = value;
    if (span && approximateSeconds(span.within) <= approximateSeconds(span.older_than))
      context.addIssue({
        code: 'custom',
        path: ['lead', 'within'],
        message: 'No lead can be that old and that young at once. Make “Not older than” the longer span.',
      });
  })
  .describe(
    'Over people it has rules and no lead; over leads it has a lead whose `within` is longer than `older_than`.',
  );

type Config = z.output<typeof config>;

const leadPhrases = ({ lead: span, rules }: Partial<Config>, names: Names): Phrase[] => [
  ...say`When a lead is ${value('lead', span && durationText(span.older_than))} old and has not enrolled, within ${value(
    'lead',
    span && durationText(span.within),
  )}`,
  ...(rules ? say`, for ${groupValue('rules', rules, names)}` : []),
];

export const monitor = defineNode({
  type: 'monitor',
  version: 1,
  kind: 'entry',
  icon: 'radar',
  title: 'Something has not happened',
  summary: 'Keeps looking for people, or leads, that match.',
  docs:
    'A monitor notices what no activity can report: that something did not happen. If it looks at leads, each ' +
    'lead enters at most once, and each person at most once a week unless the settings say otherwise. If it ' +
    'looks at people, everyone who matches the rules at that moment enters, as often as the settings allow.',
  config,
  defaults: { over: 'people' },
  ports: nextPort,
  usualLimit: ({ over }) => (over === 'leads' ? 'once per lead, a week apart' : undefined),
  phrases: (config, names) =>
    config.over === 'leads'
      ? leadPhrases(config, names)
      : say`When someone is found among ${groupValue('rules', config.rules, names)}`,
  hears: eitherOf(
    mapped(
      hear`When a lead is ${set('older_than', aDuration)} old and has not enrolled, within ${set('within', aDuration)} ${maybe(
        hear`, for ${set('rules', aGroup)}`,
      )}`,
      ({ rules, ...lead }) => ({
        over: 'leads',
        ...(Object.keys(lead).length > 0 ? { lead: { ...lead, enrolled: false } } : {}),
        ...(rules === undefined ? {} : { rules }),
      }),
    ),
    meaning(hear`When someone is found among ${set('rules', aGroup)}`, { over: 'people' }),
  ),
  brief: ({ over, lead, rules }, names) =>
    over === 'leads'
      ? `When a lead is ${lead ? `${durationText(lead.older_than)} old` : 'left'}`
      : `When found: ${rules ? groupText(rules, names) : 'nobody yet'}`,
  check: () => [],
  plan: () => ({ next: 'next' }),
  examples: [
    {
      name: 'Abandoned checkout: the run starts behind it',
      config: {
        over: 'leads',
        lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
      },
      expect: { next: 'next' },
    },
  ],
});
