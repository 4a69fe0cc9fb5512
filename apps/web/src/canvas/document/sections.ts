import type { EditorStore } from './editor-store';
import { newStepId } from './steps';

type Sections = NonNullable<ReturnType<EditorStore['getState']>['document']['graph']['sections']>;

const sectionsOf = (store: EditorStore): Sections => store.getState().document.graph.sections ?? [];

/** Frames steps under a name. A step is in one section: it leaves the one it was in. */
export const addSection = (store: EditorStore, ids: readonly string[]): void => {
  const chosen = new Set(ids);
  const others = sectionsOf(store)
    .map((section) => ({ ...section, node_ids: section.node_ids?.filter((id) => !chosen.has(id)) ?? [] }))
    .filter((section) => section.node_ids.length > 0);
  const sections = [...others, { id: newStepId(), title: `Section ${others.length + 1}`, node_ids: [...ids] }];
  store.getState().edit('Add a section', [{ op: 'set_sections', sections }]);
};

export const renameSection = (store: EditorStore, id: string, title: string): void => {
  const sections = sectionsOf(store).map((section) => (section.id === id ? { ...section, title } : section));
  store.getState().edit(`Rename a section to “${title}”`, [{ op: 'set_sections', sections }]);
};

/** Takes the frame away; the steps stay. */
export const removeSection = (store: EditorStore, id: string): void => {
  const sections = sectionsOf(store).filter((section) => section.id !== id);
  store.getState().edit('Remove a section', [{ op: 'set_sections', sections }]);
};
