import {
  applyAll,
  indexGraph,
  OperationError,
  problemSource,
  validate,
  type AutomationDocument,
  type Operation,
  type Problem,
} from '#graph';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { lastPossible, record, type HistoryEntry } from './history';

/** `live`, `history` and `test` show a drawing that is not edited: the live version, older ones, a tried way. */
export type Mode = 'build' | 'live' | 'history' | 'test';

export type SaveState =
  | { is: 'saved'; at: string }
  | { is: 'unsaved' }
  | { is: 'saving' }
  | { is: 'failed'; reason: string }
  | { is: 'conflict'; theirs: Operation[]; revision: number };

export interface EditorState {
  id: string;
  document: AutomationDocument;
  /** The document as the server had it at `revision`. */
  acknowledged: AutomationDocument;
  revision: number;
  /** Operations that the server has not acknowledged, oldest first. */
  unsent: Operation[];
  save: SaveState;
  problems: Problem[];
  /** What the server found last that the browser cannot know: templates, lists, other automations, settings. */
  worldProblems: readonly Problem[];
  past: HistoryEntry[];
  future: HistoryEntry[];
  selected: readonly string[];
  /** The step in the inspector, `settings` for the automation itself, or nothing. */
  open: string | null;
  /** The field of it to focus, with a number that changes with each wish. */
  focus: { field: string; wish: number } | null;
  /** Steps that were just added: what they lack is not shown until they are left. */
  fresh: ReadonlySet<string>;
  readOnly: boolean;
  /** The server's revision in which somebody else changed a step (or `settings`) last; its form is drawn anew. */
  elsewhere: ReadonlyMap<string, number>;
  /** How many people stand at these steps in what is live; null while nobody is inside. */
  peopleAt: ((ids: readonly string[]) => Promise<number>) | null;
  /** Since when the server cannot be reached, in milliseconds; null while it can. */
  unreachableSince: number | null;
  mode: Mode;
  /** A sentence for screen readers about the last change. */
  said: string;
}

export interface EditOptions {
  /** Edits of the same burst within 800 ms become one entry of the history. */
  burst?: string;
  /** Steps to select afterwards. */
  select?: readonly string[];
}

export interface EditorActions {
  /** Makes a change that can be undone; says false, and changes nothing, where it does not fit the document. */
  edit(label: string, operations: readonly Operation[], options?: EditOptions): boolean;
  undo(): void;
  redo(): void;
  select(ids: readonly string[]): void;
  openStep(id: string | null, field?: string): void;
  setMode(mode: Mode): void;
  say(text: string): void;
}

export type Editor = EditorState & EditorActions;
export type EditorStore = StoreApi<Editor>;

export interface Opened {
  id: string;
  revision: number;
  document: AutomationDocument;
  problems: Problem[];
  updated_at: string;
  readOnly: boolean;
}

const ofTheWorld = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ code }) => problemSource(code) === 'world');

/** Every problem of a document: the browser's own check, and what the server found at steps that are still there. */
export const problemsOf = (document: AutomationDocument, world: readonly Problem[]): Problem[] => {
  const { nodes } = indexGraph(document.graph);
  return [
    ...validate(document.graph, document.settings),
    ...world.filter(({ node_id }) => node_id === undefined || nodes.has(node_id)),
  ];
};

/**
 * Takes what the server found in the draft. Until it speaks of the revision that is on screen, what it said last stays:
 * a problem of the world is not gone because somebody types.
 */
export const takeProblems = (store: EditorStore, found: { revision: number; problems: readonly Problem[] }): void => {
  const { revision, document } = store.getState();
  if (found.revision !== revision) return;
  const worldProblems = ofTheWorld(found.problems);
  store.setState({ worldProblems, problems: problemsOf(document, worldProblems) });
};

/** Joins what follows on the same step, so that a burst of typing is sent once. */
export const condensed = (operations: readonly Operation[]): Operation[] => {
  const list: Operation[] = [];
  for (const operation of operations) {
    const last = list.at(-1);
    const repeats =
      last?.op === operation.op &&
      ((operation.op === 'set_config' && last.op === 'set_config' && last.node_id === operation.node_id) ||
        operation.op === 'set_settings' ||
        operation.op === 'rename');
    if (repeats) list[list.length - 1] = operation;
    else list.push(operation);
  }
  return list;
};

/** The state of one automation on screen: document, undo, selection. Framework-free; React only reads it. */
export const createEditorStore = (opened: Opened): EditorStore =>
  createStore<Editor>()((set, get) => {
    const worldProblems = ofTheWorld(opened.problems);

    const change = (operations: readonly Operation[]): Operation[] | undefined => {
      const state = get();
      try {
        const { document, inverse } = applyAll(state.document, operations);
        set({
          document,
          problems: problemsOf(document, state.worldProblems),
          unsent: condensed([...state.unsent, ...operations]),
          save: state.save.is === 'conflict' ? state.save : { is: 'unsaved' },
          selected: state.selected.filter((id) => document.graph.nodes.some((node) => node.id === id)),
          open:
            state.open === 'settings' || document.graph.nodes.some((node) => node.id === state.open)
              ? state.open
              : null,
        });
        return inverse;
      } catch (error) {
        if (error instanceof OperationError) return undefined;
        throw error;
      }
    };

    /** Of these steps those that are there. */
    const present = (ids: readonly string[]): string[] => {
      const { nodes } = indexGraph(get().document.graph);
      return ids.filter((id) => nodes.has(id));
    };

    return {
      ...opened,
      acknowledged: opened.document,
      unsent: [],
      save: { is: 'saved', at: opened.updated_at },
      problems: problemsOf(opened.document, worldProblems),
      worldProblems,
      past: [],
      future: [],
      selected: [],
      open: null,
      focus: null,
      fresh: new Set(),
      elsewhere: new Map(),
      peopleAt: null,
      unreachableSince: null,
      mode: 'build',
      said: '',

      edit: (label, operations, options = {}) => {
        if (get().readOnly || operations.length === 0) return false;
        const before = get().selected;
        const inverse = change(operations);
        if (!inverse) return false;
        const selected = { before, after: options.select ?? get().selected };
        const added = operations.flatMap((operation) => (operation.op === 'add_node' ? [operation.node.id] : []));
        set((state) => ({
          past: record(state.past, {
            label,
            forward: [...operations],
            inverse,
            burst: options.burst,
            at: Date.now(),
            selected,
          }),
          future: [],
          fresh: added.length > 0 ? new Set([...state.fresh, ...added]) : state.fresh,
          ...(options.select ? { selected: options.select } : {}),
          said: label,
        }));
        return true;
      },

      undo: () => {
        const entry = lastPossible(get().past);
        if (!entry || get().readOnly) return;
        const forward = change(entry.inverse);
        if (forward && entry.selected) get().select(present(entry.selected.before));
        set((state) => ({
          past: state.past.slice(0, state.past.lastIndexOf(entry)),
          future: forward ? [...state.future, entry] : state.future,
          said: forward ? `Undone: ${entry.label}` : `“${entry.label}” can no longer be undone.`,
        }));
      },

      redo: () => {
        const entry = lastPossible(get().future);
        if (!entry || get().readOnly) return;
        const inverse = change(entry.forward);
        if (inverse && entry.selected) get().select(present(entry.selected.after));
        set((state) => ({
          past: inverse ? [...state.past, { ...entry, inverse, burst: undefined }] : state.past,
          future: state.future.slice(0, state.future.lastIndexOf(entry)),
          said: inverse ? `Redone: ${entry.label}` : `“${entry.label}” can no longer be redone.`,
        }));
      },

      select: (ids) =>
        set((state) => {
          const same = ids.length === state.selected.length && ids.every((id, at) => state.selected[at] === id);
          return same ? state : { selected: ids };
        }),

      openStep: (id, field) =>
        set((state) => {
          const left = state.open !== null && state.open !== id && state.fresh.has(state.open) ? state.open : undefined;
          const fresh = left === undefined ? state.fresh : new Set([...state.fresh].filter((one) => one !== left));
          return {
            open: id,
            fresh,
            focus: field === undefined ? null : { field, wish: (state.focus?.wish ?? 0) + 1 },
            ...(id !== null && id !== 'settings' && !state.selected.includes(id) ? { selected: [id] } : {}),
          };
        }),

      setMode: (mode) => set({ mode, selected: [], open: null }),
      say: (text) => set({ said: text }),
    };
  });
