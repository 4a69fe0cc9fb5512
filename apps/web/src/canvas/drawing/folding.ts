import { indexGraph, nodeDef, type Graph, type GraphNode, type GraphSection } from '#graph';
import { plural } from '../../ui/formatting/format';

/** The type of what stands for a folded section. No step has it, so it has no ways out of its own. */
export const FOLDED = 'section';

const standIn = (section: GraphSection): string => `section-${section.id}`;

/** The steps of a section that are there. */
export const insideOf = (graph: Graph, section: GraphSection): GraphNode[] => {
  const { nodes } = indexGraph(graph);
  return (section.node_ids ?? []).flatMap((id) => nodes.get(id) ?? []);
};

/** The section that is drawn in place of its steps, by the id of what stands for it. */
export const sectionOf = (graph: Graph, id: string): GraphSection | undefined =>
  graph.sections?.find((section) => section.id !== undefined && standIn(section) === id);

/** The section a step is in. */
export const sectionWith = (graph: Graph, step: string): GraphSection | undefined =>
  graph.sections?.find((section) => section.node_ids?.includes(step));

/**
 * The drawing as it is shown while sections are folded: one element stands for each, and takes over the paths into it
 * and out of it. The same drawing where none is.
 */
export const fold = (graph: Graph, folded: ReadonlySet<string>): Graph => {
  const closed = (graph.sections ?? []).filter(
    (section) => section.id !== undefined && folded.has(section.id) && insideOf(graph, section).length > 0,
  );
  if (closed.length === 0) return graph;
  const shownAs = new Map(closed.flatMap((section) => (section.node_ids ?? []).map((id) => [id, standIn(section)])));
  const nodes: GraphNode[] = [];
  const placed = new Set<string>();
  for (const node of graph.nodes) {
    const id = shownAs.get(node.id);
    if (id === undefined) nodes.push(node);
    else if (!placed.has(id)) {
      placed.add(id);
      nodes.push({ id, type: FOLDED, config: {}, ...(node.position ? { position: node.position } : {}) });
    }
  }
  const edges = new Map<string, Graph['edges'][number]>();
  for (const edge of graph.edges) {
    const [source, target] = [shownAs.get(edge.source), shownAs.get(edge.target) ?? edge.target];
    if (source === target) continue;
    const port = source === undefined ? edge.port : target;
    const shown = { source: source ?? edge.source, port, target };
    edges.set(`${shown.source}:${port}`, shown);
  }
  const sections = graph.sections?.filter((section) => !closed.includes(section));
  return { ...graph, nodes, edges: [...edges.values()], ...(sections ? { sections } : {}) };
};

/** A folded section in one sentence: how many steps, and how many of them send mail or wait. */
export const foldedSentence = (steps: readonly GraphNode[]): string => {
  const of = (kind: string) => steps.filter((step) => nodeDef(step.type)?.kind === kind).length;
  const [mails, waits] = [of('mail'), of('wait')];
  return [
    plural(steps.length, 'step', 'steps'),
    ...(mails > 0 ? [plural(mails, 'mail', 'mails')] : []),
    ...(waits > 0 ? [plural(waits, 'wait', 'waits')] : []),
  ].join(', ');
};
