import type { RunKey } from '#directory';
import type { Group, PersonFacts, RunFacts } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';

/** Where the facts that rules ask about come from: the database now, or a replayed past. */
export interface FactSource {
  /** What the rules may know about these people, by person; see `loadFacts`. */
  facts(personIds: readonly string[], groups: readonly Group[], moment: Moment): Promise<Map<string, PersonFacts>>;
  /** What the rules may know about these runs, by run; see `loadRunFacts`. */
  runFacts(runs: readonly RunKey[]): Promise<Map<string, RunFacts>>;
}
