import { indexGraph, nodeDef, type DraftSettings, type Graph, type Problem } from '#graph';
import type { Tx } from '#platform';
import { entryLimit, startOf } from '../starts/starts.js';

interface Other {
  id: string;
  name: string;
  graph: Graph;
  settings: DraftSettings;
}

interface Link {
  /** What starts it, as a type of activity; entering a list names the list. */
  starts: string | undefined;
  causes: ReadonlySet<string>;
  /** Whether it lets the same person in again. */
  again: boolean;
}

/** Automations looked at on each further step of the way. */
const MOST_STARTED = 2_000;

/**
 * Whether what this drawing causes starts other live automations that in turn start it again. The engine stops
 * whoever goes round too often; this says it before anybody does. Told only where somebody could go round: not where the
 * drawing lets everyone in once.
 */
export async function circleThroughOthers(
  tx: Tx,
  id: string,
  graph: Graph,
  settings: DraftSettings,
): Promise<Problem[]> {
  const own = linkOf(graph, settings);
  if (own.starts === undefined || own.causes.size === 0 || !own.again) return [];
  const round = await wayBack(tx, id, own);
  if (!round) return [];
  const entry = indexGraph(graph).entry;
  return [
    {
      code: 'circle_through_others',
      severity: 'look',
      ...(entry ? { node_id: entry.id } : {}),
      pointer: `/nodes/${entry ? graph.nodes.indexOf(entry) : 0}`,
      message: `What this automation does starts ${round.map((name) => `“${name}”`).join(', then ')}, and that starts this one again. Let each person in once, or start from something else.`,
    },
  ];
}

function linkOf(graph: Graph, settings: DraftSettings): Link {
  const causes = new Set<string>();
  for (const node of graph.nodes) {
    const def = nodeDef(node.type);
    const config = def?.config.safeParse(node.config);
    if (config?.success) for (const type of def?.causes?.(config.data as never) ?? []) causes.add(type);
  }
  const start = startOf(graph);
  const limit = entryLimit(start, { entry: settings.entry });
  return {
    starts: start?.by === 'activity' && start.smart_list_id === undefined ? start.activity_type : undefined,
    causes,
    again: limit.repeat !== 'once' || limit.unit.by !== 'person',
  };
}

/** The live automations that activities of these types start, besides those that are known already. */
const startedBy = (tx: Tx, types: readonly string[], known: readonly string[]): Promise<Other[]> =>
  tx.rows<Other>(
    `select a.id, a.name, v.graph, v.settings from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version
     where a.status = 'live' and a.id <> all($2::uuid[]) and exists (
       select from jsonb_array_elements(v.graph -> 'nodes') n
       where n ->> 'type' = 'activity_received' and n -> 'config' ->> 'activity_type' = any($1::text[]))
     order by a.id limit ${MOST_STARTED}`,
    [types, known],
  );

/** The names of the automations on the shortest way from what one causes back to what starts it. */
async function wayBack(tx: Tx, id: string, own: Link): Promise<string[] | undefined> {
  const seen = new Set([id]);
  const followed = new Set<string>();
  let layer: { link: Link; way: string[] }[] = [{ link: own, way: [] }];
  while (layer.length > 0) {
    const types = new Set(layer.flatMap(({ link }) => [...link.causes].filter((type) => !followed.has(type))));
    if (types.size === 0) return undefined;
    const others = await startedBy(tx, [...types], [...seen]);
    const next: typeof layer = [];
    for (const row of others) {
      const other = linkOf(row.graph, row.settings);
      const from = layer.find(({ link }) => other.starts !== undefined && link.causes.has(other.starts));
      if (!from || !other.again) continue;
      seen.add(row.id);
      const way = [...from.way, row.name];
      if (own.starts !== undefined && other.causes.has(own.starts)) return way;
      next.push({ link: other, way });
    }
    for (const type of types) followed.add(type);
    layer = next;
  }
  return undefined;
}
