import type { Tx } from '#platform';
import type { CompiledVersion } from '../versions/compiled-version.js';
import { Journey, type RunRow } from './journey.js';
import { stepStates } from './runs.queries.js';

/** Stored runs, ready to be moved: with the step they stand at and how often each step was visited. */
export async function resumeRuns(
  tx: Tx,
  runs: readonly RunRow[],
  versions: ReadonlyMap<string, CompiledVersion>,
): Promise<Journey[]> {
  if (runs.length === 0) return [];
  const states = await stepStates(
    tx,
    runs.map((run) => run.id),
  );
  return runs.flatMap((run) => {
    const version = versions.get(run.version_id);
    if (!version) return [];
    const own = states.filter((state) => state.run_id === run.id);
    const journey = new Journey(run, version, false, new Map(own.map((state) => [state.node_id, state.visit])));
    const open = own.find((state) => state.node_id === run.node_id && state.left_at === null);
    if (open) {
      const { run_id: _run, ...record } = open;
      journey.open = record;
      journey.lookBack = true;
    }
    return [journey];
  });
}
