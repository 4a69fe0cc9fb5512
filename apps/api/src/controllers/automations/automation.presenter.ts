import type { AutomationRow } from '#automations';
import { nodes, nodeTypes, programOf, sentenceOf, validate, type DraftSettings, type Graph } from '#graph';
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
  return programOf(draft.draft_graph, draft.settings) === programOf(graph, settings);
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
