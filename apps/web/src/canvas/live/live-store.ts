import type {
  automationEnds,
  automationRiver,
  automationStats,
  AnswerOf,
  MailFigure,
  Run,
  VisitFigure,
} from '#contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createStoreContext } from '../../ui/store-context';

export type Stats = AnswerOf<typeof automationStats>;
export type Ends = AnswerOf<typeof automationEnds>;

export type Frame = AnswerOf<typeof automationRiver>['frames'][number];

/** A moment of the last days that is played back over the drawing. */
export interface River {
  frames: readonly Frame[];
  /** Which of them is shown. */
  at: number;
  /** The most people that were at one step, and took one way out, in any frame. */
  most: { here: number; flow: number };
}

/** One person's way through the drawing, ready for cards and connectors. */
export interface Trace {
  run: Run;
  /** Visits per step, oldest first. */
  visits: ReadonlyMap<string, readonly Run['steps'][number][]>;
  /** When each path was taken last, by `source:port`. */
  taken: ReadonlyMap<string, string>;
}

/** How a step differs from an older version: what it said then, where it is still there. */
export interface StepChange {
  mark: 'added' | 'removed' | 'changed';
  was?: string;
}

/** How far back the figures go. */
export const spans = { day: '24 hours', week: '7 days', month: '30 days', all: 'All time' } as const;
export type Span = keyof typeof spans;

/** A figure of a step whose people are shown. */
export interface ShownFigure {
  nodeId: string;
  figure: VisitFigure | MailFigure | 'ended' | 'goal';
  /** Only those who left by this way out. */
  port?: string;
  /** Only mails with this reason. */
  reason?: string;
}

export interface Live {
  automationId: string;
  span: Span;
  figure: ShownFigure | null;
  /** While two versions are compared. */
  changes: ReadonlyMap<string, StepChange> | null;
  stats: Stats | null;
  ends: Ends | null;
  river: River | null;
  trace: Trace | null;
  /** What is shown while a draft is tried: the people who show all of it, or one person. */
  storyboard: boolean;
}

export const createLiveStore = (automationId: string): StoreApi<Live> =>
  createStore<Live>()(() => ({
    automationId,
    span: 'all',
    figure: null,
    stats: null,
    ends: null,
    river: null,
    trace: null,
    changes: null,
    storyboard: false,
  }));

export const {
  StoreProvider: LiveProvider,
  useStoreApi: useLiveStore,
  useStoreState: useLive,
} = createStoreContext<Live>('live');

/** A run as the drawing needs it. */
export const traceOf = (run: Run): Trace => {
  const visits = new Map<string, Run['steps'][number][]>();
  const taken = new Map<string, string>();
  for (const step of run.steps) {
    visits.set(step.node_id, [...(visits.get(step.node_id) ?? []), step]);
    if (step.port !== null && step.left_at !== null) taken.set(`${step.node_id}:${step.port}`, step.left_at);
  }
  return { run, visits, taken };
};

/** What was at a step, or moved, at the moment that is played back; null while nothing is. */
export const riverAt = ({ river }: Live, nodeId: string): Frame['nodes'][string] | null =>
  river && (river.frames[river.at]?.nodes[nodeId] ?? still);
const still: Frame['nodes'][string] = { here: 0, came: 0, ports: {} };
