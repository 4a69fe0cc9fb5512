import { z } from 'zod';
import {
  draftSettings,
  graph as graphSchema,
  graphNode,
  graphNote,
  graphSection,
  nodeId,
  type DraftSettings,
  type Graph,
  type GraphEdge,
} from '../model/graph.js';

/** What is edited: the drawing, its settings and its name. */
export interface AutomationDocument {
  name: string;
  graph: Graph;
  settings: DraftSettings;
}

const position = graphNode.shape.position.unwrap();
const name = z.string().trim().min(1, 'An automation needs a name.').max(200, 'A name has at most 200 characters.');
const port = z.string().min(1).max(60);

/**
 * The smallest changes of a document. Everything an editor does (insert on a path, remove and heal, paste) is a list of
 * these, so that the server, undo and a second browser need to know these only.
 */
export const operation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('add_node'), node: graphNode, at: z.int().min(0).optional() }),
  z.strictObject({ op: z.literal('remove_node'), node_id: nodeId }),
  z.strictObject({ op: z.literal('set_config'), node_id: nodeId, config: graphNode.shape.config.unwrap() }),
  z.strictObject({ op: z.literal('set_note'), node_id: nodeId, note: graphNode.shape.note.unwrap().nullable() }),
  z.strictObject({ op: z.literal('move_node'), node_id: nodeId, position: position.nullable() }),
  z.strictObject({ op: z.literal('connect'), source: nodeId, port, target: nodeId }),
  z.strictObject({ op: z.literal('disconnect'), source: nodeId, port }),
  z.strictObject({ op: z.literal('rename'), name }),
  z.strictObject({ op: z.literal('set_settings'), settings: draftSettings }),
  z.strictObject({ op: z.literal('set_layout'), layout: z.enum(['auto', 'free']) }),
  z.strictObject({ op: z.literal('set_notes'), notes: z.array(graphNote).max(400) }),
  z.strictObject({ op: z.literal('set_sections'), sections: z.array(graphSection).max(400) }),
  z.strictObject({ op: z.literal('replace_graph'), graph: graphSchema }),
]);
export type Operation = z.output<typeof operation>;
export const operations = z.array(operation).min(1).max(1000);

/** An operation that does not fit the document it was given, for example a step that somebody else removed. */
export class OperationError extends Error {
  constructor(
    message: string,
    /** Position of the operation in its list. */
    readonly index = 0,
  ) {
    super(message);
    this.name = 'OperationError';
  }
}

interface Applied {
  document: AutomationDocument;
  /** Undoes it, to be applied in this order. */
  inverse: Operation[];
}

const same = (edge: GraphEdge, source: string, port: string) => edge.source === source && edge.port === port;

const edgeBack = (edge: GraphEdge): Operation => ({ op: 'connect', ...edge });

type Change<O extends Operation['op']> = (
  document: AutomationDocument,
  operation: Extract<Operation, { op: O }>,
) => Applied;

const find = (graph: Graph, id: string) => {
  const at = graph.nodes.findIndex((node) => node.id === id);
  const node = graph.nodes[at];
  if (!node) throw new OperationError(`The step “${id}” does not exist any more.`);
  return { at, node };
};

const withNode = (document: AutomationDocument, at: number, node: Graph['nodes'][number]): AutomationDocument => ({
  ...document,
  graph: { ...document.graph, nodes: document.graph.nodes.with(at, node) },
});

const changes: { [O in Operation['op']]: Change<O> } = {
  add_node: (document, { node, at }) => {
    const { graph } = document;
    if (graph.nodes.some((other) => other.id === node.id))
      throw new OperationError(`A step “${node.id}” exists already.`);
    return {
      document: { ...document, graph: { ...graph, nodes: graph.nodes.toSpliced(at ?? graph.nodes.length, 0, node) } },
      inverse: [{ op: 'remove_node', node_id: node.id }],
    };
  },
  remove_node: (document, { node_id }) => {
    const { graph } = document;
    const { at, node } = find(graph, node_id);
    const touching = graph.edges.filter((edge) => edge.source === node_id || edge.target === node_id);
    return {
      document: {
        ...document,
        graph: {
          ...graph,
          nodes: graph.nodes.toSpliced(at, 1),
          edges: graph.edges.filter((edge) => !touching.includes(edge)),
        },
      },
      inverse: [{ op: 'add_node', node, at }, ...touching.map(edgeBack)],
    };
  },
  set_config: (document, { node_id, config }) => {
    const { at, node } = find(document.graph, node_id);
    return {
      document: withNode(document, at, { ...node, config }),
      inverse: [{ op: 'set_config', node_id, config: node.config }],
    };
  },
  set_note: (document, { node_id, note }) => {
    const { at, node } = find(document.graph, node_id);
    const { note: before, ...rest } = node;
    return {
      document: withNode(document, at, note === null ? rest : { ...rest, note }),
      inverse: [{ op: 'set_note', node_id, note: before ?? null }],
    };
  },
  move_node: (document, { node_id, position: to }) => {
    const { at, node } = find(document.graph, node_id);
    const { position: before, ...rest } = node;
    return {
      document: withNode(document, at, to === null ? rest : { ...rest, position: to }),
      inverse: [{ op: 'move_node', node_id, position: before ?? null }],
    };
  },
  connect: (document, { source, port, target }) => {
    const { graph } = document;
    find(graph, source);
    find(graph, target);
    const at = graph.edges.findIndex((edge) => same(edge, source, port));
    const before = graph.edges[at];
    const edge = { source, port, target };
    const edges = before ? graph.edges.with(at, edge) : [...graph.edges, edge];
    return {
      document: { ...document, graph: { ...graph, edges } },
      inverse: [before ? edgeBack(before) : { op: 'disconnect', source, port }],
    };
  },
  disconnect: (document, { source, port }) => {
    const { graph } = document;
    const before = graph.edges.find((edge) => same(edge, source, port));
    if (!before) return { document, inverse: [] };
    return {
      document: { ...document, graph: { ...graph, edges: graph.edges.filter((edge) => edge !== before) } },
      inverse: [edgeBack(before)],
    };
  },
  rename: (document, { name }) => ({
    document: { ...document, name },
    inverse: [{ op: 'rename', name: document.name }],
  }),
  set_settings: (document, { settings }) => ({
    document: { ...document, settings },
    inverse: [{ op: 'set_settings', settings: document.settings }],
  }),
  set_layout: (document, { layout }) => ({
    document: { ...document, graph: { ...document.graph, layout } },
    inverse: [{ op: 'set_layout', layout: document.graph.layout ?? 'auto' }],
  }),
  set_notes: (document, { notes }) => ({
    document: { ...document, graph: { ...document.graph, notes } },
    inverse: [{ op: 'set_notes', notes: document.graph.notes ?? [] }],
  }),
  set_sections: (document, { sections }) => ({
    document: { ...document, graph: { ...document.graph, sections } },
    inverse: [{ op: 'set_sections', sections: document.graph.sections ?? [] }],
  }),
  replace_graph: (document, { graph }) => ({
    document: { ...document, graph },
    inverse: [{ op: 'replace_graph', graph: document.graph }],
  }),
};

/**
 * Applies one operation to a document, which is left as it was. Throws {@link OperationError} where it does not fit.
 * Does not hold the result to the limits of a graph: whoever stores it parses it.
 */
export const apply = <O extends Operation>(document: AutomationDocument, operation: O): Applied =>
  (changes[operation.op] as unknown as Change<O['op']>)(document, operation as never);

/** Applies a list, all or nothing; `inverse` undoes the whole of it. */
export const applyAll = (document: AutomationDocument, list: readonly Operation[]): Applied => {
  let current = document;
  const undo: Operation[][] = [];
  list.forEach((operation, index) => {
    try {
      const applied = apply(current, operation);
      current = applied.document;
      undo.unshift(applied.inverse);
    } catch (error) {
      throw error instanceof OperationError ? new OperationError(error.message, index) : error;
    }
  });
  return { document: current, inverse: undo.flat() };
};

const whole = (id: string): string[] => [id, `${id}@place`, `${id}@note`];

/**
 * What an operation is about: a step (`n1`), its place (`n1@place`), its note (`n1@note`), one of its ways out
 * (`n1:yes`), or a part of the document (`:name`, `:settings`, `:graph`, …).
 */
export const touched = (operation: Operation): string[] => {
  switch (operation.op) {
    case 'add_node':
      return whole(operation.node.id);
    case 'remove_node':
      return whole(operation.node_id);
    case 'set_config':
      return [operation.node_id];
    case 'move_node':
      return [`${operation.node_id}@place`];
    case 'set_note':
      return [`${operation.node_id}@note`];
    case 'connect':
    case 'disconnect':
      return [`${operation.source}:${operation.port}`];
    case 'rename':
      return [':name'];
    case 'set_settings':
      return [':settings'];
    case 'replace_graph':
      return [':graph'];
    default:
      return [`:${operation.op}`];
  }
};
