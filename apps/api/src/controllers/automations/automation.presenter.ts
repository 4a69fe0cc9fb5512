import type { AutomationRow } from '#automations';
import { nodes, nodeTypes, restore, sentenceOf, validate, type DraftSettings, type Graph } from '#graph';
import { z } from 'zod';

/**
 * An automation as the API shows it.
 * @param problems of its draft; otherwise those of the drawing itself, which need no database
 */
export function presentAutomation(row: AutomationRow, problems = validate(row.draft_graph, row.settings)) {
  const { draft_graph, live_graph, live_settings, ...rest } = row;
  return {
    ...rest,
    graph: draft_graph,
    changed: live_graph !== null && !sameProgram(row, live_graph, live_settings!),
    problems,
  };
}

/** Whether draft and live version do the same: where steps lie and what is noted beside them does not count. */
function sameProgram(draft: AutomationRow, graph: Graph, settings: DraftSettings): boolean {
  return program(draft.draft_graph, draft.settings) === program(graph, settings);
}

function program(graph: Graph, settings: DraftSettings): string {
  const { nodes: steps, edges } = restore(graph);
  return JSON.stringify([
    steps.map(({ id, type, config }) => sorted({ id, type, config })).sort(byText),
    edges.map((edge) => sorted(edge)).sort(byText),
    sorted(settings),
  ]);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** With keys in one order, whatever the database did to them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** Every step type as an editor or another program needs it. */
export function presentNodeTypes() {
  return {
    items: nodeTypes.map((type) => {
      const def = nodes[type];
      const defaults = (def.defaults ?? {}) as Record<string, unknown>;
      return {
        type: def.type,
        version: def.version,
        kind: def.kind,
        icon: def.icon,
        title: def.title,
        summary: def.summary,
        docs: def.docs,
        schema: z.toJSONSchema(def.config, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
        defaults,
        ports: def.ports(defaults as never),
        sentence: sentenceOf({ type, config: defaults }),
        examples: def.examples.map(({ name, config }) => ({
          name,
          config: config as unknown,
          sentence: sentenceOf({ type, config: config as Record<string, unknown> }),
        })),
      };
    }),
  };
}
