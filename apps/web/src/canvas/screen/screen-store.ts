import type { Place, Point } from '#graph';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createStoreContext } from '../../ui/store-context';

export type Panel = 'steps' | 'outline' | 'problems' | 'history' | 'notes';
export type Sheet = 'publish' | 'conflict' | 'stop' | 'keys' | 'find' | 'text' | 'import';

/** What only this screen knows and nobody undoes: open panels, the picker, a drag under way. */
export interface Screen {
  panel: Panel | null;
  sheet: Sheet | null;
  /** Where a step is about to be added, and where on the screen the picker opens. */
  picker: { place: Place | undefined; at: Point } | null;
  /** A split that is about to go: the screen asks which path survives. */
  removing: string | null;
  /** A step that is about to be moved behind another one, or whose path is about to lead elsewhere. */
  choosing: { what: 'move' | 'reroute'; id: string } | null;
  /** Positions of cards under the hand, in free layout. */
  moved: ReadonlyMap<string, Point>;
  /** The drawing's own controls, set by the adapter. */
  camera: Camera | null;
}

export interface Camera {
  fit(): void;
  zoomTo(zoom: number): void;
  zoomBy(factor: number): void;
  /** Brings a step into view if it is not, without changing the zoom. */
  reveal(id: string): void;
  /** Screen to drawing. */
  toDrawing(point: Point): Point;
  /** Drawing to screen. */
  toScreen(point: Point): Point;
}

export type ScreenStore = StoreApi<Screen>;

export const createScreenStore = (): ScreenStore =>
  createStore<Screen>()(() => ({
    panel: null,
    sheet: null,
    picker: null,
    removing: null,
    choosing: null,
    moved: new Map(),
    camera: null,
  }));

export const {
  StoreProvider: ScreenProvider,
  useStoreApi: useScreenStore,
  useStoreState: useScreen,
} = createStoreContext<Screen>('screen');
