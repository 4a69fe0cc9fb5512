import { disjoint, type Operation } from '#graph';

export interface HistoryEntry {
  /** As the undo button names it, e.g. “Wait 2 days → 3 days”. */
  label: string;
  forward: Operation[];
  inverse: Operation[];
  burst: string | undefined;
  at: number;
  /** What was selected before and after; undo and redo select it again. */
  selected?: { before: readonly string[]; after: readonly string[] };
  /** Somebody else has changed the same since: it can no longer be undone or done again. */
  gone?: boolean;
}

const LENGTH = 200;
const BURST_MS = 800;

/** The history with one more entry; an edit of the same burst joins the entry before it. */
export const record = (past: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] => {
  const last = past.at(-1);
  if (last && entry.burst !== undefined && last.burst === entry.burst && entry.at - last.at < BURST_MS) {
    const joined = {
      ...entry,
      forward: [...last.forward, ...entry.forward],
      inverse: [...entry.inverse, ...last.inverse],
      ...(entry.selected && last.selected
        ? { selected: { before: last.selected.before, after: entry.selected.after } }
        : {}),
    };
    return [...past.slice(0, -1), joined];
  }
  return [...past.slice(1 - LENGTH), entry];
};

const key = (id: string) => `cortex.history.${id}`;

/** The history after somebody else's operations: what touches the same is marked, and stays to be seen. */
export const withoutTouched = (entries: readonly HistoryEntry[], theirs: readonly Operation[]): HistoryEntry[] =>
  entries.map((entry) =>
    entry.gone || (disjoint(entry.inverse, theirs) && disjoint(entry.forward, theirs))
      ? entry
      : { ...entry, gone: true },
  );

/** The newest entry that can still be undone or done again. */
export const lastPossible = (entries: readonly HistoryEntry[]): HistoryEntry | undefined =>
  entries.findLast((entry) => !entry.gone);

/** Keeps undo over a reload of the tab, for the revision it belongs to. What the browser has no room for is given up. */
export const keepHistory = (id: string, revision: number, past: readonly HistoryEntry[]): void => {
  try {
    sessionStorage.setItem(key(id), JSON.stringify({ revision, past }));
  } catch {
    // No room, or no such place: what is kept there is of an older revision and will not be taken.
  }
};

/** The undo that this tab had; nothing where the draft has been changed since. */
export const keptHistory = (id: string, revision: number): HistoryEntry[] => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(id)) ?? 'null') as {
      revision: number;
      past: HistoryEntry[];
    } | null;
    return kept?.revision === revision && Array.isArray(kept.past) ? kept.past : [];
  } catch {
    return [];
  }
};
