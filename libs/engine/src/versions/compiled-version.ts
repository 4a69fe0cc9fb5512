import { entryLimit, startOf, type EntryLimit, type Start, type StoredVersion } from '#automations';
import { approximateSeconds, indexGraph, nodeDef, restore, type NodeDef, type Settings } from '#graph';
import { entriesOf, type Group } from '#rules';

/** Seconds; where the settings say nothing. */
const LATE_AFTER = 86_400;

/** A step ready to be planned. */
export interface CompiledStep {
  id: string;
  def: NodeDef;
  config: never;
  asks: readonly Group[];
  awaits: { activity_type: string; where?: Group } | undefined;
  /** The step behind a way out; undefined ends the run. */
  next: ReadonlyMap<string, string>;
}

/** A published version ready to run. */
export interface CompiledVersion {
  id: string;
  automation_id: string;
  name: string;
  number: number;
  settings: Settings;
  start: Start | undefined;
  limit: EntryLimit;
  steps: ReadonlyMap<string, CompiledStep>;
  /** The types of activities that some step waits for. */
  awaited: ReadonlySet<string>;
  /** The types of activities that end its runs early. */
  endings: ReadonlySet<string>;
  /** What of the starting activity or lead its rules compare with: `metadata.cart`, `lead.course_id`. */
  entries: readonly string[];
  /** Content of each mail step, frozen when it was published. */
  pins: Record<string, string>;
  /** Activities older than this, in seconds, start and wake nothing. */
  late_after: number;
}

/** Makes a stored version, or a draft in the shape of one, ready to run. */
export function compile(stored: StoredVersion): CompiledVersion {
  const graph = restore(stored.graph);
  const { out } = indexGraph(graph);
  const steps = new Map<string, CompiledStep>();
  for (const node of graph.nodes) {
    const def = nodeDef(node.type);
    const config = def?.config.safeParse(node.config);
    if (!def || !config?.success) continue;
    const ready = config.data as never;
    steps.set(node.id, {
      id: node.id,
      def,
      config: ready,
      asks: def.asks?.(ready) ?? [],
      awaits: def.awaits?.(ready),
      next: new Map([...(out.get(node.id) ?? [])].map(([port, edge]) => [port, edge.target])),
    });
  }
  const start = startOf(graph);
  return {
    id: stored.id,
    automation_id: stored.automation_id,
    name: stored.automation_name,
    number: stored.number,
    settings: stored.settings,
    start,
    limit: entryLimit(start, stored.settings),
    steps,
    awaited: new Set([...steps.values()].flatMap((step) => step.awaits?.activity_type ?? [])),
    endings: new Set(
      [stored.settings.exit_when, stored.settings.goal].flatMap((moment) =>
        moment && 'activity_type' in moment ? [moment.activity_type] : [],
      ),
    ),
    entries: entriesOf(...[...steps.values()].flatMap(groupsOf), ...endingGroups(stored.settings)),
    pins: stored.pins,
    late_after: stored.settings.late_after ? approximateSeconds(stored.settings.late_after) : LATE_AFTER,
  };
}

const groupsOf = ({ asks, awaits }: CompiledStep): Group[] => [...asks, ...(awaits?.where ? [awaits.where] : [])];

/** The rules by which runs leave. */
export const endingRules = ({ exit_when, goal }: Settings): Group[] =>
  [exit_when, goal].flatMap((moment) => (moment && 'rules' in moment ? [moment.rules] : []));

const endingGroups = ({ exit_when, goal }: Settings): Group[] =>
  [exit_when, goal].flatMap((moment) => (!moment ? [] : 'rules' in moment ? [moment.rules] : (moment.where ?? [])));
