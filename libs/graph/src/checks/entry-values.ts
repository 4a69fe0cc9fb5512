import { conditionsOf, entriesOf, type Group } from '#rules';
import type { DraftSettings, Graph, GraphNode } from '../model/graph.js';
import type { Problem } from '../model/node.js';
import type { DrawingProblemCode } from '../model/problem-codes.js';
import { graphRulesSchema, whereSchema } from '../words/rule-text.js';
import { indexGraph } from '../reading/walk.js';

/** Rules with the JSON pointer to them. */
interface Found {
  rules: Group;
  pointer: string;
}

const readable = (kind: 'rules' | 'where', value: unknown, pointer: string): Found[] => {
  if (value === undefined) return [];
  const read = (kind === 'rules' ? graphRulesSchema : whereSchema).safeParse(value);
  return read.success ? [{ rules: read.data, pointer }] : [];
};

/** The readable rules of a step's config, or of a moment that ends runs. */
export const groupsIn = (config: Record<string, unknown>, base: string): Found[] => [
  ...readable('rules', config.rules, `${base}/rules`),
  ...readable('where', config.where, `${base}/where`),
  ...(Array.isArray(config.cases) ? config.cases : []).flatMap((one: { rules?: unknown } | null, at) =>
    readable('rules', one?.rules, `${base}/cases/${at}/rules`),
  ),
];

const isByActivity = ({ type }: GraphNode): boolean =>
  type === 'activity_received' || type === 'smart_list_entered' || type === 'smart_list_left';

/** By an activity that names a lead, from another automation that started with one, or by a monitor over leads. */
const mayHaveLead = (start: GraphNode): boolean =>
  isByActivity(start) || start.type === 'manual' || (start.type === 'monitor' && start.config.over === 'leads');

const braced = /\{\{-?\s*([^{}]*?)\s*-?\}\}/;

/** What was meant by a template in a value: `{{ activity.metadata.cart }}` is `metadata.cart`. */
const meantBy = (text: string): string => {
  const [, inner = ''] = braced.exec(text) ?? [];
  const name = /(?:metadata|lead)\.[A-Za-z0-9_.]+/.exec(inner)?.[0];
  return name ?? 'metadata.cart';
};

const textsOf = (rules: Group): string[] =>
  [...conditionsOf(rules)].flatMap(({ value, where }) => [
    ...[value].flat().filter((each): each is string => typeof each === 'string'),
    ...(where ? textsOf(where) : []),
  ]);

/**
 * What is wrong with values taken from what started the run: a template written as a text, which rules compare letter
 * by letter, and values that the start cannot have.
 */
export const entryValueProblems = (graph: Graph, settings: DraftSettings): Problem[] => {
  const { entry: start } = indexGraph(graph);
  const problems: Problem[] = [];
  const look = ({ rules, pointer }: Found, node_id?: string) => {
    const add = (code: DrawingProblemCode, severity: Problem['severity'], message: string) =>
      problems.push({ code, severity, ...(node_id ? { node_id } : {}), pointer, message });
    const template = textsOf(rules).find((text) => text.includes('{{'));
    if (template !== undefined)
      add(
        'template_in_rule',
        'blocks',
        `Rules do not fill in templates, so “${template.slice(0, 80)}” would be compared as it stands. Use “same as the one that started this”; in JSON: { "entry": "${meantBy(template)}" }.`,
      );
    if (!start) return;
    const [ofActivity, ofLead] = ['metadata.', 'lead.'].map((prefix) =>
      entriesOf(rules).find((name) => name.startsWith(prefix)),
    );
    if (ofActivity !== undefined && !isByActivity(start))
      add(
        'no_activity',
        'blocks',
        `This compares with ${ofActivity} of the activity that started the run, but no activity starts this automation. Compare with a value, or start it by an activity.`,
      );
    if (ofLead !== undefined && !mayHaveLead(start))
      add(
        'no_lead',
        'blocks',
        `This compares with ${ofLead} of the lead that started the run, but this automation does not start with a lead. Compare with a value, or start it by a monitor over leads.`,
      );
  };
  graph.nodes.forEach((node, at) => {
    for (const found of groupsIn(node.config, `/nodes/${at}/config`)) look(found, node.id);
  });
  for (const name of ['exit_when', 'goal'] as const)
    for (const found of groupsIn(settings[name] ?? {}, `/settings/${name}`)) look(found);
  return problems;
};
