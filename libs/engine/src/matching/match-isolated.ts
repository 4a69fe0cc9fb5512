import { isTransient, type Database, type Log } from '#platform';
import type { Unmatched } from '../inbox/claim.js';
import { putAside } from '../inbox/failed-activities.js';
import { bisect } from '../transaction/bisect.js';
import type { Claimed, Match } from './match.js';

/**
 * Matches one claim. When the claim fails, its people are matched in ever smaller parts, a person that fails alone
 * activity by activity in the same way, and an activity that fails even alone is put aside, to be tried again later:
 * it holds up nobody.
 */
export async function matchIsolated(database: Database, match: Match, log: Log): Promise<number> {
  let last: Claimed = { people: [], rows: [] };
  const claim = (only?: readonly string[], rows?: number) => {
    last = { people: [], rows: [] };
    return match.claim(last, only, rows);
  };
  try {
    return await claim();
  } catch (error) {
    if (isTransient(error) || last.rows.length === 0) throw error;
    log.warn(
      { people: last.people.length, reason: (error as Error).message },
      'a claim failed; its people are matched in smaller parts',
    );
    const person = async (id: string, failure: unknown) => {
      // The last claim was this person's alone; its activities are taken oldest first, so a part is a number of them.
      if (last.rows.length === 0) throw failure;
      return bisect(last.rows, failure, (some) => claim([id], some.length), activity);
    };
    const activity = async (_: Unmatched, failure: unknown) => {
      const [row] = last.rows;
      if (!row) throw failure;
      log.error(
        { activity_id: row.id, reason: (failure as Error).message },
        'an activity could not be matched and is put aside',
      );
      await putAside(database, row, (failure as Error).message);
      return 1;
    };
    return bisect(last.people, error, (some) => claim(some), person);
  }
}
