import type { Config, Database } from '#platform';
import { readiness, showWaiting, type Stream } from './workspace.js';

const openJobs = `j.kind <> 'broadcast' and j.status in ('queued', 'processing')
  and j.hour < date_trunc('hour', cortex.now(), 'UTC')`;

/** Whether there is anything to keep up with: mail under way, an hour to close, or a heartbeat half a minute old. */
export const UPKEEP_DUE = `exists (select from cortex.outgoing order by message_id limit 1)
  or exists (select from cortex.send_batches where settled_at is null)
  or exists (select from public.email_jobs j where ${openJobs})
  or not exists (select from cortex.heartbeat where at > clock_timestamp() - interval '30 seconds')`;

/** Closes the job rows of past hours all of whose mails are settled. */
export async function keepJobsUpToDate(database: Database): Promise<void> {
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
       -- The job of the present hour stays open: more may come.
       where ${openJobs}
     )
     update public.email_jobs j set status = 'sent', updated_at = cortex.now()
     from open_jobs d where j.id = d.id and not d.busy`,
  );
}

/** Says under Needs attention which mails wait for something that a person must set. */
export async function countWaiting(database: Database, config: Config): Promise<void> {
  if (!config.hasPostmark) return;
  await database.tx(async (tx) => {
    const reasons = new Map<string, number>();
    const add = (reason: string, n: number) => n > 0 && reasons.set(reason, (reasons.get(reason) ?? 0) + n);
    for (const stream of ['broadcast', 'transactional'] satisfies Stream[]) {
      const ready = await readiness(tx, config, stream, 'postmark', undefined);
      const waiting = async (condition: string) =>
        (await tx.row<{ n: number }>(
          `select count(*)::int as n from (select 1 from cortex.outgoing
           where stream = $1 and not demo and ${condition} limit 100000) w`,
          [stream],
        ))!.n;
      if (!ready.ready) add(ready.reason, await waiting('true'));
      else if (ready.facts.sender === '') add('sender', await waiting('not own_sender'));
    }
    reasons.delete('stopped');
    await showWaiting(tx, reasons);
  });
}
