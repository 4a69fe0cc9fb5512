import type { Database, Log } from '#platform';
import type { Unmatched } from './claim.js';
import type { Claimed, Match } from './match.js';
import { isTransient } from './transient.js';
import type { Wake } from './wake.js';

const MOST_ATTEMPTS = 5;

/**
 * Matches one claim. When the claim fails, its people are matched one by one, a person that fails activity by
 * activity, and an activity that fails even alone is put aside, to be tried again later: it holds up nobody.
 */
export async function matchIsolated(database: Database, match: Match, log: Log): Promise<number> {
  const claimed: Claimed = { people: [], rows: [] };
  try {
    return await match.claim(claimed);
  } catch (error) {
    if (isTransient(error) || claimed.rows.length === 0) throw error;
    log.warn(
      { people: claimed.people.length, reason: (error as Error).message },
      'a claim failed; its people are matched one by one',
    );
  }
  let done = 0;
  for (const person of claimed.people) {
    const own: Claimed = { people: [], rows: [] };
    try {
      done += await match.claim(own, person);
    } catch (error) {
      if (isTransient(error)) throw error;
      done += await oneByOne(database, match, log, person, own.rows.length);
    }
  }
  return done;
}

async function oneByOne(database: Database, match: Match, log: Log, person: string, most: number): Promise<number> {
  for (let at = 0; at < most; at += 1) {
    const own: Claimed = { people: [], rows: [] };
    try {
      if ((await match.claim(own, person, 1)) === 0) return at;
    } catch (error) {
      const [row] = own.rows;
      if (isTransient(error) || !row) throw error;
      log.error(
        { activity_id: row.id, reason: (error as Error).message },
        'an activity could not be matched and is put aside',
      );
      await putAside(database, row, (error as Error).message);
    }
  }
  return most;
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

/** Wakes one claim of due runs; when it fails, person by person, and whoever fails alone is put off. */
export async function wakeIsolated(wake: Wake, log: Log): Promise<number> {
  const claimed: string[] = [];
  try {
    return await wake.claim(claimed);
  } catch (error) {
    if (isTransient(error) || claimed.length === 0) throw error;
    log.warn(
      { people: claimed.length, reason: (error as Error).message },
      'a claim failed; its people are woken one by one',
    );
  }
  let done = 0;
  for (const person of claimed) {
    try {
      done += await wake.claim([], person);
    } catch (error) {
      if (isTransient(error)) throw error;
      await wake.putOff(person, (error as Error).message);
    }
  }
  return done;
}
