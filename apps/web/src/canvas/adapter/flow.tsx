import '@xyflow/react/dist/base.css';
import { connectionRefusal, type Operation, type Point } from '#graph';
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  type Connection,
  type EdgeTypes,
  type FinalConnectionState,
  type NodeChange,
  type NodeTypes,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent } from 'react';
import { kindColor } from '../glyphs';
import { nearestPlace } from '../nearest';
import { addStep, wordOf } from '../steps';
import { useEditor, useEditorStore } from '../use-editor';
import { useView, useViewStore } from '../view';
import { notify } from '../notify';
import { createDerive, type PathEdge, type StepNode } from './derive';
import { PathLine } from './path-edge';
import { StepFrame } from './step-node';

const nodeTypes: NodeTypes = { step: StepFrame };
const edgeTypes: EdgeTypes = { path: PathLine };
const snapGrid: [number, number] = [8, 8];
const fitViewOptions = { padding: 0.16, maxZoom: 1, minZoom: 0.5 };
const proOptions = { hideAttribution: false };
const panOnDrag = [0, 1];
const CULL_FROM = 60;
const MAP_FROM = 25;

/** The drawing. Everything durable lives in the editor's store; React Flow draws and reports gestures. */
export function Flow() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  );
}

function Drawing() {
  const store = useEditorStore();
  const view = useViewStore();
  const flow = useReactFlow<StepNode, PathEdge>();
  const wrapper = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const derive = useMemo(() => createDerive(), []);
  const graph = useEditor((state) => state.document.graph);
  const mode = useEditor((state) => state.mode);
  const selected = useEditor((state) => state.selected);
  const editable = useEditor((state) => state.mode === 'build' && !state.readOnly);
  const moved = useView((state) => state.moved);
  const drawn = useMemo(() => derive(graph, mode, new Set(selected), moved), [derive, graph, mode, selected, moved]);

  useEffect(() => {
    const camera = {
      fit: () => void flow.fitView(fitViewOptions),
      zoomTo: (zoom: number) => void flow.zoomTo(zoom, { duration: 120 }),
      zoomBy: (factor: number) => void flow.zoomTo(flow.getZoom() * factor, { duration: 120 }),
      reveal: (id: string) => reveal(flow, wrapper.current, id),
      toDrawing: (point: Point) => flow.screenToFlowPosition(point),
      toScreen: (point: Point) => flow.flowToScreenPosition(point),
    };
    view.setState({ camera });
    return () => view.setState({ camera: null });
  }, [flow, view]);

  // The inspector takes room from the drawing: the step it is about stays in view.
  const open = useEditor((state) => state.open);
  useEffect(() => {
    if (open === null || open === 'settings') return;
    const later = setTimeout(() => reveal(flow, wrapper.current, open), 60);
    return () => clearTimeout(later);
  }, [open, flow]);

  // A panel that opens takes room: what is looked at stays in the middle of what is left.
  useEffect(() => {
    const box = wrapper.current;
    if (!box) return;
    let before = box.clientWidth;
    const watch = new ResizeObserver(() => {
      const by = box.clientWidth - before;
      before = box.clientWidth;
      const { x, y, zoom } = flow.getViewport();
      if (by !== 0) void flow.setViewport({ x: x + by / 2, y, zoom });
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [flow]);

  const onInit = useCallback(() => {
    settle(flow, wrapper.current);
    setReady(true);
  }, [flow]);

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
      const next = new Map(view.getState().moved);
      for (const change of places) if (change.position) next.set(change.id, change.position);
      if (places.some((change) => change.dragging !== false)) return view.setState({ moved: next });
      const operations = [...next].map(([node_id, position]): Operation => ({
        op: 'move_node',
        node_id,
        position: { x: Math.round(position.x), y: Math.round(position.y) },
      }));
      view.setState({ moved: new Map() });
      if (operations.length > 0)
        store.getState().edit(operations.length === 1 ? 'Move a step' : 'Move steps', operations);
    },
    [store, view],
  );

  const onConnect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      if (!sourceHandle) return;
      const { document, edit } = store.getState();
      const reason = connectionRefusal(document.graph, { source, port: sourceHandle }, target);
      if (reason) return notify(reason);
      const to = document.graph.nodes.find((node) => node.id === target);
      edit(`Lead on to ${to ? wordOf(to) : 'a step'}`, [{ op: 'connect', source, port: sourceHandle, target }]);
    },
    [store],
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
      view.setState({
        picker: { place: { source: end.fromNode.id, port: end.fromHandle.id }, at: { x: clientX, y: clientY } },
      });
    },
    [view, onConnect],
  );

  const onNodeClick = useCallback(
    (event: React.MouseEvent, node: StepNode) => {
      if (!event.shiftKey && !event.metaKey && !event.ctrlKey) store.getState().openStep(node.id);
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
      view.setState({ dragging: null });
      if (!type) return;
      event.preventDefault();
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const { document, mode: current } = store.getState();
      const spot = nearestPlace(document.graph, current, at);
      const free = document.graph.layout === 'free' && !spot;
      const reason = addStep(store, type, spot, free ? at : undefined);
      if (reason) notify(reason);
    },
    [flow, store, view],
  );

  const zoomTier = useCallback((_event: unknown, { zoom }: { zoom: number }) => {
    if (wrapper.current) wrapper.current.dataset.zoom = zoom >= 0.7 ? 'full' : zoom >= 0.4 ? 'title' : 'glyph';
  }, []);

  return (
    <div
      ref={wrapper}
      className="drawing"
      data-ready={ready}
      data-mode={mode}
      data-zoom="full"
      onDragOver={allowDrop}
      onDrop={onDrop}
    >
      <PathEnd />
      <ReactFlow<StepNode, PathEdge>
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={onInit}
        onMove={zoomTier}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        onNodeClick={onNodeClick}
        onPaneClick={onPaneClick}
        nodesConnectable={editable}
        edgesReconnectable={false}
        edgesFocusable={false}
        nodesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={multiKeys}
        selectionMode={SelectionMode.Partial}
        panOnDrag={panOnDrag}
        panOnScroll
        zoomOnDoubleClick={false}
        snapToGrid
        snapGrid={snapGrid}
        minZoom={0.25}
        maxZoom={1.5}
        onlyRenderVisibleElements={graph.nodes.length > CULL_FROM}
        proOptions={proOptions}
        fitViewOptions={fitViewOptions}
      >
        {mode === 'build' ? (
          <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--dot-grid)" />
        ) : null}
        {graph.nodes.length > MAP_FROM ? (
          <MiniMap<StepNode>
            pannable
            nodeColor={mapColor}
            nodeStrokeWidth={0}
            maskColor="var(--overlay)"
            bgColor="var(--card)"
          />
        ) : null}
        <MapColors graph={graph} />
      </ReactFlow>
    </div>
  );
}

const multiKeys = ['Meta', 'Control', 'Shift'];
const colors = new Map<string, string>();
const mapColor = (node: StepNode) => colors.get(node.id) ?? 'var(--ink-3)';

/** The mini-map asks for a colour by id only. */
function MapColors({ graph }: { graph: { nodes: { id: string; type: string }[] } }) {
  useEffect(() => {
    for (const node of graph.nodes) colors.set(node.id, kindColor(node.type));
  }, [graph]);
  return null;
}

function PathEnd() {
  return (
    <svg width="0" height="0" aria-hidden className="path-defs">
      <defs>
        <marker
          id="path-end"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M1 1 L7 4 L1 7" fill="none" stroke="context-stroke" strokeWidth="1.4" />
        </marker>
      </defs>
    </svg>
  );
}

function allowDrop(event: DragEvent) {
  if (event.dataTransfer.types.includes('application/cortex-step')) event.preventDefault();
}

type FlowHandle = ReturnType<typeof useReactFlow<StepNode, PathEdge>>;

/** The first look: the whole drawing where it fits at a readable size, else its beginning at 100 %. */
function settle(flow: FlowHandle, box: HTMLElement | null) {
  const bounds = flow.getNodesBounds(flow.getNodes());
  if (!box || bounds.width === 0) return void flow.setViewport({ x: (box?.clientWidth ?? 800) / 2, y: 80, zoom: 1 });
  const zoom = Math.max(
    0.7,
    Math.min(1, (box.clientWidth - 96) / bounds.width, (box.clientHeight - 112) / bounds.height),
  );
  const entry = flow.getNodes()[0];
  const middle = entry ? entry.position.x + (entry.width ?? 0) / 2 : bounds.x + bounds.width / 2;
  const wide = bounds.width * zoom > box.clientWidth - 48;
  const x = wide ? box.clientWidth / 2 - middle * zoom : box.clientWidth / 2 - (bounds.x + bounds.width / 2) * zoom;
  const spare = box.clientHeight - bounds.height * zoom;
  void flow.setViewport({ x, y: Math.max(48, Math.min(spare / 2, 96)) - bounds.y * zoom, zoom });
}

function reveal(flow: FlowHandle, box: HTMLElement | null, id: string) {
  const node = flow.getNode(id);
  if (!node || !box) return;
  const { x, y, zoom } = flow.getViewport();
  const left = node.position.x * zoom + x;
  const top = node.position.y * zoom + y;
  const [width, height] = [(node.width ?? 280) * zoom, (node.height ?? 96) * zoom];
  const dx = left < 24 ? 24 - left : Math.min(0, box.clientWidth - 24 - (left + width));
  const dy = top < 24 ? 24 - top : Math.min(0, box.clientHeight - 64 - (top + height));
  if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 140 });
}
