import type { automationStats, AnswerOf, Run } from '#contracts';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';

export type Stats = AnswerOf<typeof automationStats>;

/** One person's way through the drawing, ready for cards and connectors. */
export interface Trace {
  run: Run;
  /** Visits per step, oldest first. */
  visits: ReadonlyMap<string, readonly Run['steps'][number][]>;
  /** When each path was taken last, by `source:port`. */
  taken: ReadonlyMap<string, string>;
}

/** How a step differs from an older version: what it said then, where it is still there. */
export interface Mark {
  mark: 'added' | 'removed' | 'changed';
  was?: string;
}

export interface Live {
  /** While two versions are compared. */
  marks: ReadonlyMap<string, Mark> | null;
  stats: Stats | null;
  trace: Trace | null;
}

export type LiveStore = StoreApi<Live>;
export const createLive = (): LiveStore => createStore<Live>()(() => ({ stats: null, trace: null, marks: null }));
export const LiveContext = createContext<LiveStore | null>(null);

export const useLive = <T>(select: (live: Live) => T): T => {
  const store = useContext(LiveContext);
  if (!store) throw new Error('No editor around this component');
  return useStore(store, select);
};

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
