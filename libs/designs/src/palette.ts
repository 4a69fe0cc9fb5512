import { blockOf } from './blocks/index.js';
import type { MailNode } from './design.js';

/** What a person puts into a mail: a block, or a layout of columns. */
export interface PaletteEntry {
  id: string;
  label: string;
  /** Name of the glyph in the screens' icon set. */
  icon: string;
  summary: string;
  group: 'layout' | 'content' | 'ours';
  make(): MailNode;
}

const row = (...widths: (string | undefined)[]): MailNode => ({
  tagName: 'mj-section',
  attributes: {},
  children: widths.map((width) => ({
    tagName: 'mj-column',
    attributes: (width ? { width } : {}) as Record<string, string>,
    children: [],
  })),
});

const layouts: PaletteEntry[] = [
  { id: 'columns_1', label: 'One column', icon: 'square', make: () => row(undefined) },
  { id: 'columns_2', label: 'Two columns', icon: 'columns-2', make: () => row(undefined, undefined) },
  { id: 'columns_3', label: 'Three columns', icon: 'columns-3', make: () => row(undefined, undefined, undefined) },
  { id: 'columns_1_2', label: 'Narrow and wide', icon: 'layout-sidebar', make: () => row('35%', '65%') },
].map((entry) => ({ ...entry, group: 'layout', summary: 'Columns stand below each other on a phone.' }));

const ofBlock = (tagName: string, group: PaletteEntry['group']): PaletteEntry => {
  const { label, icon, summary, fresh } = blockOf(tagName)!;
  return { id: tagName, label, icon, summary, group, make: fresh };
};

/** Everything that the palette offers, in its order. */
export const palette: readonly PaletteEntry[] = [
  ...['mj-text', 'mj-button', 'mj-image', 'mj-divider', 'mj-spacer', 'mj-social'].map((tag) => ofBlock(tag, 'content')),
  ...layouts,
  ...['cx-header', 'cx-course', 'cx-footer'].map((tag) => ofBlock(tag, 'ours')),
];
