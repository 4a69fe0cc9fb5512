import { rowTags, type MailNode } from '#designs';
import type { Component, Editor } from 'grapesjs';

/*
 * The parts of a mail as GrapesJS holds them. A part's settings are the property `mj`, not its attributes: GrapesJS
 * writes attributes into the page, and its undo watches every property.
 */

/** The view of a component, as far as it is used here. */
export interface View {
  el: HTMLElement;
  model: Component;
  getChildrenContainer(): HTMLElement;
  disableEditing(): Promise<void>;
}

export const typeOf = (part: Component): string => String(part.get('type') ?? '');

const rows = new Set<string>(rowTags);

/** Types that other parts stand in on the paper. */
export const holders = new Set(['mj-section', 'mj-column']);

/** Whether a type stands among the rows of a mail. */
export const isRow = (type: string): boolean => rows.has(type);

export const settingsOf = (part: Component): Record<string, string> =>
  (part.get('mj') as Record<string, string> | undefined) ?? {};

export const onlyOf = (part: Component): string | undefined => (part.get('only') as string | undefined) || undefined;

/** What is inside a block but not edited on the paper, such as its networks. */
export const partsOf = (part: Component): readonly MailNode[] | undefined =>
  part.get('parts') as readonly MailNode[] | undefined;

export const viewOf = (part: Component): View | undefined => (part as unknown as { view?: View }).view;

/** The part that is being written in. GrapesJS answers the model, whatever its types say. */
export const writtenIn = (editor: Editor): Component | undefined =>
  (editor.getModel() as unknown as { getEditing(): Component | undefined }).getEditing() || undefined;

export const bodyOf = (editor: Editor): Component => editor.getWrapper()!;

/** The row of a column that stands alone in it: the two are one to whoever designs. */
export function rowOfLone(part: Component): Component | undefined {
  const row = part.parent();
  return typeOf(part) === 'mj-column' && row?.components().length === 1 ? row : undefined;
}

/** Whether a part is on the paper; one that an undo took away may still be chosen. */
export const isThere = (editor: Editor, part: Component): boolean => inOrder(editor).some((one) => one.part === part);

/** Every row, column and block in reading order; a column that is alone in its row is left out. */
export function inOrder(editor: Editor): { part: Component; depth: number }[] {
  const found: { part: Component; depth: number }[] = [];
  const visit = (part: Component, depth: number): void => {
    const lone = rowOfLone(part) !== undefined;
    if (!lone) found.push({ part, depth });
    if (holders.has(typeOf(part)))
      part.components().forEach((child: Component) => visit(child, lone ? depth : depth + 1));
  };
  bodyOf(editor)
    .components()
    .forEach((row: Component) => visit(row, 0));
  return found;
}

/** The row that a part stands in, which may be itself. */
export function rowOf(editor: Editor, part: Component | undefined): Component | undefined {
  const body = bodyOf(editor);
  let at = part;
  for (let depth = 0; at && at.parent() !== body && depth < 8; depth += 1) at = at.parent();
  return at;
}

/** Whether a part is the other one, or stands in it. */
export function isWithin(outer: Component, part: Component): boolean {
  let at: Component | undefined = part;
  for (let depth = 0; at && at !== outer && depth < 8; depth += 1) at = at.parent();
  return at === outer;
}

export const partById = (editor: Editor, id: string): Component | undefined =>
  inOrder(editor).find(({ part }) => part.getId() === id)?.part;

/** The part that a pointer into the design means: `/rows/2/children/0/children/1/attributes/href`. */
export function partAt(editor: Editor, pointer: string): Component | undefined {
  const steps = pointer.split('/').slice(1);
  if (steps[0] !== 'rows') return undefined;
  const rows = bodyOf(editor)
    .components()
    .filter((row: Component) => isRow(typeOf(row)));
  let at = rows[Number(steps[1])];
  for (let step = 2; at && steps[step] === 'children'; step += 2) {
    const next = at.components().at(Number(steps[step + 1]));
    if (!next) break;
    at = next;
  }
  return at && (rowOfLone(at) ?? at);
}
