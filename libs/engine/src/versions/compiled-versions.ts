import { engineMoment, liveVersions, storedVersions, type EngineMoment } from '#automations';
import type { Tx } from '#platform';
import { compile, type CompiledVersion } from './compiled-version.js';
import { TriggerIndex } from './trigger-index.js';

const VERSIONS_KEPT = 2_000;

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
