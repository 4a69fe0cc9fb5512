import { indexGraph, type GraphNode } from '#graph';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Editor, EditorStore } from './editor-store';

export const EditorContext = createContext<EditorStore | null>(null);

/** The store itself, for handlers that read without re-rendering. */
export const useEditorStore = (): EditorStore => {
  const store = useContext(EditorContext);
  if (!store) throw new Error('No editor around this component');
  return store;
};

/** A part of the editor's state; the component renders when that part changes. */
export const useEditor = <T>(select: (state: Editor) => T): T => useStore(useEditorStore(), select);

/** The step of an id. */
export const useStep = (id: string): GraphNode | undefined =>
  useEditor((state) => indexGraph(state.document.graph).nodes.get(id));
