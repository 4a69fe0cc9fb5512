import { z } from 'zod';
import { experiment, goalText, usualExperiment, type Experiment } from '../model/experiment.js';
import { nodeId } from '../model/graph.js';
import { defineNode } from '../model/node.js';
import {
  anyOf,
  eitherOf,
  endOfWords,
  hear,
  inRow,
  listed,
  mapped,
  set,
  spanOf,
  stepEnds,
  words,
  type Parser,
} from '../words/hear.js';
import { say, value, type Phrase } from '../words/phrase.js';

const branch = z.strictObject({
  id: nodeId,
  percent: z
    .number('Give a percentage.')
    .gt(0, 'Give each path more than 0%.')
    .lt(100, 'Give each path less than 100%.')
    .refine((percent) => Number.isInteger(Math.round(percent * 1e8) / 1e6), 'Give at most two decimal places.'),
  label: z.string().trim().max(60, 'A path’s name has at most 60 characters.').optional(),
});
type Branch = Partial<z.output<typeof branch>>;

/** In hundredths of a percent, so that sums of fractions are exact. */
const hundredths = (percent: number): number => Math.round(percent * 100);

const halves = [
  { id: 'a', percent: 50 },
  { id: 'b', percent: 50 },
];

const config = z.strictObject({
  branches: z
    .array(branch)
    .min(2, 'A split has at least two paths.')
    .max(10, 'A split has at most ten paths.')
    .superRefine((branches, context) => {
      const sum = branches.reduce((total, { percent }) => total + hundredths(percent), 0);
      if (sum !== 10_000)
        context.addIssue({ code: 'custom', path: [], message: `The paths add up to ${sum / 100}%. Make it 100%.` });
      const seen = new Set<string>();
      branches.forEach(({ id }, at) => {
        if (seen.has(id))
          context.addIssue({ code: 'custom', path: [at, 'id'], message: `Two paths have the id “${id}”.` });
        seen.add(id);
      });
    })
    .meta({ label: 'Paths', help: 'They add up to 100%.', control: 'branches' }),
  experiment: experiment.optional().meta({ label: 'Experiment', control: 'experiment' }),
});

const nameOf = ({ id, label, percent }: Branch, tried?: Experiment): string =>
  [label, percent === undefined ? undefined : `${percent}%`, id && tried?.hold_out === id ? 'hold-out' : undefined]
    .filter(Boolean)
    .join(', ');

/** What goes before the paths where they are tried against each other. */
const triedText = (tried: Experiment | undefined): Phrase[] =>
  tried ? say`Experiment on ${value('experiment', goalText(tried))}, at random` : say`Split people at random`;

interface HeardBranch extends Branch {
  holdOut?: true;
}

/** “Second, 33.33%”, “50%, hold-out” or a name alone; a name may itself have a share in it, so each is tried. */
const aBranch: Parser<HeardBranch> = function* (reading, from) {
  const at = reading.skip(from);
  const blank = endOfWords(reading, at, '____');
  if (blank !== undefined) return yield [{}, blank];
  const rest = reading.text.slice(at);
  for (const found of rest.matchAll(/(?:^|, )(\d+(?:\.\d+)?)%(, hold-out)?/g)) {
    if (!reading.spend()) return;
    const label = rest.slice(0, found.index).trim();
    yield [
      { ...(label ? { label } : {}), percent: Number(found[1]), ...(found[2] ? { holdOut: true } : {}) },
      at + found.index + found[0].length,
    ];
  }
  const end = rest.search(new RegExp(` / |${stepEnds.source}|$`, 'iu'));
  const label = rest.slice(0, end).trim();
  if (label && !/^\d+(\.\d+)?%$/.test(label)) yield [{ label }, at + end];
  reading.expect(at, '50% / 50%', true);
};

/** Of an experiment the sentence says what it is about; the rest is as usual. */
const aGoal = mapped(
  inRow([
    anyOf<Experiment['goal']>(
      mapped(words('enrollments'), () => 'enrollments'),
      mapped(words('money'), () => 'money'),
    ),
    words('within'),
    spanOf(['days'], '7 days'),
  ]),
  ([goal, , within]): Experiment => ({
    ...usualExperiment,
    goal: goal as Experiment['goal'],
    within_days: (within as { n: number }).n,
  }),
);
const begins = eitherOf(hear`Split people at random`, hear`Experiment on ${set('experiment', aGoal)}, at random`);

/** The paths get ids, which no sentence says: a, b, c. */
const withIds = (begun: Record<string, unknown>, found: readonly HeardBranch[]): Record<string, unknown> => {
  const branches = found.map(({ holdOut, ...each }, at) => ({
    branch: { id: String.fromCharCode(97 + at), ...each },
    holdOut,
  }));
  const held = branches.find(({ holdOut }) => holdOut)?.branch.id;
  const { experiment: tried } = begun as { experiment?: Experiment };
  return {
    ...(tried ? { experiment: { ...tried, ...(held === undefined ? {} : { hold_out: held }) } } : {}),
    branches: branches.map(({ branch: each }) => each),
  };
};

export const randomSplit = defineNode({
  type: 'random_split',
  version: 1,
  kind: 'split',
  icon: 'shuffle',
  title: 'Split at random',
  summary: 'Sends a share of people down each path. The same person always takes the same one.',
  docs:
    'Which path somebody takes depends on who they are and on this step, not on chance: anyone who comes ' +
    'back, or whose step is retried, takes the same path. Changing the percentages moves as few people as ' +
    'possible. An experiment compares what its paths bring: people are counted when their days are over, and ' +
    'however often you look, it names a winner where there is none no more often than you allow. Its rule is ' +
    'fixed when you publish. Each version begins anew.',
  config,
  defaults: { branches: halves },
  ports: ({ branches = [], experiment: tried }) => {
    const ids = new Map(branches.flatMap((each: Branch) => (each.id ? [[each.id, each] as const] : [])));
    return [...ids].map(([id, each]) => ({ id, label: nameOf(each, tried) || 'a share' }));
  },
  phrases: ({ branches = [], experiment: tried }) =>
    branches.length === 0
      ? say`${triedText(tried)} into ${value('branches', undefined)}`
      : say`${triedText(tried)}: ${branches.flatMap((each: Branch, at) => [
          { text: at === 0 ? '' : ' / ' },
          value('branches', nameOf(each, tried)),
        ])}`,
  hears: eitherOf(
    mapped(inRow([begins, words(':'), listed(aBranch, words('/'))]), ([begun, , found]) =>
      withIds(begun as Record<string, unknown>, found as HeardBranch[]),
    ),
    hear`${begins} into ${set('branches', words('____'))}`,
  ),
  brief: ({ branches = [], experiment: tried }) => {
    const paths = branches.map((each: Branch) => nameOf(each, tried)).join(' / ') || 'Split at random';
    return tried ? `Experiment: ${paths}` : paths;
  },
  check: ({ branches, experiment: tried }, { node_id, pointer }) =>
    tried?.hold_out === undefined || branches.some(({ id }) => id === tried.hold_out)
      ? []
      : [
          {
            code: 'unfinished',
            severity: 'blocks',
            node_id,
            pointer: `${pointer}/config/experiment/hold_out`,
            message: 'The path that was the hold-out is gone. Choose another, or none.',
          },
        ],
  plan: ({ branches }, { chance, decided }) => {
    if (decided !== undefined && branches.some(({ id }) => id === decided))
      return { next: decided, reason: 'this path won the experiment' };
    let upTo = 0;
    for (const { id, percent } of branches) {
      upTo += hundredths(percent);
      if (chance * 10_000 < upTo) return { next: id };
    }
    return { next: branches.at(-1)!.id };
  },
  examples: [
    {
      name: 'The first share',
      config: {
        branches: [
          { id: 'a', percent: 20 },
          { id: 'b', percent: 80 },
        ],
      },
      input: { chance: 0.1999 },
      expect: { next: 'a' },
    },
    {
      name: 'A share ends where the next begins',
      config: {
        branches: [
          { id: 'a', percent: 20 },
          { id: 'b', percent: 80 },
        ],
      },
      input: { chance: 0.2 },
      expect: { next: 'b' },
    },
    {
      name: 'Thirds',
      config: {
        branches: [
          { id: 'a', percent: 33.33 },
          { id: 'b', percent: 33.33, label: 'Second' },
          { id: 'c', percent: 33.34 },
        ],
      },
      input: { chance: 0.99999 },
      expect: { next: 'c' },
    },
    {
      name: 'An experiment with a hold-out',
      config: { branches: halves, experiment: { ...usualExperiment, hold_out: 'b' } },
      input: { chance: 0.7 },
      expect: { next: 'b' },
    },
    {
      name: 'An experiment that one path has won',
      config: { branches: halves, experiment: { ...usualExperiment, goal: 'money' } },
      input: { chance: 0.7, decided: 'a' },
      expect: { next: 'a', reason: 'this path won the experiment' },
    },
  ],
});
