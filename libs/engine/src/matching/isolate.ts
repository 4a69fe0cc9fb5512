import type { Database, Log } from '#platform';
import type { Unmatched } from '../inbox/claim.js';
import { inHalves } from '../transaction/bisect.js';
import type { Claimed, Match } from './match.js';
import { isTransient } from '../transaction/transient.js';
import type { Wake } from '../waking/wake.js';

const MOST_ATTEMPTS = 5;

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
      return inHalves(last.rows, failure, (some) => claim([id], some.length), activity);
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
    return inHalves(last.people, error, (some) => claim(some), person);
  }
}

/** Takes an activity out of the inbox and keeps it for another try; after the last one a person is told. */
async function putAside(database: Database, row: Unmatched, reason: string): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run('delete from cortex.activity_inbox where seq = $1', [row.seq]);
    const kept = await tx.row<{ attempts: number }>(
      `insert into cortex.inbox_failures (activity_id, person_id, occurred_at, history, error, next_try_at)
       values ($1, $2, $3::timestamptz, $4, $5, cortex.now() + interval '1 minute')
       on conflict (activity_id) do update set attempts = inbox_failures.attempts + 1, error = excluded.error,
         next_try_at = case when inbox_failures.attempts + 1 >= $6::int then null
           else cortex.now() + interval '1 minute' * power(4, inbox_failures.attempts) end
       returning attempts`,
      [row.id, row.person_id, row.occurred_text, row.history, reason.slice(0, 500), MOST_ATTEMPTS],
    );
    if (kept!.attempts < MOST_ATTEMPTS) return;
    await tx.run(
      `insert into cortex.attention (key, kind, title, detail, facts)
       values ('inbox:' || $1::text, 'engine', 'An activity could not be matched',
         'It was recorded, but starting and waking automations from it failed ' || $2::int || ' times: ' || $3::text,
         jsonb_build_object('activity_id', $1::text))
       on conflict (key) where closed_at is null do nothing`,
      [row.id, MOST_ATTEMPTS, reason.slice(0, 300)],
    );
  });
}

/** Puts activities that failed back into the inbox when their time has come, and forgets those that were matched since. */
export async function retryPutAside(database: Database): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run(
      `with due as (
         update cortex.inbox_failures set next_try_at = null
         where activity_id in (select activity_id from cortex.inbox_failures
           where next_try_at <= cortex.now() order by next_try_at limit 500 for update skip locked)
         returning person_id, activity_id, occurred_at, history)
       insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history)
       select person_id, activity_id, occurred_at, history from due`,
    );
    await tx.run(
      `delete from cortex.inbox_failures f where f.next_try_at is null and f.attempts < $1
       and not exists (select from cortex.activity_inbox i where i.activity_id = f.activity_id)`,
      [MOST_ATTEMPTS],
    );
  });
}

/** Wakes one claim of due runs; when it fails, in ever smaller parts, and whoever fails alone is put off. */
export async function wakeIsolated(wake: Wake, log: Log): Promise<number> {
  const claimed: string[] = [];
  try {
    return await wake.claim(claimed);
  } catch (error) {
    if (isTransient(error) || claimed.length === 0) throw error;
    log.warn(
      { people: claimed.length, reason: (error as Error).message },
      'a claim failed; its people are woken in smaller parts',
    );
    const putOff = async (person: string, failure: unknown) => {
      await wake.putOff(person, (failure as Error).message);
      return 0;
    };
    return inHalves(claimed, error, (some) => wake.claim([], some), putOff);
  }
}
