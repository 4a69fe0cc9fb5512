import { metadataOf } from '#activities';
import { contactJson, leadJson, type MailData } from '#emails';
import type { Tx } from '#platform';
import type { RunRow } from './journey.js';

/** Of a run, what says about whom and what. */
type About = Pick<RunRow, 'person_id' | 'lead_id'> & { context: Pick<RunRow['context'], 'activity'> };

/** What mails and calls may say about the person of each run, as it is now: the roots `contact`, `activity` and `lead` of templates. */
export async function mailData(tx: Tx, runs: readonly About[]): Promise<MailData[]> {
  const activities = await startingActivities(tx, runs);
  const rows = await tx.rows<MailData>(
    `select ${contactJson} as contact, case when l.id is not null then ${leadJson} end as lead
     from unnest($1::uuid[], $2::uuid[]) with ordinality w(person_id, lead_id, ord)
     left join cortex.people p on p.person_id = w.person_id
     left join public.purchase_leads l on l.id = w.lead_id
     left join public.courses c on c.id = l.course_id
     order by w.ord`,
    [runs.map((run) => run.person_id), runs.map((run) => run.lead_id)],
  );
  return rows.map(({ contact, lead }, at) => ({
    contact,
    activity: activities.get(runs[at]!.context.activity?.id ?? '') ?? null,
    lead,
  }));
}

/** The activities that started these runs, by id. Bounded by instants of its own, so that few months are planned. */
async function startingActivities(tx: Tx, runs: readonly About[]): Promise<Map<string, Record<string, unknown>>> {
  const started = runs.flatMap(({ person_id, context }) =>
    context.activity ? [{ person_id, ...context.activity }] : [],
  );
  if (started.length === 0) return new Map();
  const instants = started.map(({ occurred_at }) => Date.parse(occurred_at));
  const rows = await tx.rows<{ id: string; activity: Record<string, unknown> }>(
    `select a.id, jsonb_build_object('id', a.id, 'type', a.type, 'metadata', ${metadataOf('a')}, 'occurred_at', a.occurred_at) as activity
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) w(person_id, id, occurred_at)
     cross join lateral (
       select a.id, a.type, a.metadata, a.occurred_at from public.crm_activities a
       where a.person_id = w.person_id and a.id = w.id and a.occurred_at >= w.occurred_at
         and a.occurred_at < w.occurred_at + interval '1 millisecond'
         and a.occurred_at >= $4::timestamptz and a.occurred_at < $5::timestamptz
       limit 1) a`,
    [
      started.map(({ person_id }) => person_id),
      started.map(({ id }) => id),
      started.map(({ occurred_at }) => occurred_at),
      new Date(Math.min(...instants)).toISOString(),
      new Date(Math.max(...instants) + 1).toISOString(),
    ],
  );
  return new Map(rows.map(({ id, activity }) => [id, activity]));
}
