import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, failedBy } from '../../../api/problem';
import type { MailDraft } from './draft';

export type SaveState =
  | { is: 'saved'; at: string }
  | { is: 'unsaved' }
  | { is: 'saving' }
  | { is: 'failed'; reason: string }
  /** Somebody else saved meanwhile. Nothing is saved until one version is chosen. */
  | { is: 'conflict' };

export interface Saving<D = MailDraft> {
  readonly state: StoreApi<SaveState>;
  /** How to save from now on. */
  saveWith(save: Save<D>): void;
  /** How the editor writes what is stored: the same mail, which may read otherwise as text. No change. */
  loadedAs(draft: D): void;
  /** Something changed, and this is how it stands; it is saved when nothing more comes for a moment. */
  changed(draft: D): void;
  /** The editor did not give out how it stands, so it cannot be saved. */
  unread(reason: string): void;
  /** Saves at once what is not saved. Whether everything is saved then. */
  flush(options?: { keepalive?: boolean }): Promise<boolean>;
  /** After a failure or a conflict: goes on with what is here. */
  resume(): void;
  /** The mail is on the screen: what was changed is saved by itself. */
  start(): void;
  stop(): void;
}

export type Save<D = MailDraft> = (draft: D, options: { keepalive?: boolean }) => Promise<{ at: string }>;

/** How long nothing must come before it is saved, after the editor's own rest, in milliseconds. */
const WAIT_MS = 800;
/** After how long a call that may succeed later is tried again, in milliseconds. */
const RETRY_MS = 4_000;

/**
 * Saves a mail by itself, one request at a time. What failed for the moment is tried again every 4 s for as long as
 * the mail is open.
 * @param keep keeps a copy of what the server does not have yet, and forgets it when there is none
 * @param first the draft as the server has it
 */
export function createSaving<D = MailDraft>(
  keep: (draft: D | undefined) => void,
  first: D,
  at: string,
  given: Save<D>,
): Saving<D> {
  let save = given;
  const state = createStore<SaveState>(() => ({ is: 'saved', at }));
  let stored = JSON.stringify(first);
  let next: D | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<boolean> | undefined;
  let stopped = true;

  const run = async (keepalive: boolean): Promise<boolean> => {
    while (next) {
      const draft = next;
      const text = JSON.stringify(draft);
      if (text === stored) {
        next = undefined;
        keep(undefined);
        break;
      }
      state.setState({ is: 'saving' }, true);
      try {
        const { at: savedAt } = await save(draft, keepalive ? { keepalive } : {});
        stored = text;
        if (next === draft) next = undefined;
        if (!next) keep(undefined);
        state.setState(next ? { is: 'unsaved' } : { is: 'saved', at: savedAt }, true);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'The server could not save it.';
        const theirs = failedBy(error, 'template_changed') || failedBy(error, 'draft_changed');
        state.setState(theirs ? { is: 'conflict' } : { is: 'failed', reason }, true);
        if (error instanceof ApiError && error.passes) soon(RETRY_MS);
        return false;
      }
    }
    if (state.getState().is === 'unsaved') state.setState({ is: 'saved', at: new Date().toISOString() }, true);
    return true;
  };
  const flush = async ({ keepalive = false } = {}): Promise<boolean> => {
    clearTimeout(timer);
    if (state.getState().is === 'conflict') return false;
    if (running) {
      if (!(await running)) return false;
      if (!next) return true;
    }
    running = run(keepalive).finally(() => (running = undefined));
    return running;
  };
  const soon = (ms: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void flush(), ms);
  };
  return {
    state,
    saveWith: (next) => {
      save = next;
    },
    loadedAs: (draft) => {
      if (!next) stored = JSON.stringify(draft);
    },
    changed: (draft) => {
      if (JSON.stringify(draft) === stored && !next) return;
      next = draft;
      keep(draft);
      if (state.getState().is === 'conflict') return;
      if (state.getState().is !== 'saving') state.setState({ is: 'unsaved' }, true);
      soon(WAIT_MS);
    },
    unread: (reason) => {
      if (state.getState().is !== 'conflict') state.setState({ is: 'failed', reason }, true);
    },
    flush,
    resume: () => {
      state.setState({ is: 'unsaved' }, true);
      void flush();
    },
    start: () => {
      stopped = false;
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
