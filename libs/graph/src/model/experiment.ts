import { z } from 'zod';
import type { GraphNode } from './graph.js';
import { nodeId } from './graph.js';

const days = (most: number) =>
  z
    .number('Give a number of days.')
    .int('Give whole days.')
    .min(1, 'Give at least one day.')
    .max(most, `Give at most ${most} days.`);

/**
 * That a split at random is an experiment: what its paths are compared by, and the rule by which it ends. It is part of
 * the drawing, so publishing agrees it and nobody changes it afterwards.
 */
export const experiment = z.strictObject({
  goal: z.enum(['enrollments', 'money']).meta({
    label: 'Goal',
    options: { enrollments: 'People who enroll in a course', money: 'Money that people pay' },
  }),
  within_days: days(90).meta({
    label: 'Days after taking the path',
    help: 'What somebody does later does not count. Everybody is counted when their days are over.',
    control: 'whole_number',
  }),
  hold_out: nodeId.optional().meta({
    label: 'Hold-out',
    help: 'The path of those who get nothing, to see what would have come anyway.',
    control: 'select',
  }),
  at_least: z
    .number('Give a number of people.')
    .int('Give a whole number.')
    .min(10, 'Wait for at least 10 people on each path.')
    .max(1_000_000, 'Give at most a million people.')
    .meta({ label: 'People on each path, at least', control: 'whole_number' }),
  sure: z.enum(['90', '95', '99']).meta({
    label: 'How sure to be',
    help: 'At 95 %, at most 5 of 100 experiments without a difference name a winner, even if you look every day.',
    options: { '90': '90 %', '95': '95 %', '99': '99 %' },
  }),
  most_days: days(365).meta({ label: 'Days it runs, at most', control: 'whole_number' }),
  then: z.enum(['winner', 'tell']).meta({
    label: 'When one path is better',
    options: { winner: 'Everyone new takes it', tell: 'Tell us and go on splitting' },
  }),
});
export type Experiment = z.output<typeof experiment>;

/** What an experiment begins with. */
export const usualExperiment: Experiment = {
  goal: 'enrollments',
  within_days: 7,
  at_least: 100,
  sure: '95',
  most_days: 60,
  then: 'winner',
};

/** The experiment of a step, where it is one. */
export function experimentOf(node: Pick<GraphNode, 'type' | 'config'>): Experiment | undefined {
  if (node.type !== 'random_split') return undefined;
  return experiment.safeParse(node.config.experiment).data;
}

const number = new Intl.NumberFormat('en');
const inDays = (n: number): string => (n === 1 ? '1 day' : `${number.format(n)} days`);

/** “enrollments within 7 days”: what the paths are compared by. */
export const goalText = ({ goal, within_days }: Pick<Experiment, 'goal' | 'within_days'>): string =>
  `${goal} within ${inDays(within_days)}`;

/** The rule by which an experiment ends, in sentences. */
export const stopRuleText = ({ at_least, sure, most_days, then }: Experiment): string =>
  `It ends when at least ${number.format(at_least)} people on each path were counted and one path is better than every ` +
  `other with ${sure} % certainty, at the latest after ${inDays(most_days)}. ` +
  (then === 'winner' ? 'Then everyone new takes the better path.' : 'Then you are told, and people are split on.') +
  ' If no path is better, you are told that no difference was found.';
