import { ActionIcon } from '@mantine/core';
import { IconDots, IconGripVertical } from '@tabler/icons-react';
import { isGroup, type Rule } from '#rules';
import type { DragEvent, KeyboardEvent, ReactNode } from 'react';
import { CommandMenu } from '../../ui/commands/command-menu';
import { fromClipboard, toClipboard } from '../tree/clipboard';
import { placeOf } from '../tree/rule-edits';
import { useRows, type Rows } from '../tree/rows-context';
import { mayStandAt, pointerOf, ruleAt, type Path } from '../tree/tree';

/** The row that is being dragged; a drag's data cannot be read before it is dropped. */
let dragged: { tree: string; path: Path; rule: Rule } | undefined;
const drag = (what: typeof dragged) => {
  dragged = what;
};

/** Whether the dragged row may fall at a path of this rule. */
function mayDrop(rows: Rows, to: Path): boolean {
  if (!dragged || rows.readOnly || !mayStandAt(dragged.rule, to, rows.deepest)) return false;
  const pasted = fromClipboard(toClipboard([dragged.rule]), placeOf(rows.context));
  return pasted !== undefined && 'rules' in pasted;
}

/** What makes a place of the rule take dragged rows; `at` says from the pointer's height before what they fall. */
export function useDropTarget(at: (event: DragEvent<HTMLElement>) => Path) {
  const rows = useRows();
  return {
    onDragOver: (event: DragEvent<HTMLElement>) => {
      const to = at(event);
      if (!mayDrop(rows, to)) return;
      event.preventDefault();
      event.stopPropagation();
      rows.setDropPlace(pointerOf(to));
    },
    onDrop: (event: DragEvent<HTMLElement>) => {
      const to = at(event);
      if (!dragged || !mayDrop(rows, to)) return;
      event.preventDefault();
      event.stopPropagation();
      rows.setDropPlace(undefined);
      if (dragged.tree === rows.id) rows.move(dragged.path, to);
      else rows.insert(to, [dragged.rule]);
    },
    onDragLeave: () => rows.setDropPlace(undefined),
  };
}

/** The frame of a row or group: a handle to drag it or move it by keys, its content, and its menu. */
export function RowFrame({ path, children }: { path: Path; children: ReactNode }) {
  const rows = useRows();
  const after = [...path.slice(0, -1), path.at(-1)! + 1];
  const fall = useDropTarget((event) => {
    const { top, height } = event.currentTarget.getBoundingClientRect();
    return event.clientY < top + height / 2 ? path : after;
  });
  const isLast = !ruleAt(rows.root, after);
  const falling =
    rows.dropPlace === pointerOf(path) ? 'before' : isLast && rows.dropPlace === pointerOf(after) ? 'after' : undefined;
  return (
    <div className="rule-row" data-tree={rows.id} data-pointer={pointerOf(path)} data-falling={falling} {...fall}>
      {rows.readOnly ? null : <Handle path={path} />}
      {children}
      {rows.readOnly ? null : <RowMenu path={path} />}
    </div>
  );
}

function Handle({ path }: { path: Path }) {
  const rows = useRows();
  const rule = ruleAt(rows.root, path)!;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined;
    const act = by
      ? rows.step(path, by)
      : event.key === 'Delete' || event.key === 'Backspace'
        ? () => rows.remove(path)
        : (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd'
          ? () => rows.duplicate(path)
          : undefined;
    if (!by && !act) return;
    event.preventDefault();
    act?.();
  };
  const onDragStart = (event: DragEvent<HTMLElement>) => {
    event.stopPropagation();
    drag({ tree: rows.id, path, rule });
    event.dataTransfer.effectAllowed = 'copyMove';
    event.dataTransfer.setData('text/plain', toClipboard([rule]));
    const row = event.currentTarget.closest('.rule-row');
    if (row) event.dataTransfer.setDragImage(row, 8, 16);
  };
  // Not a <button>: Firefox does not drag those.
  return (
    <span
      role="button"
      tabIndex={0}
      className="rule-handle"
      draggable
      aria-label={`Move ${isGroup(rule) ? 'group' : 'row'} ${path.map((index) => index + 1).join('.')}`}
      title="Drag it, or use the arrow keys"
      data-handle={`${rows.id}${pointerOf(path)}`}
      onKeyDown={onKeyDown}
      onDragStart={onDragStart}
      onDragEnd={() => {
        drag(undefined);
        rows.setDropPlace(undefined);
      }}
    >
      <IconGripVertical size={16} stroke={1.5} aria-hidden />
    </span>
  );
}

/** What can be done with a row, by mouse and keyboard alike. */
function RowMenu({ path }: { path: Path }) {
  const rows = useRows();
  const wide = isGroup(ruleAt(rows.root, path)!);
  const items: [label: string, act: (() => void) | undefined][] = [
    ['Duplicate', () => rows.duplicate(path)],
    ['Copy', () => rows.copy(path)],
    ['Paste below', () => rows.paste(path)],
    ['Move up', rows.step(path, -1)],
    ['Move down', rows.step(path, 1)],
    ['Put in a group', rows.wrap(path)],
    ['Take out of the group', rows.unwrap(path)],
    ['Remove', () => rows.remove(path)],
  ];
  return (
    <CommandMenu
      title="Conditions"
      about={`${wide ? 'Group' : 'Condition'} ${path.map((index) => index + 1).join('.')}`}
      target={
        <ActionIcon aria-label={wide ? 'More actions for this group' : 'More actions for this row'}>
          <IconDots size={16} stroke={1.5} />
        </ActionIcon>
      }
      parts={[{ commands: items.map(([label, run]) => run !== undefined && { label, run }) }]}
    />
  );
}
