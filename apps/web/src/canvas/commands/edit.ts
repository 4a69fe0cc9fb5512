import { copySteps, graph as graphSchema, pasteSteps, type Graph, type Operation, type Place } from '#graph';
import type { EditorStore } from '../document/editor-store';
import { place } from '../drawing/geometry';
import { showToast } from '../../ui/feedback/toast';
import { clipboardText, copyText } from '../../ui/copying/clipboard';
import { plural } from '../../ui/formatting/format';
import { endPath, followerOf } from '../document/paths';
import { addSection } from '../document/sections';
import { mustAsk, newStepId, placeAfter, placesAfter, placesBefore, removeSteps } from '../document/steps';
import { openPicker } from '../screen/open-picker';
import type { Command, CommandContext } from './command';

const selectedOf = (store: EditorStore) => store.getState().selected;
const SELECTED = 'Select a step first.';
const some = ({ store }: CommandContext) => selectedOf(store).length > 0;

const one = ({ store }: CommandContext) => selectedOf(store).length === 1;

/** The ways out of the selected step, and those of them that lead on. */
const waysOf = ({ store }: CommandContext): Place[] => {
  const [id] = selectedOf(store);
  return id === undefined ? [] : placesAfter(store.getState().document.graph, id).map(({ place }) => place);
};
const waysOn = (context: CommandContext): Place[] =>
  waysOf(context).filter((place) => followerOf(context.store.getState().document.graph, place) !== undefined);

/** Does it to the one path there is, or asks which is meant. */
const onePath = (
  { screen }: CommandContext,
  what: 'reroute' | 'end-path',
  places: readonly Place[],
  run: (place: Place) => void,
): void => {
  const [place] = places;
  if (places.length > 1 && place) screen.setState({ choosing: { what, id: place.source } });
  else if (place) run(place);
};

/** Moves the selected steps by a grid step, where the drawing is laid out by hand. */
const nudge = (direction: string, x: number, y: number): Command => ({
  id: `nudge-${direction}`,
  label: `Nudge ${direction} (free layout)`,
  keys: [`alt+arrow${direction}`],
  enabled: ({ store }) => selectedOf(store).length > 0 && store.getState().document.graph.layout === 'free',
  needs: 'Select a step in a free layout first.',
  run: ({ store }) => {
    const { document: edited, selected, edit } = store.getState();
    const { places } = place(edited.graph, 'build');
    const operations = selected.flatMap((node_id): Operation[] => {
      const at = places.get(node_id);
      return at ? [{ op: 'move_node', node_id, position: { x: at.x + x, y: at.y + y } }] : [];
    });
    edit(selected.length === 1 ? 'Nudge a step' : 'Nudge steps', operations, { burst: `nudge:${selected.join()}` });
  },
});

const remove = ({ store, screen }: CommandContext) => {
  const ids = selectedOf(store);
  const [only] = ids;
  if (ids.length === 1 && only !== undefined && mustAsk(store.getState().document.graph, only))
    return screen.setState({ removing: only });
  removeSteps(store, ids);
};

const copy = ({ store }: CommandContext) => {
  const text = copySteps(store.getState().document.graph, selectedOf(store));
  void copyText('steps', text);
  store.getState().say(`Copied ${plural(selectedOf(store).length, 'step', 'steps')}`);
};

const parse = (text: string): Pick<Graph, 'nodes' | 'edges'> | undefined => {
  try {
    const data = JSON.parse(text) as { cortex?: unknown; steps?: unknown; edges?: unknown } | null;
    if (data?.cortex !== 'steps@1') return undefined;
    return graphSchema.parse({ nodes: data.steps, edges: data.edges });
  } catch {
    return undefined;
  }
};

const insertCopied = ({ store }: CommandContext, copied: Pick<Graph, 'nodes' | 'edges'> | undefined, label: string) => {
  const { document: edited, edit, selected } = store.getState();
  const last = selected.at(-1);
  const place = last === undefined ? undefined : placeAfter(edited.graph, last);
  const pasted = copied && pasteSteps(edited.graph, copied, place, newStepId);
  if (!pasted) return showToast('There are no steps on the clipboard that fit here.');
  edit(label, pasted.operations, { select: pasted.ids });
};

const paste = async (context: CommandContext) => {
  insertCopied(context, parse(await clipboardText('steps')), 'Paste steps');
};

/** What changes the drawing. */
export const editCommands: Command[] = [
  {
    id: 'undo',
    label: 'Undo',
    keys: ['mod+z'],
    enabled: ({ store }) => store.getState().past.length > 0,
    needs: 'Nothing was changed yet.',
    run: ({ store }) => store.getState().undo(),
  },
  {
    id: 'redo',
    label: 'Redo',
    keys: ['mod+shift+z', 'mod+y'],
    enabled: ({ store }) => store.getState().future.length > 0,
    needs: 'Nothing was undone.',
    run: ({ store }) => store.getState().redo(),
  },
  {
    id: 'add-after',
    label: 'Add a step after the selected one',
    keys: ['a'],
    run: ({ store, screen }) => {
      const last = selectedOf(store).at(-1);
      const places = last === undefined ? [] : placesAfter(store.getState().document.graph, last);
      if (last !== undefined && places.length > 1) screen.setState({ choosing: { what: 'add-after', id: last } });
      else openPicker(screen, last, places[0]?.place);
    },
  },
  {
    id: 'add-before',
    label: 'Add a step before the selected one',
    keys: ['shift+a'],
    enabled: some,
    needs: SELECTED,
    run: ({ store, screen }) => {
      const last = selectedOf(store).at(-1);
      const places = last === undefined ? [] : placesBefore(store.getState().document.graph, last);
      if (last !== undefined && places.length > 1) screen.setState({ choosing: { what: 'add-before', id: last } });
      else if (places[0]) openPicker(screen, last, places[0].place);
    },
  },
  {
    id: 'remove',
    label: 'Remove the selected steps',
    keys: ['delete', 'backspace'],
    enabled: some,
    needs: SELECTED,
    run: remove,
  },
  {
    id: 'move',
    label: 'Move the selected step after another',
    keys: ['m'],
    enabled: one,
    needs: 'Select one step first.',
    run: ({ store, screen }) => screen.setState({ choosing: { what: 'move', id: selectedOf(store)[0]! } }),
  },
  {
    id: 'reroute',
    label: 'Lead a path of the selected step to another step',
    keys: ['r'],
    enabled: (context) => one(context) && waysOf(context).length > 0,
    needs: 'Select one step with a path first.',
    run: (context) =>
      onePath(context, 'reroute', waysOf(context), (place) => openPicker(context.screen, place.source, place, true)),
  },
  {
    id: 'end-path',
    label: 'End a path of the selected step here',
    keys: ['e'],
    enabled: (context) => one(context) && waysOn(context).length > 0,
    needs: 'Select one step whose path goes on first.',
    run: (context) => onePath(context, 'end-path', waysOn(context), (place) => endPath(context.store, place)),
  },
  nudge('up', 0, -8),
  nudge('down', 0, 8),
  nudge('left', -8, 0),
  nudge('right', 8, 0),
  {
    id: 'section',
    label: 'Group the selected steps as a section',
    keys: ['g'],
    enabled: some,
    needs: SELECTED,
    run: ({ store }) => addSection(store, selectedOf(store)),
  },
  {
    id: 'copy',
    label: 'Copy the selected steps',
    keys: ['mod+c'],
    enabled: some,
    needs: SELECTED,
    run: copy,
    reads: true,
  },
  {
    id: 'cut',
    label: 'Cut the selected steps',
    keys: ['mod+x'],
    enabled: some,
    needs: SELECTED,
    run: (context) => {
      copy(context);
      removeSteps(context.store, selectedOf(context.store));
    },
  },
  { id: 'paste', label: 'Paste steps after the selected one', keys: ['mod+v'], run: (context) => void paste(context) },
  {
    id: 'duplicate',
    label: 'Duplicate the selected steps',
    keys: ['mod+d'],
    enabled: some,
    needs: SELECTED,
    run: (context) => {
      const { document: edited, selected } = context.store.getState();
      insertCopied(context, parse(copySteps(edited.graph, selected)), 'Duplicate steps');
    },
  },
];
