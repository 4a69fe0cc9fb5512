import {
  about,
  applyAll,
  disjoint,
  OperationError,
  putOnTop,
  shared,
  stillToDo,
  touched,
  type AutomationDocument,
  type Operation,
} from '#graph';
import { condensed, problemsOf, type EditorState, type EditorStore } from './editor-store';
import { withoutTouched } from './history';

/** What the document, the selection and the history become when somebody else's operations come in. */
const after = (
  state: EditorState,
  theirs: readonly Operation[],
  revision: number,
  document: AutomationDocument,
): Partial<EditorState> => {
  const steps = new Set(document.graph.nodes.map((node) => node.id));
  const changed = new Set(
    theirs.flatMap(touched).map((id) => (id === ':settings' ? 'settings' : id.split(/[:@]/)[0]!)),
  );
  const whole = theirs.some(({ op }) => op === 'replace_graph');
  const elsewhere = new Map(state.elsewhere);
  for (const id of [...changed, ...(whole ? steps : [])]) elsewhere.set(id, revision);
  const closed = state.open !== null && state.open !== 'settings' && !steps.has(state.open);
  return {
    document,
    revision,
    elsewhere,
    problems: problemsOf(document, state.worldProblems),
    selected: state.selected.filter((id) => steps.has(id)),
    open: closed ? null : state.open,
    past: withoutTouched(state.past, theirs),
    future: withoutTouched(state.future, theirs),
    said: closed ? 'Someone else removed the step that was open.' : 'Someone else changed this automation.',
  };
};

/** Puts mine on top of theirs; false, with nothing changed, where that cannot be done without asking. */
export const applyTheirs = (store: EditorStore, theirs: readonly Operation[], revision: number): boolean => {
  const state = store.getState();
  const mine = stillToDo(state.unsent, theirs);
  if (!disjoint(mine, theirs)) return false;
  try {
    const acknowledged = applyAll(state.acknowledged, theirs).document;
    const { document } = applyAll(acknowledged, mine);
    store.setState({
      acknowledged,
      ...after(state, theirs, revision, document),
      ...(mine.length < state.unsent.length ? { unsent: mine } : {}),
      ...(mine.length === 0 ? { save: { is: 'saved', at: new Date().toISOString() } } : {}),
    });
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
};

/** A conflict as it is put before a person. */
export interface Conflict {
  /** The document they made of it. */
  theirs: AutomationDocument;
  /** What both changed, in the words of `about`: one choice each. */
  choices: string[];
  /** What stays to be sent if mine is kept for these. */
  kept: Operation[];
  /** What does not fit any more, whatever is chosen for the rest. */
  lost: Operation[];
  document: AutomationDocument;
}

/** What becomes of a conflict when mine is kept for the ids in `picked` and theirs for all others. */
export const resolve = (
  acknowledged: AutomationDocument,
  unsent: readonly Operation[],
  operations: readonly Operation[],
  picked: ReadonlySet<string>,
): Conflict => {
  const mine = stillToDo(unsent, operations);
  const choices = shared(mine, operations);
  const theirs = applyAll(acknowledged, operations).document;
  const wanted = mine.filter((operation) => !choices.includes(about(operation)) || picked.has(about(operation)));
  return { theirs, choices, ...putOnTop(theirs, wanted) };
};

/** Decides a conflict: mine is kept for the ids in `picked`, theirs for all others. */
export const settleConflict = (store: EditorStore, picked: ReadonlySet<string>): void => {
  const state = store.getState();
  if (state.save.is !== 'conflict') return;
  const { theirs: operations, revision } = state.save;
  const { theirs: acknowledged, kept, document } = resolve(state.acknowledged, state.unsent, operations, picked);
  store.setState({
    acknowledged,
    ...after(state, operations, revision, document),
    unsent: condensed(kept),
    save: kept.length > 0 ? { is: 'unsaved' } : { is: 'saved', at: new Date().toISOString() },
  });
};
