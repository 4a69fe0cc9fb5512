import { operateAutomation } from '#contracts';
import { applyAll, disjoint, OperationError, type Operation } from '#graph';
import { call } from '../api/client';
import { ApiError } from '../api/problem';
import { condensed, problemsOf, type EditorStore } from './document';
import { keepHistory } from './history';

const PAUSE_MS = 600;
const RETRY_MS = 4_000;
const BATCH = 500;

const unsentKey = (id: string) => `cortex.unsent.${id}`;

/** Operations that a tab left behind unsent when it was killed, for the revision they were made on. */
export const leftBehind = (id: string, revision: number): Operation[] => {
  try {
    const kept = JSON.parse(localStorage.getItem(unsentKey(id)) ?? 'null') as {
      revision: number;
      operations: Operation[];
    } | null;
    return kept?.revision === revision ? kept.operations : [];
  } catch {
    return [];
  }
};

const remember = (id: string, revision: number, operations: readonly Operation[]) => {
  try {
    if (operations.length === 0) localStorage.removeItem(unsentKey(id));
    else localStorage.setItem(unsentKey(id), JSON.stringify({ revision, operations }));
  } catch {
    // No room: the operations are still in memory and on their way.
  }
};

/** Puts mine on top of theirs; undefined where that cannot be done without asking. */
export const rebase = (store: EditorStore, theirs: readonly Operation[], revision: number): boolean => {
  const state = store.getState();
  if (!disjoint(state.unsent, theirs)) return false;
  try {
    const acknowledged = applyAll(state.acknowledged, theirs).document;
    const { document } = applyAll(acknowledged, state.unsent);
    store.setState({ acknowledged, document, revision, problems: problemsOf(document, state.serverProblems) });
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
};

interface Clash {
  revision: number;
  operations: Operation[];
}
const clashOf = (error: unknown): Clash | undefined => {
  if (!(error instanceof ApiError) || error.status !== 409) return undefined;
  const { revision, operations } = error.body;
  return typeof revision === 'number'
    ? { revision, operations: Array.isArray(operations) ? (operations as Operation[]) : [] }
    : undefined;
};

export interface SaveQueue {
  /** Sends now what is unsent; resolves when the server has everything or it failed. */
  flush(): Promise<void>;
  stop(): void;
}

/**
 * Sends a store's operations, gathered for 600 ms. A conflict over other steps is solved by putting mine on top; one over
 * the same steps is shown (`save.is === 'clash'`) and waits for a decision. A failed call is tried again every 4 s.
 */
export const startSaving = (store: EditorStore): SaveQueue => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  const later = (ms: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void flush(), ms);
  };

  const send = async (): Promise<void> => {
    const { id, revision, unsent, acknowledged } = store.getState();
    const batch = unsent.slice(0, BATCH);
    const { revision: next } = await call(operateAutomation, {
      params: { id },
      body: { base_revision: revision, operations: batch },
    });
    const state = store.getState();
    // What was typed meanwhile may have been joined with the last one sent: it stays, in its newer form.
    const rest = state.unsent.slice(batch.length - 1);
    const [first] = rest;
    const unchanged = first === batch.at(-1);
    const left = unchanged ? rest.slice(1) : rest;
    store.setState({
      revision: next,
      acknowledged: applyAll(acknowledged, batch).document,
      unsent: left,
      save: left.length === 0 ? { is: 'saved', at: new Date().toISOString() } : { is: 'unsaved' },
    });
  };

  const attempt = async (): Promise<void> => {
    for (let round = 0; round < 20; round += 1) {
      const { unsent, save, readOnly } = store.getState();
      if (unsent.length === 0 || save.is === 'clash' || readOnly || stopped) return;
      store.setState({ save: { is: 'saving' } });
      try {
        await send();
      } catch (error) {
        const clash = clashOf(error);
        if (clash) {
          if (clash.operations.length > 0 && rebase(store, clash.operations, clash.revision)) continue;
          store.setState({ save: { is: 'clash', theirs: clash.operations, revision: clash.revision } });
          return;
        }
        const reason = error instanceof Error ? error.message : 'The reason is not known.';
        store.setState({ save: { is: 'failed', reason } });
        if (error instanceof ApiError && error.status >= 400 && error.status < 500) return;
        later(RETRY_MS);
        return;
      }
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    running ??= attempt().finally(() => {
      running = undefined;
    });
    return running;
  };

  const unsubscribe = store.subscribe((state, before) => {
    if (state.past !== before.past) keepHistory(state.id, state.past);
    if (state.unsent === before.unsent) return;
    remember(state.id, state.revision, state.unsent);
    if (state.unsent.length > 0 && state.save.is !== 'clash') later(PAUSE_MS);
  });

  const warn = (event: BeforeUnloadEvent) => {
    if (store.getState().unsent.length > 0) event.preventDefault();
  };
  window.addEventListener('beforeunload', warn);

  return {
    flush,
    stop: () => {
      void flush().finally(() => {
        stopped = true;
      });
      clearTimeout(timer);
      unsubscribe();
      window.removeEventListener('beforeunload', warn);
    },
  };
};

/** Decides a clash: mine is kept for the steps in `mine`, theirs for all others. */
export const settleClash = (store: EditorStore, keepMine: (operation: Operation) => boolean): void => {
  const state = store.getState();
  if (state.save.is !== 'clash') return;
  const acknowledged = applyAll(state.acknowledged, state.save.theirs).document;
  let document = acknowledged;
  const kept: Operation[] = [];
  for (const operation of state.unsent.filter(keepMine)) {
    try {
      document = applyAll(document, [operation]).document;
      kept.push(operation);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
    }
  }
  store.setState({
    acknowledged,
    document,
    revision: state.save.revision,
    unsent: condensed(kept),
    save: kept.length > 0 ? { is: 'unsaved' } : { is: 'saved', at: new Date().toISOString() },
    problems: problemsOf(document, state.serverProblems),
    past: [],
    future: [],
  });
};
