import type { Graph } from '#graph';
import { stableJson } from '#rules';
import type { CompiledVersion } from '../versions/compiled-version.js';
import type { Script } from './script.js';
import type { Simulated } from './replay-backend.js';

/** What one person would have done: small enough to be kept for as long as somebody draws. */
export interface PersonWays {
  runs: number;
  mails: number;
  /** How often they came to each step. */
  visits: Map<string, number>;
  /** How often they left by each way out, by `step:port`. */
  exits: Map<string, number>;
  /** Mails that left, by step. */
  sent: Map<string, number>;
}

/** Figures of some people's ways. */
export interface WaysSum {
  entered: number;
  people: number;
  messages: number;
  /** At a step that is not finished people are stuck. */
  nodes: Record<string, { entered: number; ports: Record<string, number>; sent?: number; unfinished?: true }>;
}

export const noWays = (): PersonWays => ({
  runs: 0,
  mails: 0,
  visits: new Map(),
  exits: new Map(),
  sent: new Map(),
});

/** Adds one run, ended or still inside when the window ends. */
export function addRun(ways: PersonWays, { journey, mails }: Simulated, script: Script): void {
  ways.runs += 1;
  for (const { node_id, port } of script.stepsOf(journey)) {
    add(ways.visits, node_id, 1);
    if (port !== null) add(ways.exits, `${node_id}:${port}`, 1);
  }
  for (const { node_id, skipped } of mails) {
    if (skipped) continue;
    ways.mails += 1;
    add(ways.sent, node_id, 1);
  }
}

/** The parts of a drawing that can turn somebody's way, each as text: steps by their id, connections by `step:port`. */
export function partsOf(graph: Graph): Map<string, string> {
  const parts = new Map<string, string>();
  for (const { id, type, version, config } of graph.nodes) parts.set(id, stableJson([type, version, config]));
  for (const { source, port, target } of graph.edges) parts.set(`${source}:${port}`, target);
  return parts;
}

/** Where two drawings differ: whoever came to none of these steps and left by none of these ways out goes the same way in both. */
export function changedParts(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Set<string> {
  const changed = new Set<string>();
  for (const [part, text] of after) if (before.get(part) !== text) changed.add(part);
  for (const part of before.keys()) if (!after.has(part)) changed.add(part);
  return changed;
}

/** Whether somebody's way can be another one where these parts of the drawing changed. */
export function canDiffer({ visits, exits }: PersonWays, changed: ReadonlySet<string>): boolean {
  for (const part of changed) if (visits.has(part) || exits.has(part)) return true;
  return false;
}

/**
 * Adds up what people would have done in a drawing.
 * @param steps those that are finished
 */
export function sumOf(all: Iterable<PersonWays>, graph: Graph, steps: CompiledVersion['steps']): WaysSum {
  const sum: WaysSum = { entered: 0, people: 0, messages: 0, nodes: {} };
  for (const { runs, mails, visits, exits, sent } of all) {
    if (runs > 0) sum.people += 1;
    sum.entered += runs;
    sum.messages += mails;
    for (const [id, n] of visits) stepOf(sum, id).entered += n;
    for (const [way, n] of exits) {
      const at = way.lastIndexOf(':');
      const { ports } = stepOf(sum, way.slice(0, at));
      ports[way.slice(at + 1)] = (ports[way.slice(at + 1)] ?? 0) + n;
    }
    for (const [id, n] of sent) stepOf(sum, id).sent = (stepOf(sum, id).sent ?? 0) + n;
  }
  for (const { id, type } of graph.nodes) {
    const step = sum.nodes[id];
    if (step && !steps.has(id)) step.unfinished = true;
    else if (step && type === 'send_email') step.sent ??= 0;
  }
  return sum;
}

const stepOf = (sum: WaysSum, id: string): WaysSum['nodes'][string] => (sum.nodes[id] ??= { entered: 0, ports: {} });

function add(counts: Map<string, number>, key: string, n: number): void {
  counts.set(key, (counts.get(key) ?? 0) + n);
}
