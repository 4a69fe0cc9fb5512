import type { Graph } from '../model/graph.js';
import { isEntry } from '../reading/readable.js';
import type { HeardText } from '../reading/from-english.js';
import { indexGraph } from '../reading/walk.js';
import { refusal, type Place } from './edits.js';
import type { Operation } from './operations.js';

/** Why steps as they were typed cannot go to this place, or undefined if they can. */
export const typedRefusal = (
  graph: Graph,
  { nodes, open }: HeardText,
  place: Place | undefined,
): string | undefined => {
  const [first, ...rest] = nodes;
  if (!first) return 'Write at least one step.';
  const reason = isEntry(first) || !place ? refusal(graph, first.type, place) : undefined;
  if (reason) return reason;
  if (rest.some(isEntry)) return 'Only the first step can be a start.';
  const followed = place && indexGraph(graph).out.get(place.source)?.has(place.port);
  return followed && open.length === 0
    ? 'Other steps follow here. An end can only be the last step of a path.'
    : undefined;
};

/**
 * Puts steps as they were typed behind a way out; what followed there follows every way out that the text left open.
 * @returns the operations, and the new ids in the order of the text
 */
export const typedSteps = (
  graph: Graph,
  typed: HeardText,
  place: Place | undefined,
  newId: () => string,
): { operations: Operation[]; ids: string[] } => {
  const ids = new Map(typed.nodes.map((node) => [node.id, newId()]));
  const idOf = (id: string): string => ids.get(id) ?? id;
  const [first] = typed.nodes;
  const follower = place && indexGraph(graph).out.get(place.source)?.get(place.port)?.target;
  const operations: Operation[] = [
    ...typed.nodes.map((node): Operation => ({ op: 'add_node', node: { ...node, id: idOf(node.id) } })),
    ...(place && first ? [{ op: 'connect' as const, ...place, target: idOf(first.id) }] : []),
    ...typed.edges.map(({ source, port, target }): Operation => ({
      op: 'connect',
      source: idOf(source),
      port,
      target: idOf(target),
    })),
    ...(follower === undefined
      ? []
      : typed.open.map(({ source, port }): Operation => ({
          op: 'connect',
          source: idOf(source),
          port,
          target: follower,
        }))),
  ];
  return { operations, ids: [...ids.values()] };
};
