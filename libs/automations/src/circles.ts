import { indexGraph, nodeDef, type DraftSettings, type Graph, type Problem } from '#graph';
import type { Tx } from '#platform';
import { entryLimit, startOf } from './starts.js';

interface Other {
  id: string;
  name: string;
  graph: Graph;
  settings: DraftSettings;
}

interface Link {
  name: string;
  /** What starts it, as a type of activity; entering a list names the list. */
  starts: string | undefined;
  causes: ReadonlySet<string>;
  /** Whether it lets the same person in again. */
  again: boolean;
}

const MOST_LIVE = 2_000;

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
  const own = linkOf('', graph, settings);
  if (own.starts === undefined || own.causes.size === 0 || !own.again) return [];
  const rows = await tx.rows<Other>(
    `select a.id, a.name, v.graph, v.settings from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version
     where a.status = 'live' and a.id <> $1 order by a.id limit ${MOST_LIVE}`,
    [id],
  );
  const others = rows.map((row) => linkOf(row.name, row.graph, row.settings)).filter((other) => other.again);
  const round = wayBack(own, others);
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

function linkOf(name: string, graph: Graph, settings: DraftSettings): Link {
  const causes = new Set<string>();
  for (const node of graph.nodes) {
    const def = nodeDef(node.type);
    const config = def?.config.safeParse(node.config);
    if (config?.success) for (const type of def?.causes?.(config.data as never) ?? []) causes.add(type);
  }
  const start = startOf(graph);
  const limit = entryLimit(start, { entry: settings.entry });
  return {
    name,
    starts: start?.by === 'activity' && start.smart_list_id === undefined ? start.activity_type : undefined,
    causes,
    again: limit.repeat !== 'once' || limit.unit.by !== 'person',
  };
}

/** The names of the automations on the shortest way from what one causes back to what starts it. */
function wayBack(own: Link, others: readonly Link[]): string[] | undefined {
  const seen = new Set<Link>();
  let layer: { link: Link; way: string[] }[] = [{ link: own, way: [] }];
  while (layer.length > 0) {
    const next: typeof layer = [];
    for (const { link, way } of layer) {
      for (const other of others) {
        if (seen.has(other) || other.starts === undefined || !link.causes.has(other.starts)) continue;
        seen.add(other);
        const further = [...way, other.name];
        if (own.starts !== undefined && other.causes.has(own.starts)) return further;
        next.push({ link: other, way: further });
      }
    }
    layer = next;
  }
  return undefined;
}
