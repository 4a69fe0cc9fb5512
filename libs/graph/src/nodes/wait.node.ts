import { z } from 'zod';
import { addDuration, duration, durationText } from '../times/duration.js';
import { defineNode, nextPort } from '../model/node.js';
import { aDuration, hear, set } from '../words/hear.js';
import { say, value } from '../words/phrase.js';

const entered_at = new Date('2026-03-28T12:00:00Z');
const timezone = 'Europe/Berlin';

export const wait = defineNode({
  type: 'wait',
  version: 1,
  kind: 'wait',
  icon: 'clock',
  title: 'Wait',
  summary: 'Holds the person for a span of time.',
  docs:
    'The time counts from the moment the person arrives at the step, even while the automation is paused. If ' +
    'the span is changed later, the time already waited counts.',
  config: z.strictObject({ for: duration.meta({ label: 'Wait for', control: 'duration' }) }),
  defaults: { for: { n: 1, unit: 'days' } },
  ports: nextPort,
  phrases: (config) => say`Wait ${value('for', config.for && durationText(config.for))}`,
  hears: hear`Wait ${set('for', aDuration)}`,
  check: () => [],
  plan: (config, input) => {
    const until = addDuration(input.entered_at, config.for, input.timezone);
    return input.now >= until ? { next: 'next' } : { wait: { until } };
  },
  examples: [
    {
      name: 'Not yet',
      config: { for: { n: 30, unit: 'minutes' } },
      input: { entered_at, now: new Date('2026-03-28T12:10:00Z') },
      expect: { wait: { until: new Date('2026-03-28T12:30:00Z') } },
    },
    {
      name: 'Time is up, to the instant',
      config: { for: { n: 30, unit: 'minutes' } },
      input: { entered_at, now: new Date('2026-03-28T12:30:00Z') },
      expect: { next: 'next' },
    },
    {
      name: 'Days keep the time of day when the clocks change',
      config: { for: { n: 1, unit: 'days' } },
      input: { entered_at, now: entered_at, timezone },
      expect: { wait: { until: new Date('2026-03-29T11:00:00Z') } },
    },
    {
      name: 'Hours do not',
      config: { for: { n: 24, unit: 'hours' } },
      input: { entered_at, now: entered_at, timezone },
      expect: { wait: { until: new Date('2026-03-29T12:00:00Z') } },
    },
  ],
});
