import type { Place, Point } from '#graph';
import type { PageActions } from './page-actions';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { keepFolding, keptFolding } from './kept-folding';
import { createStoreContext } from '../../ui/store-context';

export type Panel = 'steps' | 'outline' | 'problems' | 'history' | 'notes';
export type Sheet = 'publish' | 'conflict' | 'stop' | 'keys' | 'text' | 'import';

/** From how far the drawing is seen, and so what a card says: all, one line, a name, its glyph. */
export type ZoomBand = 'full' | 'line' | 'name' | 'glyph';

export const bandOf = (zoom: number): ZoomBand =>
  zoom >= 0.7 ? 'full' : zoom >= 0.3 ? 'line' : zoom >= 0.15 ? 'name' : 'glyph';

/** Where a step is about to be added, and where on the screen the picker opens; `known` offers the steps that are there. */
export interface Picker {
  place: Place | undefined;
  at: Point;
  known?: boolean;
}

/** What only this screen knows and nobody undoes: open panels, the picker, a drag under way. */
export interface Screen {
  panel: Panel | null;
  sheet: Sheet | null;
  picker: Picker | null;
  /** A split that is about to go: the screen asks which path survives. */
  removing: string | null;
  /** A split whose experiment is looked at. */
  experiment: string | null;
  /**
   * A step that is about to be moved behind another one, or one of whose several paths is about to lead elsewhere, to
   * end, or to get a step.
   */
  choosing: { what: 'move' | 'reroute' | 'end-path' | 'add-after' | 'add-before'; id: string } | null;
  /** Positions of cards under the hand, in free layout. */
  moved: ReadonlyMap<string, Point>;
  /** As a share, for whoever writes it; cards only know their band, so that zooming draws them four times at most. */
  zoom: number;
  band: ZoomBand;
  /** No part of the drawing is in view. */
  lost: boolean;
  /** Notes on steps are shown as marks only. */
  notesFolded: boolean;
  /** Sections that are shown as one sentence. */
  folded: ReadonlySet<string>;
  /** The drawing's own controls, set by the adapter. */
  camera: Camera | null;
  /** The way from one change between two versions to the next, set by their list. */
  walk: { next: () => void; previous: () => void } | null;
  /** What the page around the drawing can do, set by it. */
  page: PageActions | null;
  /** Opens the command palette, set by the page. */
  openPalette: (query?: string) => void;
}

export interface Camera {
  /** The whole drawing. */
  fit(): void;
  /** These steps, as large as they fit. */
  fitTo(ids: readonly string[]): void;
  /** The first look at the drawing again. */
  back(): void;
  zoomTo(zoom: number): void;
  zoomBy(factor: number): void;
  /** Brings a step into view if it is not; the zoom changes only where it must be `readable` and is not. */
  reveal(id: string, how?: { readable?: boolean }): void;
  /** Screen to drawing. */
  toDrawing(point: Point): Point;
  /** Drawing to screen. */
  toScreen(point: Point): Point;
}

export type ScreenStore = StoreApi<Screen>;

/** A screen for one automation, folded as it was the last time in this browser. */
export const createScreenStore = (automationId: string): ScreenStore => {
  const kept = keptFolding(automationId);
  const screen = createStore<Screen>()(() => ({
    panel: null,
    sheet: null,
    picker: null,
    removing: null,
    experiment: null,
    choosing: null,
    moved: new Map(),
    zoom: 1,
    band: 'full',
    lost: false,
    notesFolded: kept.notes,
    folded: new Set(kept.sections),
    camera: null,
    walk: null,
    page: null,
    openPalette: () => undefined,
  }));
  screen.subscribe(({ folded, notesFolded }, before) => {
    if (folded !== before.folded || notesFolded !== before.notesFolded)
      keepFolding(automationId, { sections: [...folded], notes: notesFolded });
  });
  return screen;
};

export const {
  StoreProvider: ScreenProvider,
  useStoreApi: useScreenStore,
  useStoreState: useScreen,
} = createStoreContext<Screen>('screen');
