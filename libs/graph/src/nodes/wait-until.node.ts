import { z } from 'zod';
import { typeLabel } from '#rules';
import { addDuration, duration, durationText } from '../times/duration.js';
import { activityType } from '../model/graph.js';
import { defineNode } from '../model/node.js';
import { aDuration, anActivity, eitherOf, hear, itsOwn, mapped, maybe, set, theirs } from '../words/hear.js';
import { typeName } from '../words/names.js';
import { say, value } from '../words/phrase.js';
import { graphRulesSchema, itsValue, theyText, theyValue, whereSchema } from '../words/rule-text.js';

const config = z
  .strictObject({
    activity_type: activityType
      .optional()
      .meta({ label: 'Until this happens', control: 'activity_type', oneOf: 'until' }),
    where: whereSchema
      .optional()
      .meta({ label: 'Only where', control: 'metadata_rules', when: { activity_type: true } }),
    rules: graphRulesSchema.optional().meta({ label: 'Until this holds', control: 'rules', oneOf: 'until' }),
    timeout: duration.meta({ label: 'At most', control: 'duration' }),
  })
  .superRefine((value, context) => {
    if (!value.activity_type && !value.rules)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'Say what to wait for: an activity, or rules.' });
    if (value.activity_type && value.rules)
      context.addIssue({
        code: 'custom',
        path: ['rules'],
        message: 'Wait for an activity or for rules, not for both.',
      });
    if (value.where && !value.activity_type)
      context.addIssue({ code: 'custom', path: ['where'], message: 'These conditions need an activity to look at.' });
  })
  .describe('It has either activity_type or rules; where needs activity_type.');

const entered_at = new Date('2026-05-01T09:00:00Z');
/** Where nobody says how long, as long as a new step waits. */
const atMost = maybe(hear`, at most ${set('timeout', aDuration)}`, { timeout: { n: 2, unit: 'days' } });
const enrolled = { operator: 'AND' as const, conditions: [{ field: 'lead' as const, operator: 'enrolled' as const }] };

export const waitUntil = defineNode({
  type: 'wait_until',
  version: 1,
  kind: 'wait',
  icon: 'hourglass',
  title: 'Wait until',
  summary: 'Holds the person until something happens or holds, but no longer than a span of time.',
  docs:
    'An activity counts from the moment the person arrives here; rules also count if they already hold then. ' +
    'Whichever comes first decides the path: what was waited for, or the end of the time. Rules are checked ' +
    'again whenever anything about the person changes.',
  config,
  defaults: { timeout: { n: 2, unit: 'days' } },
  ports: ({ rules }) => [
    { id: 'happened', label: rules ? 'as soon as it holds' : 'as soon as it happens' },
    { id: 'timed_out', label: 'if the time runs out' },
  ],
  phrases: ({ activity_type, where, rules, timeout }, names) => [
    ...(rules && !activity_type
      ? say`Wait until ${theyValue('rules', rules, names)}`
      : say`Wait until ${value('activity_type', typeName(names, activity_type), activity_type)} happens`),
    ...(where ? say`, if ${itsValue('where', where, names)}` : []),
    ...say`, at most ${value('timeout', timeout && durationText(timeout))}`,
  ],
  hears: eitherOf(
    hear`Wait until ${set('activity_type', anActivity)} happens ${maybe(hear`, if ${set('where', itsOwn)}`)} ${atMost}`,
    hear`Wait until ${mapped(theirs, (rules) => ({ rules }))} ${atMost}`,
  ),
  brief: ({ activity_type, rules, timeout }, names) => {
    const until = typeName(names, activity_type) ?? (rules && theyText(rules, names));
    return [until ? `Until ${until}` : 'Wait until', timeout && durationText(timeout)].filter(Boolean).join(', or ');
  },
  check: () => [],
  asks: ({ rules }) => (rules ? [rules] : []),
  awaits: ({ activity_type, where }) => (activity_type ? { activity_type, where } : undefined),
  instantPorts: ({ rules }) => (rules ? ['happened'] : []),
  plan: (config, input) => {
    const arrived = input.arrived[0];
    if (arrived) return { next: 'happened', reason: `“${typeLabel(arrived.type)}” happened` };
    if (config.rules && input.decide(config.rules)) return { next: 'happened' };
    const until = addDuration(input.entered_at, config.timeout, input.timezone);
    if (input.now >= until) return { next: 'timed_out' };
    return {
      wait: {
        until,
        ...(config.activity_type ? { activity_type: config.activity_type } : {}),
        ...(config.rules ? { on_change: true } : {}),
      },
    };
  },
  examples: [
    {
      name: 'Waits for an activity',
      config: { activity_type: 'course.enrolled', timeout: { n: 2, unit: 'hours' } },
      input: { entered_at, now: entered_at },
      expect: { wait: { until: new Date('2026-05-01T11:00:00Z'), activity_type: 'course.enrolled' } },
    },
    {
      name: 'An activity that came a moment before counts',
      config: { activity_type: 'course.enrolled', timeout: { n: 2, unit: 'hours' } },
      input: {
        entered_at,
        now: entered_at,
        arrived: [{ id: 'a', type: 'course.enrolled', metadata: {}, occurred_at: entered_at, received_at: entered_at }],
      },
      expect: { next: 'happened', reason: '“Enrolled in a course” happened' },
    },
    {
      name: 'Looks again at rules when the person changes',
      config: { rules: enrolled, timeout: { n: 2, unit: 'hours' } },
      input: { entered_at, now: entered_at, decide: false },
      expect: { wait: { until: new Date('2026-05-01T11:00:00Z'), on_change: true } },
    },
    {
      name: 'The rules hold',
      config: { rules: enrolled, timeout: { n: 2, unit: 'hours' } },
      input: { entered_at, now: entered_at, decide: true },
      expect: { next: 'happened' },
    },
    {
      name: 'The time runs out',
      config: { rules: enrolled, timeout: { n: 2, unit: 'hours' } },
      input: { entered_at, now: new Date('2026-05-01T11:00:00Z'), decide: false },
      expect: { next: 'timed_out' },
    },
    {
      name: 'On the last instant, what holds wins over the time',
      config: { rules: enrolled, timeout: { n: 2, unit: 'hours' } },
      input: { entered_at, now: new Date('2026-05-01T11:00:00Z'), decide: true },
      expect: { next: 'happened' },
    },
  ],
});
