import type { Tx } from '#platform';
import type { Entry, PastEntry } from './entry-limits.js';

/** Every entry of these people into these automations, with those who were there at a publishing (`seen`). */
export const pastEntries = async (tx: Tx, entries: readonly Entry[]): Promise<PastEntry[]> => {
  if (entries.length === 0) return [];
  const pairs = [
    ...new Map(entries.map((entry) => [`${entry.version.automation_id} ${entry.person_id}`, entry])).values(),
  ];
  return tx.rows<PastEntry>(
    `select r.automation_id, r.person_id, r.entry_key, r.context->>'key' as key, r.entered_at, false as seen
     from unnest($1::uuid[], $2::uuid[]) w(automation_id, person_id)
     join cortex.automation_runs r on r.automation_id = w.automation_id and r.person_id = w.person_id
     union all
     select s.automation_id, s.person_id, s.entry_key, null, s.seen_at, true
     from unnest($1::uuid[], $2::uuid[]) w(automation_id, person_id)
     join cortex.automation_seen s on s.automation_id = w.automation_id and s.person_id = w.person_id`,
    [pairs.map((entry) => entry.version.automation_id), pairs.map((entry) => entry.person_id)],
  );
};
