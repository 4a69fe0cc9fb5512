import { keptDays } from '#contracts';
import type { Database } from '#platform';

/** Rows that go in one statement, and statements of a night: what is left waits for the next. */
const AT_A_TIME = 500;
const MOST_STEPS = 40;

/**
 * Deletes jobs that have ended long ago: imports, exports and changes of many people, with what they counted. None that
 * can still be undone, or whose file is still here. @returns how many
 */
export async function deleteOldJobs(database: Database, mayGoOn: () => boolean): Promise<number> {
  let deleted = 0;
  for (let step = 0; step < MOST_STEPS && mayGoOn(); step++) {
    const gone = await database.run(
      `delete from cortex.jobs j where j.id = any(array(
         select o.id from cortex.jobs o
         where o.ended_at < (select cortex.now()) - make_interval(days => $1)
           and o.status in ('completed', 'failed', 'cancelled') and not o.can_undo
           and not exists (select from cortex.files f where f.id = o.file_id)
         order by o.ended_at limit $2))`,
      [keptDays.jobs, AT_A_TIME],
    );
    deleted += gone;
    if (gone < AT_A_TIME) break;
  }
  return deleted;
}
