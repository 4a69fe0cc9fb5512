import { blockOf, chipsFromLiquid, liquidFromChips, type Design, type MailNode } from '#designs';
import type { Component, Editor } from 'grapesjs';
import { bodyOf, holders, isRow, onlyOf, partsOf, settingsOf, typeOf, viewOf, writtenIn } from './model';

/** Types whose words stand in `content`. */
const wordy = new Set(['mj-text', 'mj-button']);

/** A node of the design as GrapesJS takes it. */
export const definitionOf = (node: MailNode): object => ({
  type: node.tagName,
  mj: { ...node.attributes },
  ...(node.only ? { only: node.only } : {}),
  ...(node.content === undefined ? {} : { content: chipsFromLiquid(node.content) }),
  ...(node.children && holders.has(node.tagName) ? { components: node.children.map(definitionOf) } : {}),
  // What is inside a block of its own kind, such as its networks, is a setting to the canvas.
  ...(node.children && !holders.has(node.tagName) ? { parts: node.children } : {}),
});

/** Puts a design on the paper. It cannot be undone, for it is where undo begins. */
export function loadDesign(editor: Editor, design: Design): void {
  editor.UndoManager.skip(() => putDesign(editor, design));
  editor.UndoManager.clear();
}

/** Puts a design in place of what is there, as one step that can be undone. */
export function putDesign(editor: Editor, design: Design): void {
  const body = bodyOf(editor);
  body.set('mj', { ...design.body });
  body.components(design.rows.map(definitionOf) as never);
}

/** A part as the design has it; of the one being written in, what its element says this moment. */
export function nodeOf(editor: Editor, part: Component): MailNode {
  const type = typeOf(part);
  const only = onlyOf(part);
  const node: MailNode = { tagName: type, attributes: { ...settingsOf(part) } };
  if (only) node.only = only;
  if (holders.has(type))
    node.children = part
      .components()
      .filter((child: Component) => blockOf(typeOf(child)) !== undefined)
      .map((child: Component) => nodeOf(editor, child));
  else {
    const content = wordsOf(editor, part);
    if (content || wordy.has(type)) node.content = content;
    const parts = partsOf(part);
    if (parts) node.children = structuredClone(parts) as MailNode[];
  }
  return node;
}

/** The words of a part with their Liquid. */
export function wordsOf(editor: Editor, part: Component): string {
  // What is being typed is in the element and not yet in the model.
  const live = writtenIn(editor) === part ? viewOf(part)?.getChildrenContainer() : undefined;
  return liquidFromChips(live ?? inert(String(part.get('content') ?? '')));
}

/** HTML as elements that load nothing and run nothing. */
export const inert = (html: string): HTMLElement => new DOMParser().parseFromString(html, 'text/html').body;

/** The whole design; types that are not ours, however they came in, are left out. */
export const readDesign = (editor: Editor): Design => ({
  v: 1,
  body: { ...settingsOf(bodyOf(editor)) },
  rows: bodyOf(editor)
    .components()
    .filter((row: Component) => isRow(typeOf(row)))
    .map((row: Component) => nodeOf(editor, row)),
});
