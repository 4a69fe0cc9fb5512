import type { Operation } from '#graph';

export interface HistoryEntry {
  /** As the undo button names it, e.g. “Wait 2 days → 3 days”. */
  label: string;
  forward: Operation[];
  inverse: Operation[];
  burst: string | undefined;
  at: number;
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
    };
    return [...past.slice(0, -1), joined];
  }
  return [...past.slice(1 - LENGTH), entry];
};

const key = (id: string) => `cortex.history.${id}`;

/** Keeps undo over a reload of the tab. What the browser has no room for is given up. */
export const keepHistory = (id: string, past: readonly HistoryEntry[]): void => {
  try {
    sessionStorage.setItem(key(id), JSON.stringify(past));
  } catch {
    sessionStorage.removeItem(key(id));
  }
};

export const keptHistory = (id: string): HistoryEntry[] => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(id)) ?? '[]');
    return Array.isArray(kept) ? (kept as HistoryEntry[]) : [];
  } catch {
    return [];
  }
};
