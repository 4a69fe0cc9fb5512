import { indexGraph, portsOf, type Graph } from '#graph';
import { place } from '../drawing/geometry';
import type { EditorStore } from '../document/editor-store';
import type { Command, CommandContext } from './command';

type Direction = 'up' | 'down' | 'left' | 'right';

/** The step reached by an arrow key: along the path up and down, to the neighbour in the same row sideways. */
export const neighbour = (graph: Graph, from: string, direction: Direction): string | undefined => {
  const { nodes, out, in: into } = indexGraph(graph);
  if (direction === 'up') return into.get(from)?.[0]?.source;
  const node = nodes.get(from);
  if (direction === 'down') {
    const ways = out.get(from);
    const ports = node ? portsOf(node) : [];
    return ports.map((port) => ways?.get(port.id)?.target).find((target) => target !== undefined && nodes.has(target));
  }
  const { places } = place(graph, 'build');
  const own = places.get(from);
  if (!own) return undefined;
  const sign = direction === 'right' ? 1 : -1;
  const row = [...places]
    .filter(([id, at]) => id !== from && Math.abs(at.y - own.y) < 60 && (at.x - own.x) * sign > 0)
    .toSorted(([, a], [, b]) => Math.abs(a.x - own.x) - Math.abs(b.x - own.x));
  return row[0]?.[0];
};

const go = (store: EditorStore, screen: CommandContext['screen'], id: string | undefined) => {
  if (id === undefined) return;
  store.getState().select([id]);
  if (store.getState().open !== null && store.getState().open !== 'settings') store.getState().openStep(id);
  screen.getState().camera?.reveal(id);
};

const arrow = (direction: Direction, keys: string[]): Command => ({
  id: `walk-${direction}`,
  label: {
    up: 'Go to the previous step',
    down: 'Go to the next step',
    left: 'Go to the path on the left',
    right: 'Go to the path on the right',
  }[direction],
  keys,
  reads: true,
  run: ({ store, screen }) => {
    const { document, selected } = store.getState();
    const last = selected.at(-1);
    const { entry } = indexGraph(document.graph);
    const start = entry?.id ?? document.graph.nodes[0]?.id;
    go(store, screen, last === undefined ? start : neighbour(document.graph, last, direction));
  },
});

/** What moves the eye and changes nothing. */
export const navigateCommands: Command[] = [
  arrow('up', ['arrowup']),
  arrow('down', ['arrowdown']),
  arrow('left', ['arrowleft', 'shift+arrowleft']),
  arrow('right', ['arrowright', 'shift+arrowright']),
  {
    id: 'open',
    label: 'Open the selected step',
    keys: ['enter'],
    reads: true,
    enabled: ({ store }) => store.getState().selected.length > 0,
    needs: 'Select a step first.',
    run: ({ store }) => {
      const id = store.getState().selected.at(-1);
      if (id === undefined) return;
      const first = document.querySelector<HTMLElement>('.inspector .field');
      store.getState().openStep(id, first?.dataset.field);
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>('.inspector input, .inspector textarea, .inspector button')?.focus(),
      );
    },
  },
  {
    id: 'close',
    label: 'Close the open panel',
    keys: ['escape'],
    reads: true,
    run: ({ store }) => {
      store.getState().openStep(null);
      store.getState().select([]);
    },
  },
  {
    id: 'all',
    label: 'Select all steps',
    keys: ['mod+a'],
    reads: true,
    run: ({ store }) => store.getState().select(store.getState().document.graph.nodes.map((node) => node.id)),
  },
  {
    id: 'next-change',
    label: 'Show the next change between the two versions',
    keys: ['n'],
    reads: true,
    there: ({ screen }) => screen.getState().walk !== null,
    run: ({ screen }) => screen.getState().walk?.next(),
  },
  {
    id: 'previous-change',
    label: 'Show the previous change between the two versions',
    keys: ['p'],
    reads: true,
    there: ({ screen }) => screen.getState().walk !== null,
    run: ({ screen }) => screen.getState().walk?.previous(),
  },
  {
    id: 'fit',
    label: 'Show the whole drawing',
    keys: ['1'],
    reads: true,
    run: ({ screen }) => screen.getState().camera?.fit(),
  },
  {
    id: 'fit-selection',
    label: 'Show the selected steps',
    keys: ['2'],
    reads: true,
    enabled: ({ store }) => store.getState().selected.length > 0,
    needs: 'Select a step first.',
    run: ({ store, screen }) => screen.getState().camera?.fitTo(store.getState().selected),
  },
  {
    id: 'actual',
    label: 'Actual size',
    keys: ['0'],
    reads: true,
    run: ({ screen }) => screen.getState().camera?.zoomTo(1),
  },
  {
    id: 'closer',
    label: 'Zoom in',
    keys: ['+', '='],
    reads: true,
    run: ({ screen }) => screen.getState().camera?.zoomBy(1.2),
  },
  {
    id: 'farther',
    label: 'Zoom out',
    keys: ['-'],
    reads: true,
    run: ({ screen }) => screen.getState().camera?.zoomBy(1 / 1.2),
  },
  {
    id: 'find',
    label: 'Search, write steps, run a command',
    keys: ['/', 'mod+k'],
    reads: true,
    run: ({ screen }) => screen.getState().openPalette(),
  },
  {
    id: 'keys',
    label: 'Keyboard shortcuts',
    keys: ['?'],
    menu: { part: 'look' },
    reads: true,
    run: ({ screen }) => screen.setState({ sheet: 'keys' }),
  },
];
