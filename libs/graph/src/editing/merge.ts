import { apply, OperationError, touched, type AutomationDocument, type Operation } from './operations.js';

const apart = new Set([':name', ':settings']);
const replaces = (list: readonly Operation[]): boolean => list.some(({ op }) => op === 'replace_graph');

/** What an operation is about first of all: the step itself, where it speaks of its place and note as well. */
export const about = (operation: Operation): string => touched(operation)[0]!;

/** Steps that a list takes away and does not bring back. */
const removedBy = (list: readonly Operation[]): Set<string> => {
  const gone = new Set<string>();
  for (const operation of list) {
    if (operation.op === 'remove_node') gone.add(operation.node_id);
    if (operation.op === 'add_node') gone.delete(operation.node.id);
    // A whole drawing may have it again.
    if (operation.op === 'replace_graph') gone.clear();
  }
  return gone;
};

/**
 * What of mine cannot follow theirs unseen, in the words of `about`: what both speak about, paths of mine that begin or
 * end at a step they removed, and steps I removed that they led a path to or from.
 */
export const shared = (mine: readonly Operation[], theirs: readonly Operation[]): string[] => {
  const hers = new Set(theirs.flatMap(touched));
  const own = new Set(mine.map(about));
  const both = mine.filter((operation) => touched(operation).some((id) => hers.has(id))).map(about);
  if (replaces(theirs)) return [...own].filter((id) => !apart.has(id) || hers.has(id));
  if (replaces(mine)) return [...new Set([...both, ...([...hers].every((id) => apart.has(id)) ? [] : [':graph'])])];
  const theyRemoved = removedBy(theirs);
  const iRemoved = removedBy(mine);
  const lost = mine.flatMap((operation) =>
    operation.op === 'connect' && (theyRemoved.has(operation.source) || theyRemoved.has(operation.target))
      ? [about(operation)]
      : [],
  );
  const cut = theirs.flatMap((operation) =>
    operation.op === 'connect' ? [operation.source, operation.target].filter((id) => iRemoved.has(id)) : [],
  );
  return [...new Set([...both, ...lost, ...cut])];
};

/** Where each way out that a list speaks of leads in the end; null for nowhere. */
const waysOf = (list: readonly Operation[]): Map<string, string | null> => {
  const ways = new Map<string, string | null>();
  for (const operation of list) {
    if (operation.op === 'connect') ways.set(about(operation), operation.target);
    if (operation.op === 'disconnect') ways.set(about(operation), null);
    if (operation.op === 'replace_graph') ways.clear();
    // With a step go the paths to and from it, so that nothing is said of them any more.
    if (operation.op === 'remove_node')
      for (const [way, target] of ways)
        if (target === operation.node_id || way.startsWith(`${operation.node_id}:`)) ways.delete(way);
  }
  return ways;
};

/** Mine without what they have done as well: a step that both removed, a path that both led to the same step. */
export const stillToDo = (mine: readonly Operation[], theirs: readonly Operation[]): Operation[] => {
  const gone = removedBy(theirs);
  const [own, hers] = [waysOf(mine), waysOf(theirs)];
  return mine.filter((operation) => {
    if (operation.op === 'remove_node') return !gone.has(operation.node_id);
    if (operation.op !== 'connect' && operation.op !== 'disconnect') return true;
    const way = about(operation);
    return !hers.has(way) || own.get(way) !== hers.get(way);
  });
};

/** Whether two lists of operations speak about different things, so that one may follow the other unseen. */
export const disjoint = (mine: readonly Operation[], theirs: readonly Operation[]): boolean =>
  shared(mine, theirs).length === 0;

/** Puts operations on a document one by one; those that do not fit any more are left out and told. */
export const putOnTop = (
  document: AutomationDocument,
  operations: readonly Operation[],
): { document: AutomationDocument; kept: Operation[]; lost: Operation[] } => {
  let current = document;
  const kept: Operation[] = [];
  const lost: Operation[] = [];
  for (const operation of operations) {
    try {
      current = apply(current, operation).document;
      kept.push(operation);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      lost.push(operation);
    }
  }
  return { document: current, kept, lost };
};
