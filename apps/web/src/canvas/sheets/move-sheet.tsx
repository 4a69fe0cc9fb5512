import {
  indexGraph,
  moveRefusal,
  moveStep,
  nodeDef,
  portsOf,
  sentenceOf,
  type Graph,
  type GraphNode,
  type Place,
} from '#graph';
import { Modal } from '@mantine/core';
import { endPath, followerOf } from '../document/paths';
import { placesAfter, placesBefore, wordOf } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { openPicker } from '../screen/open-picker';
import { useScreen, useScreenStore } from '../screen/screen-store';
import { ChoiceList, type Choice } from './choice-list';

const titleOf = (node: GraphNode) => sentenceOf(node) || nodeDef(node.type)?.title || 'Step';

const titles = {
  move: 'Move after',
  reroute: 'Lead a path to another step',
  'end-path': 'End a path here',
  'add-after': 'Add a step after',
  'add-before': 'Add a step before',
};

/** By keyboard: put the selected step behind another one, or say which of several paths is meant. */
export function MoveSheet() {
  const choosing = useScreen((screen) => screen.choosing);
  const screen = useScreenStore();
  const close = () => {
    screen.setState({ choosing: null });
    document.querySelector<HTMLElement>('.drawing-keys')?.focus();
  };
  return (
    <Modal.Root
      opened={choosing !== null}
      onClose={close}
      size={520}
      yOffset="12vh"
      padding={0}
      returnFocus={false}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={choosing ? titles[choosing.what] : undefined}>
        {choosing?.what === 'move' ? <MoveBehind id={choosing.id} close={close} /> : null}
        {choosing?.what === 'reroute' || choosing?.what === 'end-path' ? (
          <OnePath id={choosing.id} ends={choosing.what === 'end-path'} close={close} />
        ) : null}
        {choosing?.what === 'add-after' || choosing?.what === 'add-before' ? (
          <AddOn id={choosing.id} before={choosing.what === 'add-before'} close={close} />
        ) : null}
      </Modal.Content>
    </Modal.Root>
  );
}

/** Which of several paths gets the step: those out of the selected one, or those that lead to it. */
function AddOn({ id, before, close }: { id: string; before: boolean; close: () => void }) {
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const { nodes, out } = indexGraph(graph);
  const choices = (before ? placesBefore : placesAfter)(graph, id).map(({ place, node, label }): Choice => {
    const next = nodes.get(out.get(place.source)?.get(place.port)?.target ?? '');
    return {
      id: `${place.source}:${place.port}`,
      label: before ? [titleOf(node), label].filter(Boolean).join(', ') : label || 'After it',
      kind: before ? 'Comes from' : next ? `Before ${titleOf(next)}` : 'Ends here',
      run: () => {
        close();
        openPicker(screen, before ? place.source : id, place);
      },
    };
  });
  return <ChoiceList choices={choices} label="On which path?" none="No path has that name." />;
}

/** Every way out in the drawing, in reading order. */
const placesIn = (graph: Graph): { place: Place; node: GraphNode; label: string }[] =>
  graph.nodes.flatMap((node) =>
    portsOf(node).map((port) => ({ place: { source: node.id, port: port.id }, node, label: port.label })),
  );

function MoveBehind({ id, close }: { id: string; close: () => void }) {
  const store = useEditorStore();
  const graph = useEditor((state) => state.document.graph);
  const moved = indexGraph(graph).nodes.get(id);
  const choices = placesIn(graph)
    .filter(({ place }) => moveRefusal(graph, id, place) === undefined)
    .map(({ place, node, label }): Choice => ({
      id: `${place.source}:${place.port}`,
      label: titleOf(node),
      kind: label || 'After it',
      run: () => {
        close();
        store.getState().edit(`Move ${moved ? wordOf(moved) : 'step'}`, moveStep(graph, id, place), { select: [id] });
      },
    }));
  const why = placesIn(graph).map(({ place }) => moveRefusal(graph, id, place));
  return (
    <ChoiceList
      choices={choices}
      label="Move after which step?"
      none={why.find((reason) => reason !== undefined) ?? 'Nothing has that name.'}
    />
  );
}

/** Which of several paths of a step is led elsewhere, or ended. */
function OnePath({ id, ends, close }: { id: string; ends: boolean; close: () => void }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const { nodes } = indexGraph(graph);
  const choices = placesAfter(graph, id).flatMap(({ place, label }): Choice[] => {
    const next = nodes.get(followerOf(graph, place) ?? '');
    if (ends && !next) return [];
    return [
      {
        id: place.port,
        label,
        kind: next ? `Leads to ${titleOf(next)}` : 'Ends here',
        run: () => {
          close();
          if (ends) endPath(store, place);
          else openPicker(screen, id, place, true);
        },
      },
    ];
  });
  return <ChoiceList choices={choices} label="Which path?" none="No path has that name." />;
}
