import type { Experiment } from '#graph';
import { moneyText, wholeMoney } from '#rules';
import {
  meanAtAnyTime,
  mismatchOf,
  percentText,
  probabilityBetter,
  probabilityRicher,
  shareAtAnyTime,
  standingOf,
  surenessInWords,
  type Arm,
} from '#statistics';
import type { PathCount } from './count-paths.js';

const DAY = 86_400_000;
/** In so many experiments whose people match the shares it may be said, at any time, that they do not. */
const FALSE_MISMATCHES = 0.01;

/** A path of a split as it is drawn. */
export interface DrawnPath {
  id: string;
  percent: number;
  label?: string;
}

/** One path of an experiment, and what its people did. */
export interface PathFigures {
  id: string;
  name: string;
  percent: number;
  hold_out: boolean;
  /** People whose days are over: they alone are counted. */
  people: number;
  /** People whose days are not over. */
  open: number;
  /** People who enrolled, or who paid. */
  reached: number;
  /** In minor units; null where enrollments are the goal. */
  amount_minor: number | null;
  /** What each person brings: enrollments by person (0 to 1), or minor units by person. Null while nobody was counted. */
  each: number | null;
  /** Holds at all looks together. `high` is null where nothing bounds it yet. */
  low: number | null;
  high: number | null;
  /** That it is better than the best of the others; null while one of them has nobody. */
  better: number | null;
}

export interface Judged {
  /** `mismatch`: its time was over, and its people did not match the shares. */
  state: 'running' | 'winner' | 'no_difference' | 'mismatch';
  /** The path that has won. */
  winner: string | null;
  /** How far the evidence is, 0 to 1: 1 when it suffices. */
  towards: number;
  sentence: string;
  paths: PathFigures[];
  /** The people do not match the shares as drawn, so no winner is named: the path that is farthest off. */
  mismatch: MismatchedPath | null;
}

export interface MismatchedPath {
  id: string;
  name: string;
  /** Everybody who took it, of everybody who took any path, and how many its share would give it. */
  people: number;
  of: number;
  expected: number;
}

export interface Asked {
  rule: Experiment;
  paths: readonly DrawnPath[];
  counts: readonly PathCount[];
  began_at: Date;
  now: Date;
  currency: string;
}

/** What can be said of an experiment at this moment, by the rule that was agreed before it began. */
export function judge({ rule, paths, counts, began_at, now, currency }: Asked): Judged {
  const byPort = new Map(counts.map((count) => [count.port, count]));
  const found = paths.map(({ id }): PathCount => byPort.get(id) ?? { ...NOBODY, port: id });
  const arms = found.map(({ people, reached, sum, squares }, at): NamedArm => ({
    share: paths[at]!.percent / 100,
    n: people,
    hits: reached,
    sum,
    squares,
    name: nameOf(paths[at]!, at),
  }));
  const alpha = 1 - Number(rule.sure) / 100;
  const by = rule.goal === 'enrollments' ? 'counts' : 'amounts';
  const { best, isSure, towards } = standingOf(arms, by, alpha);
  const isCounted = arms.every(({ n }) => n >= rule.at_least);
  const isOver = now.getTime() >= began_at.getTime() + rule.most_days * DAY;
  const mismatch = mismatchAt(paths, found);
  const state =
    isSure && isCounted && !mismatch ? 'winner' : !isOver ? 'running' : mismatch ? 'mismatch' : 'no_difference';
  const next = nextTo(arms, best, rule.goal);
  return {
    state,
    winner: state === 'winner' ? paths[best]!.id : null,
    towards: isCounted && !mismatch ? towards : Math.min(towards, 0.99),
    sentence: sentenceOf({
      state,
      rule,
      arms,
      best,
      next,
      open: found.reduce((n, { open }) => n + open, 0),
      isCounted,
      currency,
      mismatch,
    }),
    mismatch,
    paths: arms.map((arm, at) => ({
      id: paths[at]!.id,
      name: arm.name,
      percent: paths[at]!.percent,
      hold_out: rule.hold_out === paths[at]!.id,
      people: arm.n,
      open: found[at]!.open,
      reached: arm.hits,
      amount_minor: rule.goal === 'money' ? arm.sum : null,
      ...perPerson(arm, rule.goal, alpha),
      better: betterThan(arms, at, nextTo(arms, at, rule.goal), rule.goal),
    })),
  };
}

/** By everybody who took a path, whether their days are over or not: they were given to it by the split. */
function mismatchAt(paths: readonly DrawnPath[], found: readonly PathCount[]): MismatchedPath | null {
  const counts = found.map(({ people, open }, at) => ({ share: paths[at]!.percent / 100, n: people + open }));
  const mismatch = mismatchOf(counts, FALSE_MISMATCHES);
  if (!mismatch) return null;
  const { path, ...figures } = mismatch;
  return { id: paths[path]!.id, name: nameOf(paths[path]!, path), ...figures };
}

interface NamedArm extends Arm {
  name: string;
}

const NOBODY = { people: 0, open: 0, reached: 0, sum: 0, squares: 0 };

const nameOf = ({ label }: DrawnPath, at: number): string => label ?? `Path ${at + 1}`;

function perPerson(arm: Arm, goal: Experiment['goal'], alpha: number): Pick<PathFigures, 'each' | 'low' | 'high'> {
  if (arm.n === 0) return { each: null, low: null, high: null };
  const { low, high } = goal === 'enrollments' ? shareAtAnyTime(arm, alpha) : meanAtAnyTime(arm, alpha);
  return { each: eachOf(arm, goal), low, high: Number.isFinite(high) ? high : null };
}

const eachOf = (arm: Arm, goal: Experiment['goal']): number =>
  arm.n === 0 ? 0 : (goal === 'enrollments' ? arm.hits : arm.sum) / arm.n;

/** The best of the others. */
const nextTo = (arms: readonly Arm[], at: number, goal: Experiment['goal']): number =>
  arms.reduce(
    (ahead, arm, other) =>
      other !== at && (ahead === -1 || eachOf(arm, goal) > eachOf(arms[ahead]!, goal)) ? other : ahead,
    -1,
  );

/** How probable it is that one path is better than another; null while either has nobody. */
function betterThan(arms: readonly Arm[], one: number, other: number, goal: Experiment['goal']): number | null {
  const [of, against] = [arms[one]!, arms[other]!];
  if (of.n === 0 || against.n === 0) return null;
  return goal === 'enrollments' ? probabilityBetter(against, of) : probabilityRicher(against, of);
}

interface Said {
  state: Judged['state'];
  rule: Experiment;
  arms: readonly NamedArm[];
  best: number;
  next: number;
  open: number;
  isCounted: boolean;
  currency: string;
  mismatch: MismatchedPath | null;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const daysText = (n: number): string => (n === 1 ? 'day is' : `${whole.format(n)} days are`);
const peopleText = (n: number): string => (n === 1 ? '1 person' : `${whole.format(n)} people`);

function sentenceOf({ state, rule, arms, best, next, open, isCounted, currency, mismatch }: Said): string {
  if (mismatch) return mismatchText(mismatch, state);
  if (arms.every(({ n }) => n === 0)) {
    if (state === 'no_difference') return 'It ended without a result: nobody was counted in time.';
    return open === 0
      ? 'No difference yet: nobody has taken a path.'
      : `No difference yet: ${peopleText(open)} took a path, and nobody’s ${daysText(rule.within_days)} over.`;
  }
  const figure = ({ n, hits, sum, name }: NamedArm): string =>
    rule.goal === 'enrollments'
      ? `${whole.format(hits)} of ${whole.format(n)} enrolled with ${name}`
      : `${moneyText(n === 0 ? 0 : wholeMoney(sum / n, currency), currency)} a person with ${name}`;
  const [ahead, behind] = [arms[best]!, arms[next]!];
  const figures = `${figure(ahead)}, ${figure(behind)}.`;
  if (state === 'winner') {
    const then = rule.then === 'winner' ? ` Everyone new takes ${ahead.name}.` : '';
    return `${ahead.name} is better: ${figures}${then}`;
  }
  if (state === 'no_difference') return `No difference was found: ${figures}`;
  const probability = betterThan(arms, best, next, rule.goal);
  const lean =
    probability === null || probability < 0.6
      ? ''
      : ` ${ahead.name} is ${surenessInWords(probability)} better (${percentText(probability)}), which is not enough to decide.`;
  const few = isCounted ? '' : ` It goes on until at least ${peopleText(rule.at_least)} on each path were counted.`;
  return `No difference yet: ${figures}${lean}${few}`;
}

const mismatchText = ({ name, people, of, expected }: MismatchedPath, state: Judged['state']): string =>
  `${state === 'mismatch' ? 'It ended without a result' : 'Do not trust this result'}: ` +
  `${name} got ${whole.format(people)} of ${whole.format(of)} people where ${whole.format(expected)} were expected. ` +
  'Something sends people past the split.';
