import type { MailNode } from '#designs';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createStoreContext } from '../../../ui/store-context';

/** One row or block of the mail, in reading order, as the outline lists it. */
export interface Part {
  id: string;
  type: string;
  /** 0 for a row, 1 for what stands in its columns. */
  depth: number;
  /** The beginning of what it says. */
  words: string;
  /** The Liquid condition under which it is shown. */
  only: string | undefined;
}

/** The part whose settings are open. */
export interface Chosen {
  id: string;
  type: string;
  attributes: Readonly<Record<string, string>>;
  only: string | undefined;
  /** What is inside it but not edited on the paper. */
  parts: readonly MailNode[] | undefined;
  /** The words of a footer, which are written beside the paper. */
  content: string | undefined;
}

/** What a paragraph is. */
export type TextStyle = 'p' | 'h1' | 'h2' | 'h3';

/** What the panels beside the paper show. Changed by choosing, moving and settings, never by typing. */
export interface PaperState {
  parts: readonly Part[];
  chosen: Chosen | undefined;
  /** Settings of the whole mail. */
  mail: Readonly<Record<string, string>>;
  /** What is being written in: a text, or one line such as a button's. */
  writing: 'text' | 'line' | undefined;
  marks: {
    bold: boolean;
    italic: boolean;
    list: boolean;
    numbers: boolean;
    style: TextStyle;
    link: string | undefined;
  };
  /** The Liquid of the personal word that was clicked, to be changed. */
  word: string | undefined;
}

export type PaperStore = StoreApi<PaperState>;

export const noMarks: PaperState['marks'] = {
  bold: false,
  italic: false,
  list: false,
  numbers: false,
  style: 'p',
  link: undefined,
};

export const createPaperStore = (): PaperStore =>
  createStore<PaperState>(() => ({
    parts: [],
    chosen: undefined,
    mail: {},
    writing: undefined,
    marks: noMarks,
    word: undefined,
  }));

/** Sets what differs, so that nothing is drawn again for an equal answer. */
export function put(store: PaperStore, change: Partial<PaperState>): void {
  const before = store.getState();
  const differs = Object.entries(change).filter(
    ([name, value]) => JSON.stringify(before[name as keyof PaperState]) !== JSON.stringify(value),
  );
  if (differs.length > 0) store.setState(Object.fromEntries(differs) as Partial<PaperState>);
}

export const { StoreProvider: PaperProvider, useStoreState: usePaper } = createStoreContext<PaperState>('paper');
