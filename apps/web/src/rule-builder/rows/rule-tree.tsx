import { notifications } from '@mantine/notifications';
import { isGroup, type Group, type Rule } from '#rules';
import { use, useEffect, useId, useRef, useState, type ClipboardEvent, type ReactNode } from 'react';
import { clipboardText, copyText, keepCopy } from '../../ui/copying/clipboard';
import { fromClipboard, toClipboard } from '../tree/clipboard';
import { drawnDepth, placeOf, type Context } from '../tree/rule-edits';
import { RowsContext, type Rows } from '../tree/rows-context';
import type { Choice } from '../suggestions';
import { insertAt, mayStandAt, moveTo, pointerOf, putAt, removeAt, ruleAt, stepOf, type Path } from '../tree/tree';

interface RuleTreeProps {
  root: Group;
  /** Gets undefined when the last row is gone. */
  onChange: (root: Group | undefined) => void;
  context: Context;
  /** JSON pointer of this rule in the whole one. */
  pointer?: string;
  steps?: Choice[] | undefined;
  activityType?: string | undefined;
  readOnly: boolean;
  /** The rows, drawn by whoever knows how. */
  children: ReactNode;
}

const nth = (path: Path) => `row ${path.map((index) => index + 1).join('.')}`;

/** A question without a subject yet, also alone in a group. */
const isOpen = (rule: Rule): boolean =>
  isGroup(rule) ? rule.conditions.length === 1 && isOpen(rule.conditions[0]!) : rule.field === '';

/** A rule as rows that can be moved, copied and pasted, by mouse and by keys; focus and a spoken word follow them. */
export function RuleTree(props: RuleTreeProps) {
  const { root, onChange, context, pointer = '', steps, activityType, readOnly, children } = props;
  const id = useId();
  // Metadata inside a rule about people belongs where that rule stands; alone it is a step's.
  const inAutomation = use(RowsContext)?.inAutomation ?? context !== 'list';
  const box = useRef<HTMLDivElement>(null);
  const focusNext = useRef<Path | undefined>(undefined);
  const [spoken, setSpoken] = useState('');
  const [dropPlace, setDropPlace] = useState<string>();
  const deepest = context === 'where' ? 1 : drawnDepth;
  const place = placeOf(context);

  useEffect(() => {
    const path = focusNext.current;
    if (!path || !ruleAt(root, path)) return;
    focusNext.current = undefined;
    box.current?.querySelector<HTMLElement>(`[data-handle="${id}${pointerOf(path)}"]`)?.focus();
  });

  const change = (next: Group | undefined, focus: Path | undefined, words: string) => {
    focusNext.current = focus;
    setSpoken(words);
    onChange(next);
  };
  const insert: Rows['insert'] = (path, rules) => {
    const wanted = rules.filter((rule) => mayStandAt(rule, path, deepest));
    if (wanted.length < rules.length) {
      notifications.show({
        message: 'Groups can be nested two levels deep here. Some groups were left out: add them at the top level.',
      });
    }
    if (wanted.length === 0) return;
    const fresh = wanted.map((rule) => structuredClone(rule));
    const [only] = fresh;
    // An open question takes the cursor itself.
    const open = fresh.length === 1 && only !== undefined && isOpen(only);
    change(
      insertAt(root, path, fresh),
      open ? undefined : path,
      `${fresh.length === 1 ? 'A row' : `${fresh.length} rows`} added.`,
    );
  };
  const remove: Rows['remove'] = (path) => {
    const next = removeAt(root, path);
    const parent = path.slice(0, -1);
    const near = [path, [...parent, path.at(-1)! - 1], parent].find(
      (one) => next && one.length > 0 && ruleAt(next, one),
    );
    change(next, near, `Removed ${nth(path)}.`);
  };
  const move: Rows['move'] = (from, to) => {
    const rule = ruleAt(root, from);
    const moved = rule && mayStandAt(rule, to, deepest) ? moveTo(root, from, to) : undefined;
    if (moved) change(moved.root, moved.at, `Moved to ${nth(moved.at)}.`);
  };
  const pasteText = (text: string, after: Path): boolean => {
    const pasted = fromClipboard(text, place);
    if (!pasted) return false;
    if ('problem' in pasted) notifications.show({ message: pasted.problem });
    else insert([...after.slice(0, -1), after.at(-1)! + 1], pasted.rules);
    return true;
  };
  const rows: Rows = {
    id,
    root,
    pointer,
    context,
    deepest,
    readOnly,
    inAutomation,
    steps,
    activityType,
    put: (path, rule) => onChange(putAt(root, path, rule)),
    insert,
    remove,
    move,
    step: (path, by) => {
      const to = stepOf(root, path, by, deepest);
      return to && (() => move(path, to));
    },
    duplicate: (path) => {
      const rule = ruleAt(root, path);
      if (!rule) return;
      const next = [...path.slice(0, -1), path.at(-1)! + 1];
      insert(next, [rule]);
      // Whoever works with rows goes on with them, also where the copy is an open question.
      focusNext.current = next;
    },
    copy: (path) => {
      const rule = ruleAt(root, path);
      if (rule) void copyText('rules', toClipboard([rule])).then(() => setSpoken(`Copied ${nth(path)}.`));
    },
    paste: (after) =>
      void clipboardText('rules').then((text) => {
        if (!pasteText(text, after)) notifications.show({ message: 'There is no rule on the clipboard.' });
      }),
    wrap: (path) => {
      const rule = ruleAt(root, path);
      const parent = ruleAt(root, path.slice(0, -1));
      if (!rule || !parent || !isGroup(parent)) return undefined;
      const group: Rule = { operator: parent.operator === 'OR' ? 'AND' : 'OR', conditions: [rule] };
      if (!mayStandAt(group, path, deepest)) return undefined;
      return () => change(putAt(root, path, group), [...path, 0], 'Put in a group.');
    },
    unwrap: (path) => {
      const group = ruleAt(root, path);
      if (!group || !isGroup(group) || group.operator === 'NOT') return undefined;
      return () => {
        const parent = ruleAt(root, path.slice(0, -1)) as Group;
        const at = path.at(-1)!;
        const conditions = [...parent.conditions.slice(0, at), ...group.conditions, ...parent.conditions.slice(at + 1)];
        change(putAt(root, path.slice(0, -1), { ...parent, conditions }), path, 'Taken out of the group.');
      };
    },
    dropPlace,
    setDropPlace,
  };

  const pathUnder = (target: EventTarget): Path | undefined => {
    const handle = (target as HTMLElement).closest<HTMLElement>('[data-handle]')?.dataset.handle;
    return handle?.startsWith(id) ? pathIn(handle.slice(id.length)) : undefined;
  };
  const onCopy = (event: ClipboardEvent) => {
    const path = pathUnder(event.target);
    const rule = path && ruleAt(root, path);
    if (!rule) return;
    event.preventDefault();
    event.stopPropagation();
    const text = toClipboard([rule]);
    keepCopy('rules', text);
    event.clipboardData.setData('text/plain', text);
    setSpoken(`Copied ${nth(path)}.`);
    if (event.type === 'cut' && !readOnly) remove(path);
  };
  const onPaste = (event: ClipboardEvent) => {
    if (readOnly || event.defaultPrevented) return;
    const item = (event.target as HTMLElement).closest<HTMLElement>(`[data-tree="${id}"]`);
    const after = item ? pathIn(item.dataset.pointer ?? '') : [root.conditions.length - 1];
    if (!pasteText(event.clipboardData.getData('text/plain'), after)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <RowsContext value={rows}>
      <div ref={box} onCopy={onCopy} onCut={onCopy} onPaste={onPaste} data-rule-tree={context}>
        {children}
        <p className="visually-hidden" role="status">
          {spoken}
        </p>
      </div>
    </RowsContext>
  );
}

const pathIn = (pointer: string): Path => (pointer.match(/\d+/g) ?? []).map(Number);
