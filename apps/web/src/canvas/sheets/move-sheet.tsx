import {
  connectionRefusal,
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
import { useState } from 'react';
import { wordOf } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';
import { ChoiceList, type Choice } from './choice-list';

const titleOf = (node: GraphNode) => sentenceOf(node) || nodeDef(node.type)?.title || 'Step';

/** By keyboard: put the selected step behind another one, or lead one of its paths elsewhere. */
export function MoveSheet() {
  const choosing = useScreen((screen) => screen.choosing);
  const screen = useScreenStore();
  const close = () => {
    screen.setState({ choosing: null });
    document.querySelector<HTMLElement>('.drawing-keys')?.focus();
  };
  return (
    <Modal.Root opened={choosing !== null} onClose={close} size={520} yOffset="12vh" padding={0} returnFocus={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={choosing?.what === 'move' ? 'Move after' : 'Connect to'}>
        {choosing === null ? null : choosing.what === 'move' ? (
          <MoveBehind id={choosing.id} close={close} />
        ) : (
          <LeadOn id={choosing.id} close={close} />
        )}
      </Modal.Content>
    </Modal.Root>
  );
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

function LeadOn({ id, close }: { id: string; close: () => void }) {
  const store = useEditorStore();
  const graph = useEditor((state) => state.document.graph);
  const node = indexGraph(graph).nodes.get(id);
  const ports = node ? portsOf(node) : [];
  const [chosen, setChosen] = useState(ports.length === 1 ? ports[0]?.id : undefined);
  if (!node || ports.length === 0) return <p className="quiet picker-none">No path leads from this step.</p>;
  if (chosen === undefined)
    return (
      <ChoiceList
        choices={ports.map((port) => ({
          id: port.id,
          label: port.label,
          kind: 'Path',
          run: () => setChosen(port.id),
        }))}
        label="Which path?"
        none="No path has that name."
      />
    );
  const place = { source: id, port: chosen };
  const targets = graph.nodes.filter((one) => one.id !== id && connectionRefusal(graph, place, one.id) === undefined);
  const choices = [
    ...targets.map((target): Choice => ({
      id: target.id,
      label: titleOf(target),
      kind: nodeDef(target.type)?.title ?? 'Step',
      run: () => {
        close();
        store.getState().edit(`Connect to ${wordOf(target)}`, [{ op: 'connect', ...place, target: target.id }]);
      },
    })),
    {
      id: 'end',
      label: 'Nothing: end the path here',
      kind: 'End',
      run: () => {
        close();
        store.getState().edit('End a path here', [{ op: 'disconnect', ...place }]);
      },
    },
  ];
  return <ChoiceList key={chosen} choices={choices} label="Connect to which step?" none="Nothing is called that." />;
}
