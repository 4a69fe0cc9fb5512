import { durationText } from '../times/duration.js';
import type { DraftSettings, Graph, GraphEdge, GraphNode, Moment } from '../model/graph.js';
import { noNames, typeName, type Names } from '../words/names.js';
import { withSteps } from './step-names.js';
import { portsOf, sentenceOf } from './readable.js';
import { theyText } from '../words/rule-text.js';
import { indexGraph } from './walk.js';

export interface Drawn {
  graph: Graph;
  settings: DraftSettings;
}

export type Change =
  | { change: 'added'; node_id: string; sentence: string; after: GraphNode }
  | { change: 'removed'; node_id: string; sentence: string; before: GraphNode }
  | { change: 'changed'; node_id: string; sentence: string; before: GraphNode; after: GraphNode }
  | { change: 'path'; node_id: string; sentence: string; port: string; before?: string; after?: string }
  | { change: 'settings'; sentence: string; pointer: string };

const same = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

/** JSON with sorted keys: the database gives objects back in an order of its own. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'undefined';

/** What one drawing says otherwise than an earlier one: steps, paths between steps that both have, and settings. */
export function diff(before: Drawn, after: Drawn, names = noNames): Change[] {
  const [then, now] = [withSteps(names, before.graph), withSteps(names, after.graph)];
  const was = indexGraph(before.graph);
  const is = indexGraph(after.graph);
  const changes: Change[] = [];
  for (const node of after.graph.nodes) {
    const old = was.nodes.get(node.id);
    if (!old) {
      changes.push({ change: 'added', node_id: node.id, sentence: `New: ${sentenceOf(node, now)}.`, after: node });
    } else if (old.type !== node.type || !same(old.config, node.config)) {
      const [from, to] = [sentenceOf(old, then), sentenceOf(node, now)];
      const sentence = from === to ? `Changed inside: ${to}.` : `${from} → ${to}.`;
      changes.push({ change: 'changed', node_id: node.id, sentence, before: old, after: node });
    }
  }
  for (const node of before.graph.nodes)
    if (!is.nodes.has(node.id))
      changes.push({
        change: 'removed',
        node_id: node.id,
        sentence: `Removed: ${sentenceOf(node, then)}.`,
        before: node,
      });
  changes.push(...paths(before.graph, after.graph, now));
  changes.push(...settingsChanges(before.settings, after.settings, names));
  return changes;
}

/** Ways out of steps that both have, where they lead elsewhere. */
function paths(before: Graph, after: Graph, names: Names): Change[] {
  const was = indexGraph(before);
  const is = indexGraph(after);
  const key = ({ source, port }: GraphEdge): string => `${source}:${port}`;
  const old = new Map(before.edges.map((edge) => [key(edge), edge]));
  const now = new Map(after.edges.map((edge) => [key(edge), edge]));
  const found: Change[] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = [old.get(name)?.target, now.get(name)?.target];
    const edge = (now.get(name) ?? old.get(name))!;
    const source = is.nodes.get(edge.source);
    if (from === to || !source || !was.nodes.has(edge.source)) continue;
    const label = portsOf(source).find((port) => port.id === edge.port)?.label;
    const way = `${sentenceOf(source, names)}${label ? `, ${label}` : ''}`;
    const end = to === undefined ? undefined : is.nodes.get(to);
    const before = from === undefined ? undefined : was.nodes.get(from);
    // A step that came or went is said already; what stands behind it now need not be said twice.
    if (end && before && (!was.nodes.has(end.id) || !is.nodes.has(before.id))) continue;
    found.push({
      change: 'path',
      node_id: edge.source,
      port: edge.port,
      sentence: end ? `${way} now leads to: ${sentenceOf(end, names)}.` : `${way} now ends there.`,
      ...(from === undefined ? {} : { before: from }),
      ...(to === undefined ? {} : { after: to }),
    });
  }
  return found;
}

const parts: [key: keyof DraftSettings, name: string, say: (settings: DraftSettings, names: Names) => string][] = [
  ['entry', 'Who may come in again', ({ entry }) => entryText(entry)],
  ['exit_when', 'Leaves early', ({ exit_when }, names) => momentText(exit_when, names)],
  ['goal', 'The goal', ({ goal }, names) => momentText(goal, names)],
  [
    'quiet_hours',
    'Quiet hours',
    ({ quiet_hours }) => (quiet_hours ? `${quiet_hours.from} to ${quiet_hours.to}` : 'none of its own'),
  ],
  [
    'frequency_cap',
    'Most mail per person',
    ({ frequency_cap: cap }) => (cap ? `${cap.count} in ${durationText(cap.per)}` : 'no limit of its own'),
  ],
  ['late_after', 'Too late after', ({ late_after }) => (late_after ? durationText(late_after) : '24 hours')],
];

function settingsChanges(before: DraftSettings, after: DraftSettings, names: Names): Change[] {
  return parts.flatMap(([key, name, say]): Change[] => {
    if (same(before[key], after[key])) return [];
    const [from, to] = [say(before, names), say(after, names)];
    const sentence = from === to ? `${name}: changed inside.` : `${name}: ${from} → ${to}.`;
    return [{ change: 'settings', sentence, pointer: `/settings/${key}` }];
  });
}

/** Who may come in again, in words. @param usual what holds where no limit is chosen */
export function entryText(entry: DraftSettings['entry'], usual = 'once'): string {
  const { limit, key, cooldown } = entry ?? {};
  const base =
    limit === undefined
      ? usual
      : limit === 'once'
        ? 'once'
        : limit === 'always'
          ? 'every time'
          : `once every ${durationText(limit.every)}`;
  return [
    base,
    ...(key ? [`for each ${key.replace(/^metadata\./, '').replaceAll('_', ' ')}`] : []),
    ...(cooldown ? [`with ${durationText(cooldown)} between`] : []),
  ].join(', ');
}

/** When people leave, in words that follow “leaves”; `never` where nothing is set. */
export function momentText(moment: DraftSettings['exit_when'], names = noNames): string {
  if (!moment) return 'never';
  if (moment.activity_type)
    return `when ${typeName(names, moment.activity_type)} happens${moment.where ? ', under conditions' : ''}`;
  try {
    return moment.rules ? `if ${theyText((moment as Extract<Moment, { rules: unknown }>).rules, names)}` : 'unfinished';
  } catch {
    return 'unfinished';
  }
}
