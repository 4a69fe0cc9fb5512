import type { Operation } from '#graph';
import type { EditorStore } from '../document/editor-store';
import { place } from './geometry';

/** Puts every step back where the automatic layout has it; stays in free layout. One entry of the history. */
export const tidy = (store: EditorStore): void => {
  const { document, edit } = store.getState();
  const moved = document.graph.nodes.filter((node) => node.position);
  edit(
    'Tidy',
    moved.map((node): Operation => ({ op: 'move_node', node_id: node.id, position: null })),
  );
};

/** Switches free layout on, keeping every step where it stands, or off. */
export const setFree = (store: EditorStore, free: boolean): void => {
  const { document, edit } = store.getState();
  const list: Operation[] = [{ op: 'set_layout', layout: free ? 'free' : 'auto' }];
  if (free) {
    const { places } = place(document.graph, 'build');
    for (const [node_id, position] of places) list.push({ op: 'move_node', node_id, position });
  }
  edit(free ? 'Free layout' : 'Arrange automatically', list);
};
