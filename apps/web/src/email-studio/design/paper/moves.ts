import { designLimits, type MailNode } from '#designs';
import type { Component, Editor } from 'grapesjs';
import { definitionOf } from './load-read';
import { bodyOf, holders, inOrder, isRow, isWithin, rowOf, settingsOf, typeOf, viewOf } from './model';

export type Step = 1 | -1;

export function choose(editor: Editor, part: Component | undefined): void {
  editor.select(part as Component);
  if (part) viewOf(part)?.el.scrollIntoView({ block: 'nearest' });
}

/** Chooses the part before or after in reading order; the first or last of all where none is chosen. */
export function walk(editor: Editor, step: Step): void {
  const all = inOrder(editor).map(({ part }) => part);
  const chosen = editor.getSelected();
  const at = chosen ? all.indexOf(chosen) : step > 0 ? -1 : all.length;
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  if (next) choose(editor, next);
}

/** Moves a row among the rows, a block through its column and on into the next one. Whether there was a place. */
export function move(editor: Editor, part: Component, step: Step): boolean {
  const parent = part.parent();
  if (!parent) return false;
  const at = part.index() + step;
  if (at >= 0 && at < parent.components().length) {
    part.move(parent, { at: step > 0 ? at + 1 : at });
    choose(editor, part);
    return true;
  }
  if (holders.has(typeOf(part)) || isRow(typeOf(part))) return false;
  const columns = bodyOf(editor).findType('mj-column');
  const next = columns[columns.indexOf(parent) + step];
  if (!next) return false;
  part.move(next, { at: step > 0 ? 0 : next.components().length });
  choose(editor, part);
  return true;
}

/** Puts a copy of a part after it; columns are not copied, for a row holds only a few. */
export function duplicate(editor: Editor, part: Component): void {
  if (typeOf(part) === 'mj-column') return;
  const [made] = part.parent()?.append(part.clone() as never, { at: part.index() + 1 }) ?? [];
  if (made) choose(editor, made);
}

/** Takes a part away and chooses its neighbour. */
export function remove(editor: Editor, part: Component): void {
  const all = inOrder(editor).map((one) => one.part);
  const gone = new Set(all.filter((one) => isWithin(part, one)));
  const at = all.indexOf(part);
  const neighbour =
    all.slice(at + 1).find((one) => !gone.has(one)) ??
    all
      .slice(0, at)
      .reverse()
      .find((one) => !gone.has(one));
  const row = typeOf(part) === 'mj-column' ? part.parent() : undefined;
  part.remove();
  if (row) widen(row);
  choose(editor, neighbour);
}

/** A column that is alone takes the whole row, whatever its share was. */
function widen(row: Component): void {
  const [column, other] = row.components().models;
  if (!column || other) return;
  const { width: _share, ...settings } = settingsOf(column);
  column.set('mj', settings);
}

/** Puts a block or row where it is most likely meant, and chooses it. */
export function insert(editor: Editor, node: MailNode): void {
  const place = isRow(node.tagName) ? undefined : placeInColumn(editor.getSelected());
  if (place) {
    const [made] = place.column.append(definitionOf(node) as never, { at: place.at });
    return choose(editor, made);
  }
  const row = isRow(node.tagName) ? node : inRow(node);
  const [made] = bodyOf(editor).append(definitionOf(row) as never, { at: placeAmongRows(editor) });
  choose(editor, row === node ? made : made?.components().at(0)?.components().at(0));
}

/** For a block: after the chosen one, in the chosen column, or in the first column of the chosen row that is empty. */
function placeInColumn(chosen: Component | undefined): { column: Component; at: number } | undefined {
  if (!chosen) return undefined;
  const inside =
    typeOf(chosen) === 'mj-section'
      ? chosen.components().find((one: Component) => one.components().length === 0)
      : typeOf(chosen) === 'mj-column'
        ? chosen
        : undefined;
  const column = inside ?? chosen.parent();
  if (!column || typeOf(column) !== 'mj-column' || column.components().length >= designLimits.leaves) return undefined;
  return { column, at: inside ? column.components().length : chosen.index() + 1 };
}

/** For a row: after the chosen one, or at the end, but before a footer. */
function placeAmongRows(editor: Editor): number {
  const rows = bodyOf(editor).components().models;
  const chosen = rowOf(editor, editor.getSelected());
  const after = chosen ? chosen.index() + 1 : rows.length;
  const last = rows[after - 1];
  return last && typeOf(last) === 'cx-footer' ? after - 1 : after;
}

/** A block with a row and a column of its own. */
export const inRow = (node: MailNode): MailNode => ({
  tagName: 'mj-section',
  attributes: {},
  children: [{ tagName: 'mj-column', attributes: {}, children: [node] }],
});

/** Begins to write in a text or button. */
export const write = (part: Component): void => void part.trigger('active');
