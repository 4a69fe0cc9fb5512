/** What somebody folded on one drawing: sections, by id, and whether notes are marks only. */
export interface Folding {
  sections: readonly string[];
  notes: boolean;
}

const KEY = 'cortex.folded';
/** Automations of which it is kept; the one that was folded longest ago goes first. */
const KEPT = 50;

const nothing: Folding = { sections: [], notes: false };

const read = (): [id: string, folding: Folding][] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one) && Array.isArray(one[1]?.sections)) : [];
  } catch {
    return [];
  }
};

/** What was folded on this automation the last time, in this browser. */
export const keptFolding = (automationId: string): Folding => new Map(read()).get(automationId) ?? nothing;

export const keepFolding = (automationId: string, folding: Folding): void => {
  const others = read().filter(([id]) => id !== automationId);
  const open = folding.sections.length === 0 && !folding.notes;
  const kept = open ? others : [...others, [automationId, folding]].slice(-KEPT);
  localStorage.setItem(KEY, JSON.stringify(kept));
};
