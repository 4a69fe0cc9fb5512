import type { Database } from '#platform';

/** SQL for the jobs `j` of past hours that were not closed; the one of the present hour stays open, because more may come. */
export const openPastJobs = `j.kind <> 'broadcast' and j.status in ('queued', 'processing')
  and j.hour < date_trunc('hour', cortex.now(), 'UTC')`;

/** Closes the job rows of past hours all of whose mails are settled. */
export async function closeFinishedJobs(database: Database): Promise<void> {
  await database.run(
    `with open_jobs as (
       -- By the time they were queued, for which there are indexes, and not by job.
       select j.id,
         exists (select from cortex.outgoing o where o.stream = j.stream
           and o.created_at >= j.hour and o.created_at < j.hour + interval '1 hour')
         or exists (select from cortex.send_batches b cross join unnest(b.message_ids) l(id)
           join cortex.messages m on m.id = l.id
           where b.settled_at is null and m.job_id = j.id and m.state in ('submitting', 'uncertain')) as busy
       from public.email_jobs j
       where ${openPastJobs}
     )
     update public.email_jobs j set status = 'sent', updated_at = cortex.now()
     from open_jobs d where j.id = d.id and not d.busy`,
  );
}
