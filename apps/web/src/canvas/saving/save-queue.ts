import { applyAll, type Operation } from '#graph';
import { ApiError, failedBy } from '../../api/problem';
import type { EditorStore } from '../document/editor-store';
import { draftServer, type Change, type DraftServer, type Since } from './draft-server';
import { keepHistory } from '../document/history';
import { backUpUnsent } from './unsent-backup';
import { applyTheirs } from '../document/merge';
import { newUuid } from '../../api/new-uuid';

const PAUSE_MS = 600;
const RETRY_MS = 4_000;
const BATCH = 500;
/** Rounds of sending or fetching in one go; what is left waits for the next. */
const ROUNDS = 20;

const changesOf = (error: unknown): Since | undefined => {
  if (!failedBy(error, 'draft_changed')) return undefined;
  const { revision, changes } = error.body;
  return typeof revision === 'number'
    ? { revision, changes: Array.isArray(changes) ? (changes as Change[]) : [] }
    : undefined;
};

/** The server said no to what was sent, and would say so again. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && !error.passes && error.code !== 'draft_changed';

export interface SaveQueue {
  /** Sends now what is unsent; resolves when the server has everything or it failed. */
  flush(): Promise<void>;
  /** Takes in what others did since. */
  catchUp(): Promise<void>;
  stop(): void;
}

/**
 * Sends a store's operations, gathered for 600 ms, and takes in those of others, one after the other. A conflict over
 * other steps is solved by putting mine on top; one over the same steps is shown (`save.is === 'conflict'`) and waits for a
 * decision. A failed call is tried again every 4 s, as it was, so that the server knows it again if only its answer was lost.
 */
export const startSaving = (store: EditorStore, server: DraftServer = draftServer(store.getState().id)): SaveQueue => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;
  /** What was sent and not yet answered. */
  let pending: { batch: string; operations: readonly Operation[] } | undefined;

  const later = (ms: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void flush(), ms);
  };
  /** One at a time: whoever sends knows what the revision it speaks of holds. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };

  /** For a tab that is killed: what the server may not have. */
  const keep = () => {
    const { id, revision, unsent } = store.getState();
    const sent = pending && { batch: pending.batch, count: pending.operations.length };
    backUpUnsent(id, { revision, operations: unsent, sent });
  };

  const acknowledge = (revision: number) => {
    const { operations: sent } = pending!;
    pending = undefined;
    const { unsent, acknowledged } = store.getState();
    // What was typed meanwhile may have been joined with the last one sent: it stays, in its newer form.
    const rest = unsent.slice(sent.length - 1);
    const left = rest[0] === sent.at(-1) ? rest.slice(1) : rest;
    store.setState({
      revision,
      acknowledged: applyAll(acknowledged, sent).document,
      unsent: left,
      save: left.length === 0 ? { is: 'saved', at: new Date().toISOString() } : { is: 'unsaved' },
      unreachableSince: null,
    });
  };

  /** Takes in what the server has beyond our revision; false where somebody has to decide. */
  const take = ({ revision, changes }: Since): boolean => {
    store.setState({ unreachableSince: null });
    let theirs = changes;
    if (pending && theirs[0]?.batch === pending.batch) {
      acknowledge(theirs[0].revision);
      theirs = theirs.slice(1);
    }
    if (theirs.length === 0 && changes.length > 0) return true;
    // The draft has moved on without it: it was not taken, and never will be in this form.
    pending = undefined;
    const whole = theirs[0]?.revision === store.getState().revision + 1;
    const operations = whole ? theirs.flatMap((change) => change.operations) : [];
    const reached = whole ? theirs.at(-1)!.revision : revision;
    if (operations.length > 0 && applyTheirs(store, operations, reached)) return true;
    store.setState({ save: { is: 'conflict', theirs: operations, revision: reached } });
    return false;
  };

  const failed = (error: unknown) => {
    const unreachable = failedBy(error, 'unreachable');
    store.setState((state) => ({
      unreachableSince: unreachable ? (state.unreachableSince ?? Date.now()) : null,
      ...(state.unsent.length > 0
        ? { save: { is: 'failed', reason: error instanceof Error ? error.message : 'The cause is not known.' } }
        : {}),
    }));
    if (isFinal(error)) pending = undefined;
    else later(RETRY_MS);
  };

  const send = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { unsent, save, revision } = store.getState();
      if (unsent.length === 0 || save.is === 'conflict' || stopped) return;
      store.setState({ save: { is: 'saving' } });
      pending ??= { batch: newUuid(), operations: unsent.slice(0, BATCH) };
      keep();
      try {
        acknowledge((await server.operate(revision, pending.operations, pending.batch)).revision);
      } catch (error) {
        const since = changesOf(error);
        if (!since) return failed(error);
        if (!take(since)) return;
      }
    }
  };

  const fetchOthers = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (store.getState().save.is === 'conflict' || stopped) return;
      try {
        const since = await server.since(store.getState().revision);
        if (since.revision <= store.getState().revision || !take(since)) return;
      } catch (error) {
        return failed(error);
      }
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    return inTurn(send);
  };

  const unsubscribe = store.subscribe((state, before) => {
    if (state.past !== before.past || state.revision !== before.revision)
      keepHistory(state.id, state.revision, state.past);
    if (state.unsent === before.unsent && state.revision === before.revision) return;
    keep();
    if (state.unsent !== before.unsent && state.unsent.length > 0 && state.save.is !== 'conflict') later(PAUSE_MS);
  });

  return {
    flush,
    catchUp: () => inTurn(fetchOthers),
    stop: () => {
      void flush().finally(() => {
        stopped = true;
        clearTimeout(timer);
        unsubscribe();
      });
    },
  };
};
