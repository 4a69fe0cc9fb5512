import type { Point } from '#graph';
import { getViewportForBounds, type useReactFlow } from '@xyflow/react';
import { useEffect, type RefObject } from 'react';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import type { PathEdge, StepNode } from './derive';

export type FlowHandle = ReturnType<typeof useReactFlow<StepNode, PathEdge>>;

/** The first look: the whole drawing where it fits at a readable size, else its beginning at 100 %. */
export function settle(flow: FlowHandle, box: HTMLElement | null) {
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

/** The whole drawing. React Flow's own `fitView` waits for every node to be measured, which culled ones never are. */
function fit(flow: FlowHandle, box: HTMLElement | null) {
  if (!box) return;
  const bounds = flow.getNodesBounds(flow.getNodes());
  void flow.setViewport(getViewportForBounds(bounds, box.clientWidth, box.clientHeight, 0.25, 1, 0.08), {
    duration: 120,
  });
}

/** Hands the drawing's controls to the rest of the editor, and keeps in view what is looked at. */
export function useCamera(flow: FlowHandle, wrapper: RefObject<HTMLDivElement | null>) {
  const screen = useScreenStore();
  useEffect(() => {
    const camera = {
      fit: () => fit(flow, wrapper.current),
      zoomTo: (zoom: number) => void flow.zoomTo(zoom, { duration: 120 }),
      zoomBy: (factor: number) => void flow.zoomTo(flow.getZoom() * factor, { duration: 120 }),
      reveal: (id: string) => reveal(flow, wrapper.current, id),
      toDrawing: (point: Point) => flow.screenToFlowPosition(point),
      toScreen: (point: Point) => flow.flowToScreenPosition(point),
    };
    screen.setState({ camera });
    return () => screen.setState({ camera: null });
  }, [flow, screen, wrapper]);

  // The inspector takes room from the drawing: the step it is about stays in view.
  const open = useEditor((state) => state.open);
  useEffect(() => {
    if (open === null || open === 'settings') return;
    const later = setTimeout(() => reveal(flow, wrapper.current, open), 60);
    return () => clearTimeout(later);
  }, [open, flow, wrapper]);

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
  }, [flow, wrapper]);
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
