import { newId } from '#platform';
import { entryFacts, isUuid, type StartingLead } from '#rules';
import type { Moment } from '../versions/compiled-versions.js';
import { Journey, type RunRow } from '../runs/journey.js';
import { applyLimits, type AllowedEntry, type Entry, type EntryHistory, type Refusal } from './entry-limits.js';

/** What `enter` asks about: the database now, or a replayed past. */
export interface EntryChecks extends EntryHistory {
  /** Those among these entries, all of people who were in on the same day, that nobody expected. Absent: nobody asks. */
  unexpectedEntries?(entries: readonly AllowedEntry[]): Promise<ReadonlySet<AllowedEntry>>;
  /** What rules may compare with of these leads, by id; those that are gone are left out. Absent: of none. */
  startingLeads?(ids: readonly string[]): Promise<ReadonlyMap<string, StartingLead>>;
}

/**
 * New runs for those whom the entry limits and the guard let in, standing behind the start and not yet moved; for the others
 * why they do not come in. In the order given. The persons' locks must be held.
 */
export async function enter(
  checks: EntryChecks,
  moment: Moment,
  entries: readonly Entry[],
): Promise<({ journey: Journey } | { refused: Refusal })[]> {
  const allowed = await applyLimits(checks, moment, entries);
  const again = allowed.flatMap((entry) => ('refused' in entry || entry.today.length === 0 ? [] : [entry]));
  const unexpected = again.length > 0 ? await checks.unexpectedEntries?.(again) : undefined;
  const asked = allowed.flatMap((entry) =>
    'refused' in entry || !entry.version.entries.some((name) => name.startsWith('lead.')) ? [] : (leadOf(entry) ?? []),
  );
  const leads = asked.length > 0 ? await checks.startingLeads?.([...new Set(asked)]) : undefined;
  return allowed.map((entry) => {
    if ('refused' in entry) return entry;
    if (unexpected?.has(entry)) return { refused: 'too_many' as const };
    return { journey: begin(entry, moment, leads?.get(leadOf(entry) ?? '')) };
  });
}

function begin(entry: AllowedEntry, moment: Moment, lead: StartingLead | undefined): Journey {
  const { version, activity } = entry;
  const start = version.start!;
  const run: RunRow = {
    id: newId(),
    automation_id: version.automation_id,
    version_id: version.id,
    version: version.number,
    person_id: entry.person_id,
    entry_key: entry.entry_key,
    status: 'active',
    node_id: start.node_id,
    wake_at: null,
    waiting_for: null,
    lead_id: leadOf(entry),
    activity_id: activity?.id ?? null,
    context: {
      ...(activity
        ? {
            activity: {
              id: activity.id,
              occurred_at: activity.occurred_at.toISOString(),
              ...(activity.recorded_for ? { person_id: activity.recorded_for } : {}),
            },
          }
        : {}),
      ...(entry.key ? { key: entry.key } : {}),
      ...(version.entries.length > 0
        ? {
            entry: entryFacts(version.entries, {
              metadata: activity?.metadata,
              ...(lead ? { lead: { ...lead } } : {}),
            }),
          }
        : {}),
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

/** The lead that somebody comes in by: an activity about a checkout says which (`lead.created` does). */
function leadOf({ lead_id, activity }: AllowedEntry): string | null {
  const named = activity?.metadata.lead_id;
  return lead_id ?? (isUuid(named) ? named : null);
}
