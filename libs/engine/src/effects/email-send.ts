import { queueMails, type Mail, type MailData } from '#emails';
import type { Tx } from '#platform';
import type { EffectCall, EffectHandler } from './effect-handler.js';

/** Queues the step's mail; it leaves once this transaction has committed. Its key makes it one mail however often the step is tried. */
export const emailSend: EffectHandler<'email.send'> = async (tx, calls) => {
  const data = await mailData(tx, calls);
  const mails = calls.map(({ journey, record, effect }, at): Mail => {
    const { run, version } = journey;
    const pinned = version.pins[record.node_id];
    const said = pinned
      ? { content_id: pinned }
      : effect.template_id
        ? { template_id: effect.template_id }
        : {
            content: {
              subject: effect.subject ?? '',
              preheader: effect.preheader,
              html: effect.html ?? '',
              text: effect.text,
            },
          };
    return {
      ...said,
      run: {
        automation_id: run.automation_id,
        version: version.number,
        run_id: run.id,
        node_id: record.node_id,
        visit: record.visit,
      },
      person_id: run.person_id,
      contact_email: run.contact_email,
      stream: effect.stream,
      topic_id: effect.topic_id,
      from: effect.from,
      data: data[at]!,
      dedupe_key: `run:${run.id}:${record.node_id}:${record.visit}`,
    };
  });
  const queued = await queueMails(tx, mails);
  return queued.map(({ message_id }) => ({ message_id }));
};

/** What the mails may say about each person, as it is now: the roots `contact`, `activity` and `lead` of the templates. */
async function mailData(tx: Tx, calls: readonly EffectCall<'email.send'>[]): Promise<MailData[]> {
  const runs = calls.map(({ journey }) => journey.run);
  const rows = await tx.rows<MailData & { ord: number }>(
    `select w.ord::int,
       jsonb_build_object('id', p.id, 'email', coalesce(p.email::text, p.address), 'type', p.type,
         'first_name', p.first_name, 'last_name', p.last_name, 'phone', p.phone, 'country', p.country,
         'timezone', p.timezone, 'tags', p.tags, 'attributes', p.attributes, 'created_at', p.created_at,
         'lifetime_value', p.lifetime_value_minor::float8 / 100) as contact,
       case when a.id is not null then jsonb_build_object('id', a.id, 'type', a.type, 'metadata', a.metadata,
         'occurred_at', a.occurred_at) end as activity,
       case when l.id is not null then jsonb_build_object('id', l.id, 'course_id', l.course_id,
         'course_title', c.title, 'created_at', l.created_at, 'attributes', l.attributes) end as lead
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
       with ordinality w(person_id, lead_id, activity_id, occurred_at, ord)
     left join cortex.people p on p.person_id = w.person_id
     left join public.purchase_leads l on l.id = w.lead_id
     left join public.courses c on c.id = l.course_id
     left join lateral (
       select a.id, a.type, a.metadata, a.occurred_at from public.crm_activities a
       where w.activity_id is not null and a.person_id = w.person_id and a.occurred_at >= w.occurred_at
         and a.occurred_at < w.occurred_at + interval '1 millisecond' and a.id = w.activity_id limit 1) a on true
     order by w.ord`,
    [
      runs.map((run) => run.person_id),
      runs.map((run) => run.lead_id),
      runs.map((run) => run.context.activity?.id ?? null),
      runs.map((run) => run.context.activity?.occurred_at ?? null),
    ],
  );
  return rows.map(({ contact, activity, lead }) => ({ contact, activity, lead }));
}
