import type { Point } from '#graph';
import { getViewportForBounds, type useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, type RefObject } from 'react';
import { useEditor, useEditorStore } from '../document/use-editor';
import { sectionWith } from '../drawing/folding';
import type { EditorStore } from '../document/editor-store';
import { useLive } from '../live/live-store';
import { useScreenStore, type ScreenStore } from '../screen/screen-store';
import type { PathEdge, StepNode } from './derive';

export type FlowHandle = ReturnType<typeof useReactFlow<StepNode, PathEdge>>;

/** As far away as it gets: 400 steps in a row still fit. */
export const MIN_ZOOM = 0.005;
/** Around a drawing that is fitted in: below, the zoom and the hints have their place. */
const ROOM = { top: 32, bottom: 80, side: 32 };
/** As far away as cards still say what they do. */
const READABLE = 0.3;

/** What is played back stands over the lower right corner: how much it takes from below, and from the right. */
const taken = (box: HTMLElement): { below: number; beside: number } => {
  const river = box.parentElement?.querySelector('.river-bar:has(.river-head)')?.getBoundingClientRect();
  if (!river) return { below: 0, beside: 0 };
  const { bottom, right } = box.getBoundingClientRect();
  return { below: bottom - river.top + 16, beside: right - river.left + 16 };
};

/** Whether a part of the drawing lies under what is played back. */
const isCovered = (flow: FlowHandle, box: HTMLElement): boolean => {
  const { below, beside } = taken(box);
  const { x, y, zoom } = flow.getViewport();
  return flow.getNodes().some(({ position, width = 0, height = 0 }) => {
    const [right, bottom] = [(position.x + width) * zoom + x, (position.y + height) * zoom + y];
    return right > box.clientWidth - beside && bottom > box.clientHeight - below;
  });
};

/** The first look: the whole drawing where it can be read, else its beginning at a size to work at. */
export function settle(flow: FlowHandle, box: HTMLElement | null) {
  const bounds = flow.getNodesBounds(flow.getNodes());
  if (!box || bounds.width === 0) return void flow.setViewport({ x: (box?.clientWidth ?? 800) / 2, y: 80, zoom: 1 });
  const whole = Math.min(1, (box.clientWidth - 96) / bounds.width, (box.clientHeight - 112) / bounds.height);
  const zoom = whole >= READABLE ? whole : 0.7;
  const entry = flow.getNodes()[0];
  const middle = entry ? entry.position.x + (entry.width ?? 0) / 2 : bounds.x + bounds.width / 2;
  const wide = bounds.width * zoom > box.clientWidth - 48;
  const x = wide ? box.clientWidth / 2 - middle * zoom : box.clientWidth / 2 - (bounds.x + bounds.width / 2) * zoom;
  const spare = box.clientHeight - bounds.height * zoom;
  void flow.setViewport({ x, y: Math.max(48, Math.min(spare / 2, 96)) - bounds.y * zoom, zoom });
}

/** The whole drawing. React Flow's own `fitView` waits for every node to be measured, which culled ones never are. */
function fit(flow: FlowHandle, box: HTMLElement | null, ids?: readonly string[]) {
  const shown = flow.getNodes().filter(({ id }) => ids?.includes(id) ?? true);
  if (!box || shown.length === 0) return;
  const bounds = flow.getNodesBounds(shown);
  const { below, beside } = taken(box);
  // Above what is played back or beside it, whichever shows the drawing larger.
  const [best] = [
    { bottom: Math.max(ROOM.bottom, below), right: ROOM.side },
    { bottom: ROOM.bottom, right: Math.max(ROOM.side, beside) },
  ]
    .map(({ bottom, right }) =>
      getViewportForBounds(bounds, box.clientWidth, box.clientHeight, MIN_ZOOM, 1, {
        top: `${ROOM.top}px`,
        bottom: `${bottom}px`,
        left: `${ROOM.side}px`,
        right: `${right}px`,
      }),
    )
    .toSorted((a, b) => b.zoom - a.zoom);
  if (best) void flow.setViewport(best, { duration: 120 });
}

/** Whether every card is in view. */
function isWhole(flow: FlowHandle, box: HTMLElement): boolean {
  const { x, y, zoom } = flow.getViewport();
  const bounds = flow.getNodesBounds(flow.getNodes());
  const [left, top] = [bounds.x * zoom + x, bounds.y * zoom + y];
  const [right, bottom] = [left + bounds.width * zoom, top + bounds.height * zoom];
  return left >= 0 && top >= 0 && right <= box.clientWidth && bottom <= box.clientHeight;
}

/** Whether no card is in view. */
export function isLost(flow: FlowHandle, box: HTMLElement): boolean {
  const { x, y, zoom } = flow.getViewport();
  const nodes = flow.getNodes();
  return (
    nodes.length > 0 &&
    !nodes.some(({ position, width = 0, height = 0 }) => {
      const [left, top] = [position.x * zoom + x, position.y * zoom + y];
      return left < box.clientWidth && top < box.clientHeight && left + width * zoom > 0 && top + height * zoom > 0;
    })
  );
}

/** Hands the drawing's controls to the rest of the editor, and keeps in view what is looked at. */
export function useCamera(flow: FlowHandle, wrapper: RefObject<HTMLDivElement | null>) {
  const screen = useScreenStore();
  const store = useEditorStore();
  const show = useCallback(
    (id: string, how?: { readable?: boolean }) => showStep(flow, wrapper, id, { store, screen, ...how }),
    [flow, wrapper, store, screen],
  );
  useEffect(() => {
    const camera = {
      fit: () => fit(flow, wrapper.current),
      fitTo: (ids: readonly string[]) => fit(flow, wrapper.current, ids),
      back: () => {
        const box = wrapper.current;
        if (box && taken(box).below > 0) fit(flow, box);
        else settle(flow, box);
      },
      zoomTo: (zoom: number) => void flow.zoomTo(zoom, { duration: 120 }),
      zoomBy: (factor: number) => void flow.zoomTo(flow.getZoom() * factor, { duration: 120 }),
      reveal: show,
      toDrawing: (point: Point) => flow.screenToFlowPosition(point),
      toScreen: (point: Point) => flow.flowToScreenPosition(point),
    };
    screen.setState({ camera });
    return () => screen.setState({ camera: null });
  }, [flow, screen, wrapper, show]);

  // The inspector takes room from the drawing: the step it is about stays in view.
  const open = useEditor((state) => state.open);
  useEffect(() => {
    if (open === null || open === 'settings') return;
    const later = setTimeout(() => show(open), 60);
    return () => clearTimeout(later);
  }, [open, show]);

  // What is played back covers a part: where the whole drawing was in view, it still is.
  const playing = useLive((live) => live.river !== null);
  useEffect(() => {
    const box = wrapper.current;
    if (playing && box && isWhole(flow, box) && isCovered(flow, box)) fit(flow, box);
  }, [flow, wrapper, playing]);

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

/** Brings a step into view; a section that hides it is unfolded first. */
function showStep(
  flow: FlowHandle,
  wrapper: RefObject<HTMLDivElement | null>,
  id: string,
  { store, screen, readable = false }: { store: EditorStore; screen: ScreenStore; readable?: boolean },
) {
  const show = () => {
    const { band } = screen.getState();
    if (readable && (band === 'name' || band === 'glyph')) fit(flow, wrapper.current, [id]);
    else reveal(flow, wrapper.current, id);
  };
  const hidden = sectionWith(store.getState().document.graph, id)?.id;
  const { folded } = screen.getState();
  if (hidden === undefined || !folded.has(hidden)) return show();
  screen.setState({ folded: new Set([...folded].filter((one) => one !== hidden)) });
  requestAnimationFrame(show);
}

function reveal(flow: FlowHandle, box: HTMLElement | null, id: string) {
  const node = flow.getNode(id);
  if (!node || !box) return;
  const { x, y, zoom } = flow.getViewport();
  const left = node.position.x * zoom + x;
  const top = node.position.y * zoom + y;
  const [width, height] = [(node.width ?? 280) * zoom, (node.height ?? 96) * zoom];
  const dx = left < 24 ? 24 - left : Math.min(0, box.clientWidth - 24 - (left + width));
  const { below, beside } = taken(box);
  const under = left + dx + width > box.clientWidth - beside ? Math.max(64, below) : 64;
  const dy = top < 24 ? 24 - top : Math.min(0, box.clientHeight - under - (top + height));
  if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 140 });
}
