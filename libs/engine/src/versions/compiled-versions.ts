import { engineMoment, liveVersions, storedVersions, type EngineMoment } from '#automations';
import type { Tx } from '#platform';
import { compile, type CompiledVersion } from './compiled-version.js';
import { TriggerIndex } from './trigger-index.js';

const VERSIONS_KEPT = 2_000;

/** What runs at this moment. */
export interface Moment extends EngineMoment {
  live: ReadonlyMap<string, CompiledVersion>;
  triggers: TriggerIndex;
  /** Where everybody goes who comes to a split whose experiment was decided, by `decidedKey`. */
  decided?: ReadonlyMap<string, string>;
}

/** The name of a split in `decided`. */
export const decidedKey = (versionId: string, nodeId: string): string => `${versionId} ${nodeId}`;

/** Compiled versions of this process: immutable ones are kept, what is live is loaded again when the epoch moves. */
export class CompiledVersions {
  private readonly known = new Map<string, CompiledVersion>();
  private current:
    | {
        epoch: string;
        live: ReadonlyMap<string, CompiledVersion>;
        versions: ReadonlyMap<string, CompiledVersion>;
        triggers: TriggerIndex;
        decided: ReadonlyMap<string, string>;
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
      const triggers = new TriggerIndex([...live.values()]);
      this.current = { epoch: moment.epoch, live, versions, triggers, decided: await decidedSplits(tx) };
    }
    const { live, triggers, decided } = this.current;
    return { ...moment, live, triggers, decided };
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

/** Whoever is still in an older version may come to its split too. */
async function decidedSplits(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<{ version_id: string; node_id: string; winner: string }>(
    'select version_id, node_id, winner from cortex.experiment_results where takes_all',
  );
  return new Map(rows.map(({ version_id, node_id, winner }) => [decidedKey(version_id, node_id), winner]));
}
