import { nodes, nodeTypes, type Graph, type GraphNode, type Names, type NodeType } from '#graph';
import type { Things } from '#rules';
import type { PaletteGroup, PaletteItem } from '../../ui/commands/palette-store';
import type { EditorStore } from '../document/editor-store';
import { addTyped, placeOfTyped } from '../document/steps';
import { TypedText, typedOf } from './typed-text';

const MOST = 8;

interface Written {
  store: EditorStore;
  things: Things;
  names: Names;
  /** Says why something was refused. */
  refuse: (reason: string | undefined) => void;
}

/** Steps that are written: what they would be, how the text could go on, and what is not understood. */
export const writtenSteps = (query: string, { store, things, names, refuse }: Written): PaletteGroup[] => {
  const { document: edited, selected } = store.getState();
  const typed = typedOf(query, { graph: edited.graph, selected: selected.at(-1), things, names });
  if (!typed || (typed.heard.nodes.length === 0 && typed.heard.completions.length === 0)) return [];
  const done: PaletteItem[] = typed.says
    ? [
        {
          id: 'written',
          label: `Add: ${typed.says}`,
          kind: typed.refused ?? (selected.length > 0 ? 'After the selected step' : 'At the end'),
          unavailable: typed.refused !== undefined,
          found: true,
          run: () => refuse(addTyped(store, typed.heard, placeOfTyped(edited.graph, selected.at(-1)))),
        },
      ]
    : [];
  const onward = [...new Set(typed.heard.completions)].slice(0, MOST).map((text) => ({
    id: `onward-${text}`,
    label: `${text} …`,
    kind: 'Go on writing',
    found: true,
    query: `${text} `,
  }));
  return [
    {
      title: 'Write steps',
      items: [...done, ...onward],
      ...(typed.heard.marks.length > 0 && typed.heard.nodes.length > 0
        ? { note: <TypedText text={query} typed={typed} /> }
        : {}),
    },
  ];
};

/** “Add wait after welcome”: types and steps that are meant by it. */
export const placed = (
  query: string,
  graph: Graph,
  says: (node: GraphNode) => string,
): { type: NodeType; node: GraphNode; side: 'after' | 'before' }[] => {
  const [, what, side, where] = /^\s*(?:add\s+)?(.+?)\s+(after|before)\s+(.+?)\s*$/i.exec(query) ?? [];
  if (!what || !side || !where) return [];
  const has = (text: string, words: string) =>
    words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.toLowerCase().includes(word.replaceAll(/[“”"]/g, '')));
  const types = nodeTypes.filter((type) => has(nodes[type].title, what.replace(/^(a|an)\s+/i, '')));
  const steps = graph.nodes.filter((node) => has(`${says(node)} ${nodes[node.type as NodeType]?.title ?? ''}`, where));
  return types
    .flatMap((type) =>
      steps.map((node) => ({
        type,
        node,
        side: side.toLowerCase() === 'before' ? ('before' as const) : ('after' as const),
      })),
    )
    .slice(0, MOST);
};
