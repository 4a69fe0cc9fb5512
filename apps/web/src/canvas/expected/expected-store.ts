import type { AnswerOf, quickBacktest } from '#contracts';
import { indexGraph, reachable, type Graph } from '#graph';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createStoreContext } from '../../ui/store-context';

export type Answer = AnswerOf<typeof quickBacktest>;

/** What the draft would have done in the last 30 days, for cards and connectors while one builds. */
export interface Expected {
  /** Whether somebody wants to see it; kept for the next time. */
  wanted: boolean;
  /** Null while there is nothing to say: outside of Build, or without a start. */
  answer: Answer | null;
  /** The drawing has moved on since; a new answer is under way. */
  stale: boolean;
  /** Why there is no answer. */
  problem: string | null;
}

const KEY = 'cortex.last-days';

export const createExpectedStore = (): StoreApi<Expected> =>
  createStore<Expected>()(() => ({
    wanted: localStorage.getItem(KEY) !== 'hidden',
    answer: null,
    stale: false,
    problem: null,
  }));

export const {
  StoreProvider: ExpectedProvider,
  useStoreApi: useExpectedStore,
  useStoreState: useExpected,
} = createStoreContext<Expected>('expected');

/** Shows or hides the figures, and remembers it in this browser. */
export function want(store: StoreApi<Expected>, wanted: boolean): void {
  if (wanted) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'hidden');
  store.setState({ wanted });
}

/** Nobody comes in by anything that was recorded, so the past says nothing. */
export const onlyByHand = ({ assumed }: Answer): boolean => assumed.some(({ code }) => code === 'entered_by_hand');

/** What the decisions of a step rest on that nobody can know; nothing where they rest on what was recorded. */
export const assumedAt = (answer: Answer | null, id: string): string | undefined => {
  const texts = answer?.assumed.filter(({ node_ids }) => node_ids.includes(id)).map(({ text }) => text);
  return texts && texts.length > 0 ? texts.join(' ') : undefined;
};

type Rests = ReadonlyMap<string, string>;
const found = new WeakMap<Answer, { graph: Graph; rests: Rests }>();

/** For each step the assumptions that decided who comes to it: those of steps before it that somebody came to. */
function restsIn(answer: Answer, graph: Graph): Rests {
  const known = found.get(answer);
  if (known?.graph === graph) return known.rests;
  const { out, entry } = indexGraph(graph);
  const texts = new Map<string, string[]>();
  for (const { text, node_ids } of answer.assumed) {
    const decided = node_ids.filter((id) => (answer.nodes[id]?.entered ?? 0) > 0);
    const next = decided.flatMap((id) => [...(out.get(id)?.values() ?? [])].map(({ target }) => target));
    // A start decides who comes to itself.
    const first = decided.filter((id) => id === entry?.id);
    for (const id of reachable(graph, [...first, ...next])) texts.set(id, [...(texts.get(id) ?? []), text]);
  }
  const rests = new Map([...texts].map(([id, all]) => [id, all.join(' ')]));
  found.set(answer, { graph, rests });
  return rests;
}

/** What the number of a step rests on that was assumed before it; nothing where all before it was recorded. */
export const restsOn = (answer: Answer | null, graph: Graph, id: string): string | undefined =>
  answer ? restsIn(answer, graph).get(id) : undefined;
