import { compile, type DomNode, type FormatCallback } from 'html-to-text';

/** Elements deeper than this are left out; nothing a person writes is. */
const DEEPEST = 250;
/** Between two cells of a row that hold plain text. */
const CELL = ' | ';

const blocks = new Set([
  ...['address', 'article', 'blockquote', 'div', 'dl', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr'],
  ...['main', 'ol', 'p', 'pre', 'section', 'table', 'ul'],
]);

const hasBlock = (nodes: readonly DomNode[] = []): boolean =>
  nodes.some((node) => blocks.has(node.name ?? '') || hasBlock(node.children));
const hasContent = (nodes: readonly DomNode[] = []): boolean =>
  nodes.some(
    (node) =>
      (node.type === 'text' && /\S/.test(node.data ?? '')) ||
      (node.name === 'img' && Boolean(node.attribs?.alt)) ||
      hasContent(node.children),
  );

/** A row of a table is a line; its cells are kept apart where they hold plain text (tables for layout hold blocks). */
const tableRow: FormatCallback = (row: DomNode, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  let written = false;
  for (const cell of row.children ?? []) {
    if (cell.name !== 'td' && cell.name !== 'th') continue;
    if (hasBlock(cell.children)) {
      builder.openBlock({ leadingLineBreaks: 1 });
      walk(cell.children, builder);
      builder.closeBlock({ trailingLineBreaks: 1 });
      written = false;
    } else if (hasContent(cell.children)) {
      if (written) builder.addInline(CELL);
      walk(cell.children, builder);
      written = true;
    }
  }
  builder.closeBlock({ trailingLineBreaks: 1 });
};

/** An image says its alt text, as it does where images are off. */
const imageText: FormatCallback = (image: DomNode, _walk, builder) => {
  const alt: unknown = image.attribs?.alt;
  if (typeof alt === 'string' && alt.trim() !== '') builder.addInline(alt);
};

/** The text part of a mail, made from its rendered HTML: what a reader sees, links in brackets behind their words. */
export const textOfHtml = compile({
  wordwrap: false,
  limits: { maxInputLength: 1_500_000, maxDepth: DEEPEST, ellipsis: '' },
  formatters: { tableRow, imageText },
  selectors: [
    ...['head', 'title', 'style', 'script'].map((selector) => ({ selector, format: 'skip' })),
    { selector: 'img', format: 'imageText' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'tableRow' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

const OPEN = '\ufdd0';
const CLOSE = '\ufdd1';
/** Noncharacters, which no text contains on purpose. */
const marks = /[\ufdd0\ufdd1]/g;
const place = /\ufdd0(\d+)\ufdd1/;
/** What HTML takes for white space; the same as the converter does. */
const space = /[ \t\r\n\f\u200b]+/g;
/** Most values have nothing of either. */
const toTidy = /[\ufdd0\ufdd1\t\r\n\f\u200b]| {2}/;
/** Shapes kept of one mail. */
const MOST_SHAPES = 64;

/** Collects the values of one mail, leaving a numbered mark in the place of each. */
export class Marks {
  private readonly numbers = new Map<string, number>();

  /** What stands for a value in the HTML: a mark, with the white space around the value outside it. */
  mark(value: string): string {
    const text = toTidy.test(value) ? value.replace(marks, '').replace(space, ' ') : value;
    const core = text.trim();
    if (core === '') return text;
    const known = this.numbers.get(core) ?? this.numbers.size;
    this.numbers.set(core, known);
    if (core === text) return `${OPEN}${known}${CLOSE}`;
    const at = text.indexOf(core);
    return `${text.slice(0, at)}${OPEN}${known}${CLOSE}${text.slice(at + core.length)}`;
  }

  get values(): string[] {
    return [...this.numbers.keys()];
  }
}

/**
 * The text parts of the mails of one template. Converting HTML costs many times what filling in costs, so each shape of
 * the HTML (its branches, loops and empty values) is converted once, with marks for the values, and filled in for each mail.
 */
export class TextShapes {
  /** Of each shape, its text split at the marks: text, the number of a value, text, …, text. */
  private readonly shapes = new Map<string, (string | number)[]>();

  text(shape: string, values: readonly string[]): string {
    let parts = this.shapes.get(shape);
    if (!parts) {
      parts = textOfHtml(shape)
        .split(place)
        .map((part, at) => (at % 2 === 0 ? part : Number(part)));
      if (this.shapes.size >= MOST_SHAPES) this.shapes.delete(this.shapes.keys().next().value!);
      this.shapes.set(shape, parts);
    }
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : (values[part] ?? '');
    return text;
  }
}
