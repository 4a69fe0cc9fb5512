import type { Group, Rule } from '#rules';
import { createContext, use } from 'react';
import type { Context } from './rule-edits';
import type { Choice } from '../suggestions';
import type { Path } from './tree';

/** What rows need to know of the rule they stand in, and can do with it. */
export interface Rows {
  /** Of this rule on the page, so that a row dragged within it is moved and one from elsewhere copied. */
  id: string;
  root: Group;
  /** JSON pointer of this rule in the whole one, for counts. */
  pointer: string;
  context: Context;
  /** Groups deep that are drawn. */
  deepest: number;
  readOnly: boolean;
  /** Whether something starts the run that this rule is asked in, so that values of it can be compared with. */
  inAutomation: boolean;
  steps: Choice[] | undefined;
  activityType: string | undefined;
  put: (path: Path, rule: Rule) => void;
  insert: (path: Path, rules: Rule[]) => void;
  remove: (path: Path) => void;
  move: (from: Path, to: Path) => void;
  /** Up or down by one; undefined when there is nowhere to go. */
  step: (path: Path, by: -1 | 1) => (() => void) | undefined;
  duplicate: (path: Path) => void;
  copy: (path: Path) => void;
  paste: (after: Path) => void;
  /** Into a group of its own, or out of it; undefined where that cannot be. */
  wrap: (path: Path) => (() => void) | undefined;
  unwrap: (path: Path) => (() => void) | undefined;
  /** Where a row that is dragged would fall. */
  dropPlace: string | undefined;
  setDropPlace: (place: string | undefined) => void;
}

export const RowsContext = createContext<Rows | undefined>(undefined);

export function useRows(): Rows {
  const rows = use(RowsContext);
  if (!rows) throw new Error('Rows of rules stand inside a RuleTree.');
  return rows;
}
