import { indexGraph, type GraphNode } from '#graph';
import { createStoreContext } from '../../ui/store-context';
import type { Editor } from './editor-store';

export const {
  StoreProvider: EditorProvider,
  useStoreApi: useEditorStore,
  useStoreState: useEditor,
} = createStoreContext<Editor>('editor');

/** The step of an id. */
export const useStep = (id: string): GraphNode | undefined =>
  useEditor((state) => indexGraph(state.document.graph).nodes.get(id));
