import { newId, type Tx } from '#platform';
import type { CompiledVersion, Moment } from '../versions/compiled-versions.js';
import { Journey, type RunRow } from '../runs/journey.js';
import { applyLimits, type AllowedEntry, type Entry, type Refusal } from './entry-limits.js';
import { stepStates } from '../runs/runs.queries.js';
import type { World } from '../advance/world.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * New runs for those whom the entry limits and the guard let in, standing behind the start and not yet moved; for the others
 * why they do not come in. In the order given. The persons' locks must be held.
 */
export async function enter(
  world: Pick<World, 'pastEntries' | 'tooMany'>,
  moment: Moment,
  entries: readonly Entry[],
): Promise<({ journey: Journey } | { refused: Refusal })[]> {
  const allowed = await applyLimits(world, moment, entries);
  const again = allowed.flatMap((entry) => ('refused' in entry || entry.today.length === 0 ? [] : [entry]));
  const tooMany = again.length > 0 ? await world.tooMany?.(again) : undefined;
  return allowed.map((entry) => {
    if ('refused' in entry) return entry;
    return tooMany?.has(entry) ? { refused: 'too_many' as const } : { journey: begin(entry, moment) };
  });
}

function begin(entry: AllowedEntry, moment: Moment): Journey {
  const { version, activity } = entry;
  const start = version.start!;
  const run: RunRow = {
    id: newId(),
    automation_id: version.automation_id,
    version_id: version.id,
    version: version.number,
    person_id: entry.person_id,
    contact_email: entry.contact_email,
    entry_key: entry.entry_key,
    status: 'active',
    node_id: start.node_id,
    wake_at: null,
    waiting_for: null,
    lead_id: entry.lead_id ?? leadOf(activity?.metadata),
    activity_id: activity?.id ?? null,
    context: {
      ...(activity ? { activity: { id: activity.id, occurred_at: activity.occurred_at.toISOString() } } : {}),
      ...(entry.key ? { key: entry.key } : {}),
      ...(entry.sent_by ? { sent_by: entry.sent_by } : {}),
    },
    visits: 0,
    retries: 0,
    entered_at: moment.now,
    ended_at: null,
    end_reason: null,
  };
  const journey = new Journey(run, version, true);
  journey.enter(moment.now);
  journey.leave(moment.now, 'next', activity ? { activity_id: activity.id } : {});
  return journey;
}

/** An activity about a checkout says which (`lead.created` does). */
const leadOf = (metadata: Record<string, unknown> | undefined): string | null =>
  typeof metadata?.lead_id === 'string' && uuid.test(metadata.lead_id) ? metadata.lead_id : null;

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
