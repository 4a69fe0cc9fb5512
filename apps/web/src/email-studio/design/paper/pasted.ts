import { inert } from './load-read';

/*
 * What other programs put on the clipboard says much of its own look and little of what the words are: Word writes lists
 * as paragraphs, Google Docs everything in bold that is not bold, browsers the colours of where it came from.
 */

const lists = new Set(['ul', 'ol']);
const blocks = new Set([
  ...lists,
  ...['p', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'section', 'article', 'header', 'footer'],
  ...['main', 'aside', 'nav', 'figure', 'figcaption', 'address', 'center', 'dl', 'dt', 'dd', 'hr'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th'],
]);
const headings = new Set(['h1', 'h2', 'h3']);
const blockSelector = [...blocks].join(',');

/** What says nothing, and the mark that browsers put behind a copied line. */
const wordless = 'script,style,title,xml,template,noscript,svg,math,iframe,object,embed,br.Apple-interchange-newline';

const nameOf = (node: Node): string => (node instanceof Element ? node.localName : '');
const styleOf = (el: Element): string => el.getAttribute('style') ?? '';
const hasWords = (node: Node): boolean => /[^\s\u00a0]/.test(node.textContent ?? '') || isChip(node);
const isChip = (node: Node): boolean =>
  node instanceof Element && (node.matches('[data-liquid]') || node.querySelector('[data-liquid]') !== null);

/** Pasted HTML as elements that are only paragraphs, headings, lists, links and marks; loads nothing and runs nothing. */
export function pastedWords(html: string): HTMLElement {
  const body = inert(html);
  for (const el of body.querySelectorAll(wordless)) el.remove();
  for (const note of commentsIn(body)) note.remove();
  const lines = [...body.querySelectorAll('p')].filter((line) => /mso-list\s*:/i.test(styleOf(line)));
  for (const line of lines) listItemOf(line);
  for (const el of body.querySelectorAll('*')) plain(el);
  // A part of a line goes into the line of the caret.
  if (!body.querySelector(blockSelector)) return body;
  const out = body.ownerDocument.createElement('div');
  const flow = createFlow(out);
  flow.take(body);
  flow.close();
  return out;
}

/** Comments are no words, and Word writes conditions into them. */
function commentsIn(body: HTMLElement): ChildNode[] {
  const found: ChildNode[] = [];
  const all = body.ownerDocument.createNodeIterator(body, NodeFilter.SHOW_COMMENT);
  for (let node = all.nextNode(); node; node = all.nextNode()) found.push(node as ChildNode);
  return found;
}

/** Word's own paragraph with a bullet in it, as an item of the list above it. */
function listItemOf(line: Element): void {
  const bullets = [...line.querySelectorAll('span')].filter((span) => /mso-list\s*:\s*ignore/i.test(styleOf(span)));
  const name = /^\s*\(?[\da-z]{1,4}[.)]/i.test(bullets[0]?.textContent ?? '') ? 'ol' : 'ul';
  for (const bullet of bullets) bullet.remove();
  const item = line.ownerDocument.createElement('li');
  item.append(...line.childNodes);
  const above = line.previousElementSibling;
  if (above?.localName === name && above.hasAttribute('data-word')) {
    above.append(item);
    line.remove();
    return;
  }
  const list = line.ownerDocument.createElement(name);
  list.setAttribute('data-word', '');
  list.append(item);
  line.replaceWith(list);
}

/** Says marks by tags instead of styles, and forgets colours, which are those of another page. */
function plain(el: Element): void {
  if (el.hasAttribute('data-liquid')) return;
  const style = styleOf(el);
  const weight = /(?:^|;)\s*font-weight\s*:\s*([\w]+)/i.exec(style)?.[1]?.toLowerCase() ?? '';
  const isHeavy = weight === 'bold' || weight === 'bolder' || Number(weight) >= 600;
  const align = /(?:^|;)\s*text-align\s*:\s*(center|right)\s*(?:;|$)/i.exec(style)?.[1];
  if (align) el.setAttribute('style', `text-align:${align}`);
  else el.removeAttribute('style');
  el.removeAttribute('color');
  if (el.localName === 'b' || el.localName === 'strong') {
    if (weight !== '' && !isHeavy) el.replaceWith(...el.childNodes);
    return;
  }
  if (el.localName !== 'span') return;
  const lines = /(?:^|;)\s*text-decoration(?:-line)?\s*:([^;]*)/i.exec(style)?.[1] ?? '';
  const marks = [
    isHeavy ? 'b' : '',
    /(?:^|;)\s*font-style\s*:\s*italic/i.test(style) ? 'i' : '',
    // A link is underlined by itself.
    lines.includes('underline') && !el.closest('a') && !el.querySelector('a') ? 'u' : '',
    lines.includes('line-through') ? 's' : '',
  ];
  for (const name of marks.filter(Boolean)) {
    const mark = el.ownerDocument.createElement(name);
    mark.append(...el.childNodes);
    el.append(mark);
  }
}

/** Puts words into an element, in paragraphs, headings and lists that do not stand in each other. */
function createFlow(out: HTMLElement): { take: (from: Node) => void; close: () => void } {
  const doc = out.ownerDocument;
  let open: Element | undefined;
  const close = () => {
    if (open && !hasWords(open)) open.remove();
    open = undefined;
  };
  const begin = (name: string, like?: Element) => {
    close();
    open = doc.createElement(name);
    const style = like?.getAttribute('style');
    if (style) open.setAttribute('style', style);
    out.append(open);
  };
  const inline = (node: Node) => {
    if (!open && !hasWords(node)) return;
    if (!open) begin('p');
    open!.append(node);
  };
  const take = (from: Node) => {
    for (const node of [...from.childNodes]) {
      const name = nameOf(node);
      if (lists.has(name)) {
        close();
        const list = doc.createElement(name);
        for (const item of node.childNodes) addItem(list, item);
        if (list.childElementCount > 0) out.append(list);
      } else if (name === 'td' || name === 'th') {
        // The cells of a row are one line.
        take(node);
        if (open) open.append(' ');
      } else if (blocks.has(name)) {
        begin(headings.has(name) ? name : 'p', node as Element);
        take(node);
        close();
      } else if (node instanceof Element && node.querySelector(blockSelector)) take(node);
      else inline(node);
    }
  };
  return { take, close };
}

/** An item keeps its words and the lists in it. */
function addItem(list: Element, from: Node): void {
  if (nameOf(from) !== 'li') {
    // Some programs put the inner list between the items.
    if (lists.has(nameOf(from))) for (const item of from.childNodes) addItem(list, item);
    return;
  }
  const doc = list.ownerDocument;
  const item = doc.createElement('li');
  const fill = (node: Node) => {
    for (const child of [...node.childNodes]) {
      const name = nameOf(child);
      if (lists.has(name)) {
        const inner = doc.createElement(name);
        for (const one of child.childNodes) addItem(inner, one);
        item.append(inner);
      } else if (blocks.has(name)) fill(child);
      else item.append(child);
    }
  };
  fill(from);
  if (hasWords(item)) list.append(item);
}
