import { indexGraph } from '#graph';
import '@xyflow/react/dist/base.css';
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  type EdgeTypes,
  type NodeTypes,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type RefObject } from 'react';
import { kindColor } from '../../automations/step-icon';
import { useEditor } from '../document/use-editor';
import { fold, FOLDED } from '../drawing/folding';
import { bandOf, useScreen, useScreenStore, type ScreenStore } from '../screen/screen-store';
import { createDerive, type PathEdge, type StepNode } from './derive';
import { PathLine } from './path-edge';
import { SectionNode } from './section-node';
import { Sections } from './sections';
import { StepFrame } from './step-node';
import { isLost, MIN_ZOOM, settle, useCamera, type FlowHandle } from './use-camera';
import { useGestures } from './use-gestures';

const nodeTypes: NodeTypes = { step: StepFrame, [FOLDED]: SectionNode };
const edgeTypes: EdgeTypes = { path: PathLine };
const snapGrid: [number, number] = [8, 8];
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
  const flow = useReactFlow<StepNode, PathEdge>();
  const wrapper = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const derive = useMemo(() => createDerive(), []);
  const graph = useEditor((state) => state.document.graph);
  const mode = useEditor((state) => state.mode);
  const selected = useEditor((state) => state.selected);
  const editable = useEditor((state) => state.mode === 'build' && !state.readOnly);
  const moved = useScreen((state) => state.moved);
  const band = useScreen((state) => state.band);
  const folded = useScreen((state) => state.folded);
  const shown = useMemo(() => fold(graph, folded), [graph, folded]);
  const drawn = useMemo(() => derive(shown, mode, new Set(selected), moved), [derive, shown, mode, selected, moved]);

  useCamera(flow, wrapper);
  const gestures = useGestures(flow);

  const looked = useLook(flow, wrapper);
  const onInit = useCallback(() => {
    settle(flow, wrapper.current);
    looked();
    setReady(true);
  }, [flow, looked]);
  // A change of the drawing can leave nothing in view, too.
  useEffect(() => looked(), [looked, drawn.nodes]);

  const mapColor = useCallback(({ id }: StepNode) => kindColor(indexGraph(graph).nodes.get(id)?.type ?? ''), [graph]);

  return (
    <div
      ref={wrapper}
      className="drawing"
      data-own-commands
      data-ready={ready}
      data-mode={mode}
      data-zoom={band}
      onDragOver={allowDrop}
      onDrop={gestures.onDrop}
    >
      <PathEnd />
      <ReactFlow<StepNode, PathEdge>
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={onInit}
        onMove={looked}
        onNodesChange={gestures.onNodesChange}
        onConnect={gestures.onConnect}
        onConnectEnd={gestures.onConnectEnd}
        onReconnect={gestures.onReconnect}
        reconnectRadius={12}
        onNodeClick={gestures.onNodeClick}
        onPaneClick={gestures.onPaneClick}
        nodesConnectable={editable}
        edgesReconnectable={editable}
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
        minZoom={MIN_ZOOM}
        maxZoom={1.5}
        onlyRenderVisibleElements={graph.nodes.length > CULL_FROM}
        proOptions={proOptions}
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
        <Sections nodes={drawn.nodes} />
      </ReactFlow>
    </div>
  );
}

/** Tells the screen how the drawing is looked at. Text of a constant size follows a variable, and no card is drawn. */
function useLook(flow: FlowHandle, wrapper: RefObject<HTMLDivElement | null>) {
  const screen = useScreenStore();
  return useCallback(() => look(flow, wrapper, screen), [flow, screen, wrapper]);
}

function look(flow: FlowHandle, wrapper: RefObject<HTMLDivElement | null>, screen: ScreenStore) {
  const box = wrapper.current;
  if (!box) return;
  const zoom = flow.getZoom();
  box.style.setProperty('--zoom', String(zoom));
  const next = { zoom, band: bandOf(zoom), lost: isLost(flow, box) };
  const now = screen.getState();
  if (next.zoom !== now.zoom || next.band !== now.band || next.lost !== now.lost) screen.setState(next);
}

const multiKeys = ['Meta', 'Control', 'Shift'];

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
