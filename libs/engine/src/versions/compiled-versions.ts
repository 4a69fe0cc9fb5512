import { engineMoment, entryLimit, liveVersions, startOf, storedVersions } from '#automations';
import type { EngineMoment, EntryLimit, Start, StoredVersion } from '#automations';
import { approximateSeconds, indexGraph, nodeDef, restore, type NodeDef, type Settings } from '#graph';
import type { Tx } from '#platform';
import type { Group } from '#rules';
import { TriggerIndex } from './trigger-index.js';

const VERSIONS_KEPT = 2_000;
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
  /** Content of each mail step, frozen when it was published. */
  pins: Record<string, string>;
  /** Activities older than this, in seconds, start and wake nothing. */
  late_after: number;
}

/** What runs at this moment. */
export interface Moment extends EngineMoment {
  live: ReadonlyMap<string, CompiledVersion>;
  triggers: TriggerIndex;
}

/** Compiled versions of this process: immutable ones are kept, what is live is loaded again when the epoch moves. */
export class CompiledVersions {
  private readonly known = new Map<string, CompiledVersion>();
  private current:
    | {
        epoch: string;
        live: ReadonlyMap<string, CompiledVersion>;
        versions: ReadonlyMap<string, CompiledVersion>;
        triggers: TriggerIndex;
      }
    | undefined;

  /** @param kept how many versions are remembered; those that are live are besides, however many they are */
  constructor(private readonly kept = VERSIONS_KEPT) {}

  /** The present moment of a transaction that has entered the gate. */
  async moment(tx: Tx): Promise<Moment> {
    const moment = await engineMoment(tx);
    if (this.current?.epoch !== moment.epoch) {
      const rows = await liveVersions(tx);
      const versions = await this.load(
        tx,
        rows.map((row) => row.version_id),
      );
      const live = new Map(rows.map((row) => [row.automation_id, versions.get(row.version_id)!]));
      this.current = { epoch: moment.epoch, live, versions, triggers: new TriggerIndex([...live.values()]) };
    }
    return { ...moment, live: this.current.live, triggers: this.current.triggers };
  }

  /** The versions with these ids. */
  async load(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, CompiledVersion>> {
    const found = new Map<string, CompiledVersion>();
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const version = this.current?.versions.get(id) ?? this.known.get(id);
      if (version) found.set(id, version);
      else missing.push(id);
    }
    if (missing.length > 0) {
      for (const row of await storedVersions(tx, missing)) {
        const version = compile(row);
        // Held here too: what is remembered may be forgotten again before all are loaded.
        found.set(version.id, version);
        this.keep(version);
      }
    }
    return found;
  }

  private keep(version: CompiledVersion): void {
    this.known.set(version.id, version);
    if (this.known.size <= this.kept) return;
    for (const id of this.known.keys()) {
      if (this.known.size <= this.kept / 2) break;
      this.known.delete(id);
    }
  }
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
    pins: stored.pins,
    late_after: stored.settings.late_after ? approximateSeconds(stored.settings.late_after) : LATE_AFTER,
  };
}
