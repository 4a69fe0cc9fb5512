import { isGroup, type Rule } from '#rules';
import type { Graph, GraphEdge, GraphNode } from '../model/graph.js';
import type { Problem } from '../model/node.js';
import type { DrawingProblemCode } from '../model/problem-codes.js';
import type { Surroundings } from '../model/surroundings.js';
import { instantPorts } from '../reading/loops.js';
import { sentenceOf } from '../reading/readable.js';
import { indexGraph, reachable } from '../reading/walk.js';
import type { Group } from '../words/rule-text.js';

const isMarketing = (node: GraphNode): boolean => node.type === 'send_email' && node.config.stream === 'broadcast';
const isSystemMail = (node: GraphNode): boolean =>
  node.type === 'notify_team' || (node.type === 'send_email' && node.config.stream === 'transactional');

const look = (graph: Graph, node: GraphNode, code: DrawingProblemCode, message: string): Problem => ({
  ...{ code, severity: 'look', node_id: node.id, message },
  pointer: `/nodes/${graph.nodes.indexOf(node)}/config`,
});

/** Marketing mails that somebody gets in the same instant as another one. */
const withoutWait = (graph: Graph): Problem[] => {
  const { nodes, out } = indexGraph(graph);
  const follows = new Map<GraphNode, GraphNode>();
  for (const first of graph.nodes.filter(isMarketing)) {
    const seen = new Set([first.id]);
    for (const id of seen) {
      const node = nodes.get(id)!;
      for (const port of instantPorts(node, false)) {
        const next = nodes.get(out.get(id)?.get(port)?.target ?? '');
        if (!next || seen.has(next.id)) continue;
        // Behind it is its own matter.
        if (isMarketing(next)) follows.set(next, follows.get(next) ?? first);
        else seen.add(next.id);
      }
    }
  }
  return [...follows].map(([node, first]) =>
    look(
      graph,
      node,
      'mails_without_wait',
      `This e-mail goes out right after “${sentenceOf(first)}”: people would get two marketing e-mails within seconds. Put a wait between them.`,
    ),
  );
};

type Asked = { field?: unknown; operator?: unknown; value?: unknown };

/** Whether rules hold only for people who may not be sent marketing mail. */
const onlyWithoutMail = (rule: Rule): boolean => {
  if (isGroup(rule))
    return rule.operator === 'OR'
      ? rule.conditions.length > 0 && rule.conditions.every(onlyWithoutMail)
      : rule.conditions.some(onlyWithoutMail);
  const { field, operator, value } = rule as Asked;
  return (
    (field === 'can_be_emailed' && operator === 'is_false') ||
    (field === 'consent' && operator === 'eq' && value === 'unsubscribed')
  );
};

/** Whether rules hold for everybody who may be sent marketing mail, so that who is left may not. */
const allWithMail = (rule: Rule): boolean => {
  if (isGroup(rule))
    return rule.operator === 'OR'
      ? rule.conditions.some(allWithMail)
      : rule.conditions.length > 0 && rule.conditions.every(allWithMail);
  const { field, operator } = rule as Asked;
  return field === 'can_be_emailed' && operator === 'is_true';
};

/** Whoever did this may be sent no marketing mail from then on. */
const farewells = new Set<unknown>(['email.unsubscribed', 'email.complained']);

type Parsed = { rules?: Group; activity_type?: string; cases?: { id: string; rules: Group }[] };

/** Whether only people who may not be sent marketing mail take this way out. @param config as its schema has read it */
const leadsWithoutMail = (node: GraphNode, { port }: GraphEdge, config: Parsed): boolean => {
  const { rules, activity_type, cases } = config;
  switch (node.type) {
    case 'filter':
      return rules !== undefined && (port === 'yes' ? onlyWithoutMail(rules) : allWithMail(rules));
    case 'switch': {
      const own = cases?.find(({ id }) => id === port);
      return own ? onlyWithoutMail(own.rules) : (cases ?? []).some((each) => allWithMail(each.rules));
    }
    case 'wait_until':
      return port === 'happened' && (farewells.has(activity_type) || (rules !== undefined && onlyWithoutMail(rules)));
    case 'activity_received':
      return farewells.has(activity_type) || (rules !== undefined && onlyWithoutMail(rules));
    case 'monitor':
      return rules !== undefined && onlyWithoutMail(rules);
    default:
      return false;
  }
};

/** Marketing mails to which only people come who may not be mailed. */
const toNobody = (graph: Graph, configs: ReadonlyMap<string, unknown>): Problem[] => {
  const { nodes, entry } = indexGraph(graph);
  if (!entry) return [];
  const edges = graph.edges.filter((edge) => {
    const node = nodes.get(edge.source);
    const config = configs.get(edge.source);
    return !(node && config !== undefined && leadsWithoutMail(node, edge, config as Parsed));
  });
  if (edges.length === graph.edges.length) return [];
  const all = reachable(graph, [entry.id]);
  const some = reachable({ ...graph, edges }, [entry.id]);
  return graph.nodes
    .filter((node) => isMarketing(node) && all.has(node.id) && !some.has(node.id))
    .map((node) =>
      look(
        graph,
        node,
        'mail_to_nobody',
        'Nobody will get this e-mail: only people who cannot be e-mailed come to this step. Move it to another path.',
      ),
    );
};

/** What is wrong with the mails of a drawing together. @param configs what the steps' schemas have read, by step */
export const mailProblems = (graph: Graph, configs: ReadonlyMap<string, unknown>): Problem[] => [
  ...withoutWait(graph),
  ...toNobody(graph, configs),
];

/** What keeps mail from leaving, or from being heard of, said once at the first step that it concerns. */
export const deliveryProblems = (graph: Graph, { delivery }: Surroundings): Problem[] => {
  if (!delivery) return [];
  const marketing = graph.nodes.find(isMarketing);
  const any = graph.nodes.find((node) => isMarketing(node) || isSystemMail(node));
  const problems: Problem[] = [];
  const say = (
    node: GraphNode | undefined,
    code: DrawingProblemCode,
    severity: Problem['severity'],
    message: string,
  ) => {
    if (node) problems.push({ ...look(graph, node, code, message), severity });
  };
  if (delivery.postal_address === false)
    say(
      marketing,
      'no_postal_address',
      'blocks',
      'Marketing e-mail waits until your postal address is set, which the law requires in it. Add it in Settings, Sending.',
    );
  if (delivery.links_point_here)
    say(
      any,
      'links_point_here',
      'blocks',
      'E-mail waits, because its links would point to this machine. Set CORTEX_PUBLIC_URL to your public address, and restart.',
    );
  if (delivery.stopped)
    say(any, 'sending_stopped', 'look', 'All sending is stopped. These e-mails wait until someone lets it continue.');
  if (delivery.refused)
    say(
      any,
      'provider_refuses',
      'look',
      'Postmark refuses e-mail at the moment. Home says why, under Needs attention.',
    );
  if (delivery.stream_unreadable)
    say(
      marketing,
      'stream_unreadable',
      'look',
      'Postmark could not show the stream for marketing e-mail. Check that it exists and that the token is right.',
    );
  if (delivery.no_reports)
    say(
      any,
      'no_reports',
      'look',
      'Postmark has not reported anything yet, so deliveries, bounces and unsubscribes stay unknown here. Set up its webhook.',
    );
  return problems;
};
