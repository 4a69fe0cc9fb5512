import { useEffect, useRef } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createStoreContext } from '../store-context';

/** One line of the palette. */
export interface PaletteItem {
  id: string;
  label: string;
  /** What it is, or where it leads: “Person”, “After the selected step”. */
  kind?: string;
  /** Other words under which it is found. */
  keywords?: string;
  /** Keys that do the same. */
  keys?: React.ReactNode;
  icon?: React.ReactNode;
  /** It is in the list for what is typed, not because of a word in it. */
  found?: boolean;
  /** Cannot be done now; choosing it says why. */
  unavailable?: boolean;
  /** What is typed afterwards, while the palette stays open. */
  query?: string;
  run?: () => void;
}

export interface PaletteGroup {
  title: string;
  items: readonly PaletteItem[];
  /** Something about what is typed, above the items. */
  note?: React.ReactNode;
  /** It is there on every page, so it stands below what this one can do. */
  everywhere?: boolean;
}

/** What a page puts into the palette, asked for each time something is typed. */
export type PaletteSource = (query: string) => readonly PaletteGroup[];

interface Palette {
  query: string;
  /** The pages' sources, the newest last. */
  sources: readonly { source: PaletteSource }[];
  /** Opens the palette, with this typed. */
  open: (query?: string) => void;
}

export type PaletteStore = StoreApi<Palette>;

/** Whether the palette's own field has the focus. */
const inField = (): boolean =>
  document.activeElement?.closest('[data-palette]') !== null && document.activeElement !== null;

/** Gives what is typed before the palette's field has the focus to the palette: no letter is lost. */
function typeAhead(add: (letter: string) => void): void {
  const stop = () => {
    window.removeEventListener('keydown', onKey, true);
    window.removeEventListener('focusin', onFocus);
    window.removeEventListener('pointerdown', stop);
  };
  const onFocus = () => {
    if (inField()) stop();
  };
  const onKey = (event: KeyboardEvent) => {
    if (inField() || event.key === 'Escape') return stop();
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    add(event.key);
  };
  window.addEventListener('keydown', onKey, true);
  window.addEventListener('focusin', onFocus);
  window.addEventListener('pointerdown', stop);
}

/** @param show draws the palette */
export const createPaletteStore = (show: () => void): PaletteStore =>
  createStore<Palette>()((set) => ({
    query: '',
    sources: [],
    open: (query = '') => {
      set({ query });
      if (!inField()) typeAhead((letter) => set((state) => ({ query: state.query + letter })));
      show();
    },
  }));

export const {
  StoreProvider: PaletteProvider,
  useStoreApi: usePaletteStore,
  useStoreState: usePalette,
} = createStoreContext<Palette>('palette');

/** Puts what this page can do into the palette, as long as the page is there. */
export function usePaletteSource(source: PaletteSource): void {
  const store = usePaletteStore();
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  useEffect(() => {
    const own = { source: (query: string) => latest.current(query) };
    store.setState(({ sources }) => ({ sources: [...sources, own] }));
    return () => store.setState(({ sources }) => ({ sources: sources.filter((one) => one !== own) }));
  }, [store]);
}

/** The headings of what a page can do as a whole, and of what it can do with one of the things that it shows. */
export const PAGE = 'This page';
export const ROWS = 'One of these';

const isCalled =
  (name: string) =>
  ({ title }: PaletteGroup): boolean =>
    title === name;

/**
 * What all sources say, the groups of the newest first and rows last. Groups of one title are one; each item is there
 * once, for a part of the page may be drawn twice, in the rail and in the menu of a small screen.
 * @param said by each source, the oldest first
 */
export const joined = (said: readonly (readonly PaletteGroup[])[]): PaletteGroup[] => {
  const titles = new Set(said.toReversed().flatMap((groups) => groups.map(({ title }) => title)));
  const all = said.flat();
  return [...titles]
    .map((title): PaletteGroup => {
      const parts = all.filter(isCalled(title));
      const items = new Map(parts.flatMap((group) => group.items.map((item) => [item.id, item])));
      return Object.assign({}, ...parts, { items: [...items.values()] }) as PaletteGroup;
    })
    .sort((a, b) => Number(isCalled(ROWS)(a)) - Number(isCalled(ROWS)(b)));
};

/** Of these the items that have every word of what is typed in them. */
export const matching = (groups: readonly PaletteGroup[], query: string): PaletteGroup[] => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ found, label, kind = '', keywords = '' }: PaletteItem) => {
    const text = `${label} ${kind} ${keywords}`.toLowerCase();
    return found === true || words.every((word) => text.includes(word));
  };
  return groups
    .map((group) => ({ ...group, items: group.items.filter(fits) }))
    .filter(({ items, note }) => items.length > 0 || note !== undefined);
};
