import { issueText, namesText, typeKey, typeLabel, type Condition } from '#rules';
import type { z } from 'zod';
import { contradictionIn } from './contradictions.js';
import { entryValueProblems, groupsIn } from './entry-values.js';
import { deliveryProblems, mailProblems } from './mail-problems.js';
import { settings as settingsSchema, type DraftSettings, type Graph, type GraphNode } from '../model/graph.js';
import { timelessLoop } from '../reading/loops.js';
import type { NodeDef, Problem } from '../model/node.js';
import { nodeDef } from '../nodes/index.js';
import type { DrawingProblemCode } from '../model/problem-codes.js';
import { isEntry, portsOf, sentenceOf } from '../reading/readable.js';
import { conditionsOf, itsText, theyText, type Group } from '../words/rule-text.js';
import type { Surroundings } from '../model/surroundings.js';
import { indexGraph, reachable } from '../reading/walk.js';

const escape = (part: PropertyKey) => String(part).replaceAll('~', '~0').replaceAll('/', '~1');
const pointerOf = (base: string, path: readonly PropertyKey[]) => [base, ...path.map(escape)].join('/');

const label = (def: NodeDef, path: readonly PropertyKey[]): string => {
  const schema = def.config.shape[String(path[0])] as z.ZodType | undefined;
  const meta = schema?.meta()?.label;
  return typeof meta === 'string' ? meta : String(path[0] ?? def.title);
};

/** A step's field is called as its form calls it; what is left out is missing, whatever its schema says of it. */
const configIssue = (def: NodeDef, issue: z.core.$ZodIssue, config: Record<string, unknown>): string => {
  if (issue.code === 'unrecognized_keys')
    return `${namesText(issue.keys)} ${issue.keys.length === 1 ? 'is not a field' : 'are not fields'} of this step.`;
  const field = String(issue.path[0]);
  const required = issue.path.length > 0 && def.config.shape[field]?.safeParse(undefined).success === false;
  return required && config[field] === undefined ? `“${label(def, issue.path)}” is missing.` : issue.message;
};

type Parsed = ReturnType<NodeDef['config']['safeParse']>;
const parsedConfigs = new WeakMap<NodeDef, WeakMap<object, Parsed>>();

/** A config's parse, done once per config object: most steps stay as they are while one is edited. */
const parseOnce = (def: NodeDef, config: Record<string, unknown>): Parsed => {
  const own = parsedConfigs.get(def) ?? new WeakMap<object, Parsed>();
  parsedConfigs.set(def, own);
  const parsed =
    own.get(config) ??
    def.config.safeParse(config, { error: (issue) => issueText(issue, `“${label(def, issue.path ?? [])}”`) });
  own.set(config, parsed);
  return parsed;
};

const stepProblems = (
  graph: Graph,
  node: GraphNode,
  at: number,
  world: Surroundings,
): { problems: Problem[]; config?: unknown } => {
  const pointer = `/nodes/${at}`;
  const def = nodeDef(node.type);
  const base = { severity: 'blocks' as const, node_id: node.id };
  if (!def) {
    const message = `This version has no step of type “${node.type}”. Remove it.`;
    return { problems: [{ ...base, code: 'unknown_type', pointer: `${pointer}/type`, message }] };
  }
  const parsed = parseOnce(def, node.config);
  if (parsed.success)
    return { problems: def.check(parsed.data, { graph, node_id: node.id, pointer, world }), config: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({
      ...base,
      code: 'unfinished',
      pointer: pointerOf(`${pointer}/config`, issue.path),
      message: configIssue(def, issue, node.config),
    })),
  };
};

const edgeProblems = (graph: Graph): Problem[] => {
  const { nodes } = indexGraph(graph);
  const problems: Problem[] = [];
  graph.edges.forEach((edge, at) => {
    const source = nodes.get(edge.source);
    const target = nodes.get(edge.target);
    const add = (code: DrawingProblemCode, field: string, message: string, node_id?: string) =>
      problems.push({
        code,
        severity: 'blocks',
        ...(node_id ? { node_id } : {}),
        pointer: `/edges/${at}/${field}`,
        message,
      });
    if (!source) add('edge_from_nowhere', 'source', `This path starts at “${edge.source}”, which does not exist.`);
    else if (nodeDef(source.type) && !portsOf(source).some((port) => port.id === edge.port))
      add('unknown_port', 'port', `This step has no path called “${edge.port}”.`, source.id);
    if (!target)
      add('edge_to_nowhere', 'target', `This path leads to “${edge.target}”, which does not exist.`, source?.id);
    else if (isEntry(target)) add('edge_into_entry', 'target', 'A path cannot lead back to the start.', target.id);
  });
  return problems;
};

const shapeProblems = (graph: Graph): Problem[] => {
  const problems: Problem[] = [];
  const at = new Map(graph.nodes.map((node, index) => [node.id, index]));
  const entries = graph.nodes.filter(isEntry);
  if (entries.length === 0)
    problems.push({
      code: 'no_entry',
      severity: 'blocks',
      pointer: '/nodes',
      message: 'Nothing starts this automation. Choose a start.',
    });
  for (const extra of entries.slice(1))
    problems.push({
      code: 'several_entries',
      severity: 'blocks',
      node_id: extra.id,
      pointer: `/nodes/${at.get(extra.id)}`,
      message: 'An automation has one start. Remove this one, or build a second automation from it.',
    });
  const reached = reachable(
    graph,
    entries.map((entry) => entry.id),
  );
  if (entries.length > 0)
    for (const node of graph.nodes)
      if (!reached.has(node.id))
        problems.push({
          code: 'unreachable',
          severity: 'blocks',
          node_id: node.id,
          pointer: `/nodes/${at.get(node.id)}`,
          message: 'Nobody can get to this step. Connect it or remove it.',
        });
  const [entry] = entries;
  if (entry && reached.size === 1)
    problems.push({
      code: 'nothing_to_do',
      severity: 'look',
      node_id: entry.id,
      pointer: `/nodes/${at.get(entry.id)}`,
      message: 'Nothing follows the start yet.',
    });
  const certain = timelessLoop(graph);
  const loop = certain ?? timelessLoop(graph, true);
  const [first] = loop ?? [];
  if (loop && first !== undefined) {
    const round = `${loop.join(' → ')} → ${first}`;
    problems.push({
      code: certain ? 'loop_without_wait' : 'loop_may_not_wait',
      severity: certain ? 'blocks' : 'look',
      node_id: first,
      pointer: `/nodes/${at.get(first)}`,
      message: certain
        ? `These steps loop without a wait: ${round}. Put a wait between them.`
        : `These steps can loop without a pause, because the wait between them may already be over: ${round}.`,
    });
  }
  return problems;
};

/** Where in a config a part of it stands. */
const pathTo = (config: unknown, part: object): (string | number)[] => {
  const open: { at: unknown; path: (string | number)[] }[] = [{ at: config, path: [] }];
  for (let next = open.shift(); next; next = open.shift()) {
    const { at, path } = next;
    if (at === part) return path;
    if (typeof at === 'object' && at !== null)
      for (const [key, inner] of Object.entries(at)) open.push({ at: inner, path: [...path, key] });
  }
  return [];
};

const ruleProblems = (graph: Graph, node: GraphNode, rules: Group, pointer: string): Problem[] => {
  const { nodes, entry } = indexGraph(graph);
  const problems: Problem[] = [];
  const add = (code: DrawingProblemCode, severity: Problem['severity'], message: string) =>
    problems.push({ code, severity, node_id: node.id, pointer, message });
  for (const condition of conditionsOf(rules)) {
    if (condition.field === 'step') {
      const asked = nodes.get(String((condition as { node_id?: unknown }).node_id));
      if (!asked) add('unknown_step', 'blocks', 'A rule asks about a step that does not exist. Choose another step.');
      else if (nodeDef(asked.type)?.kind !== 'mail')
        add('unknown_step', 'blocks', 'A rule can only ask about a step that sends e-mail. Choose one that does.');
    }
    if (condition.field === 'lead' && entry && !(entry.type === 'monitor' && entry.config.over === 'leads'))
      add('no_lead', 'look', 'This rule asks about a lead, but only a monitor over leads starts with one.');
  }
  return problems;
};

const feedsItself = (
  graph: Graph,
  entry: GraphNode,
  configs: ReadonlyMap<string, unknown>,
  limited: boolean,
): Problem[] => {
  const type = entry.config.activity_type;
  if (entry.type !== 'activity_received' || typeof type !== 'string' || type === '') return [];
  const cause = graph.nodes.find((node) => {
    const config = configs.get(node.id);
    return (
      config !== undefined &&
      nodeDef(node.type)
        ?.causes?.(config as never)
        .includes(type)
    );
  });
  if (!cause) return [];
  const what = typeLabel(type);
  const step = sentenceOf(cause, new Map([[typeKey(type), what]]));
  return [
    {
      code: 'feeds_itself',
      severity: limited ? 'look' : 'blocks',
      node_id: entry.id,
      pointer: `/nodes/${graph.nodes.indexOf(entry)}/config/activity_type`,
      message: limited
        ? `The step “${step}” causes “${what}”, which starts this automation. It does not loop, because each person enters only once.`
        : `The step “${step}” causes “${what}”, which would start this automation again. Start from something else, or let each person in only once.`,
    },
  ];
};

const settingsProblems = (graph: Graph, settings: DraftSettings): Problem[] => {
  const parsed = settingsSchema.safeParse(settings);
  const problems: Problem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({
        code: 'unfinished_settings',
        severity: 'blocks' as const,
        pointer: pointerOf('/settings', issue.path),
        message:
          issue.path[0] === 'exit_when' || issue.path[0] === 'goal'
            ? `“${issue.path[0] === 'goal' ? 'Goal' : 'Leave early'}” is unfinished. Choose an activity or rules.`
            : issue.message,
      }));
  const entry = settings.entry;
  const start = indexGraph(graph).entry;
  const byClock = start?.type === 'schedule' || start?.type === 'date_reached';
  if (start?.type === 'schedule' && (entry?.limit ?? 'once') === 'once')
    problems.push({
      code: 'schedule_once',
      severity: 'look',
      node_id: start.id,
      pointer: '/settings/entry/limit',
      message:
        'The schedule repeats, but each person can enter only once. If you want everyone each time, let them enter each time.',
    });
  if (entry?.limit === 'always' && !entry.key && !entry.cooldown && !byClock) {
    problems.push({
      code: 'no_entry_limit',
      severity: 'look',
      ...(start ? { node_id: start.id } : {}),
      pointer: '/settings/entry/limit',
      message:
        'People can enter again and again without a pause. Set a key or a pause so that they do not get e-mails too often.',
    });
  }
  return problems;
};

const localLink = /https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/"'\s]|$)/i;

const conditionText = (condition: Condition, inWhere: boolean): string => {
  const alone: Group = { operator: 'AND', conditions: [condition] };
  return inWhere ? itsText(alone) : theyText(alone);
};

const surroundingProblems = (node: GraphNode, at: number, world: Surroundings): Problem[] => {
  const problems: Problem[] = [];
  const { config } = node;
  const add = (code: DrawingProblemCode, severity: Problem['severity'], field: string, message: string) =>
    problems.push({ code, severity, node_id: node.id, pointer: `/nodes/${at}/config/${field}`, message });
  const type = config.activity_type;
  if (world.activity_types && typeof type === 'string' && type !== '' && node.type !== 'record_activity')
    if (!world.activity_types.has(type))
      add('unknown_activity_type', 'look', 'activity_type', `“${typeLabel(type)}” has never happened so far.`);
  const lead = config.lead as { course_id?: unknown } | undefined;
  if (world.course_ids && typeof lead?.course_id === 'string' && !world.course_ids.has(lead.course_id))
    add('unknown_course', 'blocks', 'lead/course_id', 'This course does not exist. Choose another.');
  const def = nodeDef(node.type);
  if (world.template_ids && typeof config.template_id === 'string' && !world.template_ids.has(config.template_id))
    add('unknown_template', 'blocks', 'template_id', 'This template does not exist. Choose another.');
  const { stream } = config;
  if (stream === 'transactional' && world.unapproved_template_ids?.has(String(config.template_id)))
    add(
      'template_not_approved',
      'blocks',
      'template_id',
      'An administrator has to approve this template as system mail first. Ask one, or send it as broadcast.',
    );
  const known = stream === 'broadcast' || stream === 'transactional';
  if (def?.kind === 'mail' && world.senders && !config.from && known && !world.senders[stream])
    add('no_sender', 'blocks', 'from', `No sender is set for ${stream} mail. Set one here or in the settings.`);
  for (const [field, text] of Object.entries(def?.texts?.(config as never) ?? {})) {
    const wrong = world.checkTemplate?.(text);
    if (wrong) add('template', 'blocks', field, wrong);
    const local = def?.kind === 'mail' && world.real_mail ? localLink.exec(text)?.[0] : undefined;
    if (local)
      add(
        'local_link',
        'blocks',
        field,
        `Nobody else can open ${local}…, and this e-mail really goes out. Use a public address.`,
      );
  }
  const cron = node.type === 'schedule' && typeof config.cron === 'string' ? world.checkCron?.(config.cron) : undefined;
  if (cron) add('cron', 'blocks', 'cron', `This schedule cannot be read. ${cron}`);
  for (const { rules, pointer } of groupsIn(config, `/nodes/${at}/config`)) {
    const clash = contradictionIn(rules);
    const said = clash?.map((one) => conditionText(one, pointer.endsWith('/where'))).join(', and ');
    if (said !== undefined)
      problems.push({
        code: 'contradiction',
        severity: 'look',
        node_id: node.id,
        pointer,
        message: `Nobody can match both: ${said}.`,
      });
  }
  return problems;
};

/**
 * Everything that is wrong with an automation, or worth a look, in the order of its steps. The browser and the server
 * run the same; the server knows more of the surroundings. Publishing needs a list without `blocks`.
 */
export const validate = (graph: Graph, settings: DraftSettings = {}, world: Surroundings = {}): Problem[] => {
  const configs = new Map<string, unknown>();
  const problems: Problem[] = [];
  graph.nodes.forEach((node, at) => {
    const { problems: own, config } = stepProblems(graph, node, at, world);
    problems.push(...own, ...surroundingProblems(node, at, world));
    if (config === undefined) return;
    configs.set(node.id, config);
    for (const asked of nodeDef(node.type)?.asks?.(config as never) ?? [])
      problems.push(...ruleProblems(graph, node, asked, pointerOf(`/nodes/${at}/config`, pathTo(config, asked))));
  });
  const { entry } = indexGraph(graph);
  const limit = settings.entry?.limit ?? 'once';
  return [
    ...problems,
    ...shapeProblems(graph),
    ...edgeProblems(graph),
    ...(entry ? feedsItself(graph, entry, configs, limit === 'once') : []),
    ...entryValueProblems(graph, settings),
    ...mailProblems(graph, configs),
    ...deliveryProblems(graph, world),
    ...settingsProblems(graph, settings),
  ];
};

export const blocks = (problems: readonly Problem[]): Problem[] =>
  problems.filter((problem) => problem.severity === 'blocks');
