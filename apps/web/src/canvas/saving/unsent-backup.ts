import { about, putOnTop, shared, stillToDo, type Operation } from '#graph';
import type { EditorStore } from '../document/editor-store';
import type { DraftServer } from './draft-server';
import { partName } from '../document/describe-part';

/** What a tab had not yet heard to be stored, kept over its death. */
export interface Unsent {
  /** The revision that the operations were made on. */
  revision: number;
  operations: readonly Operation[];
  /** How many of the first of them were under way, and as what. */
  sent?: { batch: string; count: number } | undefined;
}

/** Revisions are fetched in pages; somebody who was away for longer begins anew. */
const PAGES = 50;

const key = (id: string) => `cortex.unsent.${id}`;

export const backUpUnsent = (id: string, unsent: Unsent): void => {
  try {
    if (unsent.operations.length === 0) localStorage.removeItem(key(id));
    else localStorage.setItem(key(id), JSON.stringify(unsent));
  } catch {
    // No room: the operations are still in memory and on their way.
  }
};

/** What a killed tab left behind; the browser may have none, or not let us look. */
export const unsentBackup = (id: string): Unsent | undefined => {
  try {
    const kept = JSON.parse(localStorage.getItem(key(id)) ?? 'null') as Unsent | null;
    return kept && Array.isArray(kept.operations) && kept.operations.length > 0 ? kept : undefined;
  } catch {
    return undefined;
  }
};

/** Operations that say the same however often they are done, and of which a newer one may stand for one under way. */
const repeatable = new Set<Operation['op']>(['set_config', 'set_settings', 'rename']);

/** What others did from the one revision up to the other; undefined where that is no longer known. */
const between = async (server: DraftServer, from: number, to: number) => {
  const changes = [];
  for (let page = 0, at = from; page < PAGES && at < to; page += 1) {
    const found = (await server.since(at)).changes;
    if (found[0]?.revision !== at + 1) return undefined;
    changes.push(...found.filter(({ revision }) => revision <= to));
    at = found.at(-1)!.revision;
  }
  return changes.length === to - from ? changes : undefined;
};

/**
 * Puts what a killed tab had not sent back into the draft as it is now, without what had arrived after all. What others
 * changed since stays theirs.
 * @returns whether anything came back, and in words what could not
 */
export const applyBackup = async (
  store: EditorStore,
  server: DraftServer,
  kept: Unsent,
): Promise<{ back: boolean; lost: string[] }> => {
  const { revision, document } = store.getState();
  const since = kept.revision > revision ? undefined : await between(server, kept.revision, revision);
  let mine = [...kept.operations];
  let theirs = since ?? [];
  if (kept.sent && theirs[0]?.batch === kept.sent.batch) {
    const last = mine[kept.sent.count - 1];
    mine = mine.slice(last && repeatable.has(last.op) ? kept.sent.count - 1 : kept.sent.count);
    theirs = theirs.slice(1);
  }
  const operations = theirs.flatMap((change) => change.operations);
  mine = stillToDo(mine, operations);
  const both = new Set(since ? shared(mine, operations) : mine.map(about));
  const { kept: fits, lost } = putOnTop(
    store.getState().document,
    mine.filter((operation) => !both.has(about(operation))),
  );
  const back = fits.length > 0 && store.getState().edit('Changes restored after a reload', fits);
  return { back, lost: [...new Set([...both, ...lost.map(about)])].map((id) => partName(id, document)) };
};
