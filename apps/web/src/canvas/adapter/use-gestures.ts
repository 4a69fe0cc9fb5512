import type { Operation } from '#graph';
import type { Connection, FinalConnectionState, NodeChange } from '@xyflow/react';
import { useCallback, type DragEvent, type MouseEvent as ReactMouseEvent } from 'react';
import { fold, FOLDED } from '../drawing/folding';
import { nearestPlace } from '../drawing/nearest-place';
import { showToast } from '../../ui/feedback/toast';
import { leadTo } from '../document/paths';
import { addStep } from '../document/steps';
import { useEditorStore } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import type { PathEdge, StepNode } from './derive';
import type { FlowHandle } from './use-camera';

/** What hands do on the drawing, as operations: select, move, connect, drop. All handlers stay the same objects. */
export function useGestures(flow: FlowHandle) {
  const store = useEditorStore();
  const screen = useScreenStore();

  const onNodesChange = useCallback(
    (changes: NodeChange<StepNode>[]) => {
      const picked = changes.filter((change) => change.type === 'select');
      if (picked.length > 0) {
        const now = new Set(store.getState().selected);
        for (const change of picked) {
          if (change.selected) now.add(change.id);
          else now.delete(change.id);
        }
        store.getState().select([...now]);
      }
      const places = changes.filter((change) => change.type === 'position');
      if (places.length === 0) return;
      const next = new Map(screen.getState().moved);
      for (const change of places) if (change.position) next.set(change.id, change.position);
      if (places.some((change) => change.dragging !== false)) return screen.setState({ moved: next });
      const operations = [...next].map(([node_id, position]): Operation => ({
        op: 'move_node',
        node_id,
        position: { x: Math.round(position.x), y: Math.round(position.y) },
      }));
      screen.setState({ moved: new Map() });
      if (operations.length > 0)
        store.getState().edit(operations.length === 1 ? 'Move a step' : 'Move steps', operations);
    },
    [store, screen],
  );

  const onConnect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      const reason = sourceHandle ? leadTo(store, { source, port: sourceHandle }, target) : undefined;
      if (reason) showToast(reason);
    },
    [store],
  );

  /** The end of a connector was drawn to another step; let go over nothing, `onConnectEnd` is called. */
  const onReconnect = useCallback(
    ({ target }: PathEdge, to: Connection) => {
      if (to.target !== target) onConnect(to);
    },
    [onConnect],
  );

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, end: FinalConnectionState) => {
      if (end.toNode || !end.fromNode || !end.fromHandle?.id) return;
      const { clientX, clientY } = 'changedTouches' in event ? (event.changedTouches[0] as Touch) : event;
      // Let go over a card rather than over its small port: that card is meant.
      const under = document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>('.react-flow__node');
      if (under?.dataset.id)
        return onConnect({
          source: end.fromNode.id,
          sourceHandle: end.fromHandle.id,
          target: under.dataset.id,
          targetHandle: 'in',
        });
      screen.setState({
        picker: { place: { source: end.fromNode.id, port: end.fromHandle.id }, at: { x: clientX, y: clientY } },
      });
    },
    [screen, onConnect],
  );

  const onNodeClick = useCallback(
    (event: ReactMouseEvent, node: StepNode) => {
      if (node.type !== FOLDED && !event.shiftKey && !event.metaKey && !event.ctrlKey)
        store.getState().openStep(node.id);
    },
    [store],
  );
  const onPaneClick = useCallback(() => {
    store.getState().openStep(null);
    store.getState().select([]);
  }, [store]);

  const onDrop = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData('application/cortex-step');
      if (!type) return;
      event.preventDefault();
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const { document, mode: current } = store.getState();
      const spot = nearestPlace(fold(document.graph, screen.getState().folded), current, at);
      const free = document.graph.layout === 'free' && !spot;
      const reason = addStep(store, type, spot, free ? at : undefined);
      if (reason) showToast(reason);
    },
    [flow, store, screen],
  );

  return { onNodesChange, onConnect, onReconnect, onConnectEnd, onNodeClick, onPaneClick, onDrop };
}
