import { newId, type Tx } from '#platform';
import { appendActivities } from '#activities';
import type { MailData, SendFacts } from '#emails';

/** Postmark takes no more in one call. */
export const batchLimit = 500;

export interface ClaimedMail {
  id: string;
  dedupe_key: string;
  batch_index: number;
  attempts: number;
  person_id: string;
  contact_email: string;
  content_id: string;
  data: MailData;
  email_from: string | null;
}

export interface ClaimedBatch {
  id: string;
  facts: SendFacts;
  mails: ClaimedMail[];
}

export interface Claim {
  batch: ClaimedBatch | undefined;
  /** How many rows were looked at; 0 means that nothing is waiting. */
  looked: number;
}

interface JudgedRow extends Omit<ClaimedMail, 'batch_index'> {
  batch_index: number | null;
  reason: string | null;
  automation_id: string | null;
  broadcast_id: string | null;
  run_id: string | null;
  node_id: string | null;
  job_id: string | null;
}

/** Mail of demo people goes to the outbox although there is a token; `any` is for installations without one. */
export type Whose = 'real' | 'demo' | 'any';

/**
 * Takes up to 500 waiting mails of one stream into a batch, leaving out, in the same statement, who must
 * not get one any more. The batch row is the intent: nothing may be posted before this transaction commits.
 * Mails of a paused automation stay where they are; marketing mail in somebody's quiet hours, the workspace's or the
 * automation's, stays queued until both are over; nothing at all is taken while sending is stopped.
 */
export async function claimBatch(
  tx: Tx,
  facts: SendFacts,
  whose: Whose,
  claimer: string,
  limit = batchLimit,
): Promise<Claim> {
  const id = newId();
  const rows = await tx.rows<JudgedRow>(CLAIM, [
    id,
    facts.stream,
    whose,
    JSON.stringify(facts),
    claimer,
    limit,
    // A mail that names its own sender does not wait for the workspace's.
    facts.sender !== '',
  ]);
  const skipped = rows.filter((row) => row.reason !== null && row.reason !== 'quiet_hours');
  await appendActivities(
    tx,
    skipped.map((row) => ({
      type: 'email.skipped',
      personId: row.person_id,
      source: 'cortex',
      metadata: { ...aboutMessage(row), reason: row.reason },
    })),
  );
  const jobs = [...new Set(rows.flatMap((row) => row.job_id ?? []))];
  await tx.run(
    "update public.email_jobs set status = 'processing', updated_at = cortex.now() where id = any($1::uuid[]) and status in ('queued', 'sent')",
    [jobs],
  );
  const mails = rows
    .filter((row) => row.reason === null)
    .sort((a, b) => a.batch_index! - b.batch_index!) as (JudgedRow & { batch_index: number })[];
  return { batch: mails.length === 0 ? undefined : { id, facts, mails }, looked: rows.length };
}

/** What an activity says about the mail it is about. */
export function aboutMessage(row: {
  id: string;
  automation_id?: string | null;
  broadcast_id?: string | null;
  run_id?: string | null;
  node_id?: string | null;
}): Record<string, unknown> {
  return {
    message_id: row.id,
    ...(row.broadcast_id ? { campaign_id: row.broadcast_id } : {}),
    ...(row.automation_id ? { automation_id: row.automation_id } : {}),
    ...(row.run_id ? { run_id: row.run_id, node_id: row.node_id } : {}),
  };
}

// How often a person got marketing mail within a cap's span, counting what is on its way.
const mailsWithin = (cap: string) => `(
  select count(*) from cortex.messages x
  where x.person_id = q.person_id and x.stream = 'broadcast' and x.id <> q.id
    and x.state in ('submitting', 'sent', 'uncertain', 'unknown')
    and x.submitted_at > cortex.now() - (${cap} #>> '{per,n}' || ' ' || (${cap} #>> '{per,unit}'))::interval)`;
const isCapped = (cap: string) =>
  `case when jsonb_typeof(${cap}) = 'object' then ${mailsWithin(cap)} + q.nth > (${cap} ->> 'count')::int else false end`;

const CLAIM = `
with workspace as materialized (
  select * from cortex.settings where sending_stopped_at is null
), picked as materialized (
  select m.id, m.dedupe_key, m.attempts, m.person_id, m.contact_email, m.content_id, m.data, m.email_from, m.created_at,
    m.automation_id, m.version, m.broadcast_id, m.run_id, m.node_id, m.job_id
  from cortex.messages m
  where m.phase = 'open' and m.state = 'queued' and m.stream = $2
    and exists (select from workspace)
    and ($3 = 'any' or m.demo = ($3 = 'demo'))
    and ($7 or m.email_from is not null)
    and (m.not_before is null or m.not_before <= cortex.now())
    and not exists (select from cortex.automations a where a.id = m.automation_id and a.status = 'paused')
  order by m.created_at, m.id
  limit $6
  for update of m skip locked
), known as (
  select m.*, p.person_id is not null as in_directory, p.type, p.suppressed_broadcast, p.suppressed_transactional, p.consent_status,
    v.settings -> 'frequency_cap' as own_cap,
    case when $2 = 'broadcast' and (w.quiet_hours is not null or v.settings ? 'quiet_hours') then (
      select greatest(cortex.quiet_until(cortex.now(), w.quiet_hours, z.zone),
        cortex.quiet_until(cortex.now(), v.settings -> 'quiet_hours', z.zone))
      from (select cortex.known_zone(p.timezone, w.timezone) as zone offset 0) z
    ) end as quiet_until
  from picked m
  cross join workspace w
  left join cortex.people p on p.person_id = m.person_id
  left join cortex.automation_versions v on v.automation_id = m.automation_id and v.number = m.version
), counted as (
  -- What rests does not count against a cap yet.
  select k.*, row_number() over (partition by k.person_id, k.quiet_until is null order by k.created_at, k.id) as nth from known k
), judged as materialized (
  select q.*, case
      when not q.in_directory then 'erased'
      -- A test mail goes to a member of staff, who need not be in the directory.
      when q.type is null and (q.automation_id is not null or q.broadcast_id is not null) then 'erased'
      when case when $2 = 'broadcast' then q.suppressed_broadcast else q.suppressed_transactional end
        or exists (select from cortex.suppressions s where s.address = cortex.address(q.contact_email) and s.stream = $2)
        then 'suppressed'
      when $2 = 'transactional' then null
      when q.consent_status = 'unsubscribed' then 'unsubscribed'
      when q.consent_status <> 'subscribed' and not (q.consent_status = 'unknown' and w.mail_unanswered) then 'no_consent'
      when q.quiet_until is not null then 'quiet_hours'
      when ${isCapped('w.frequency_cap')} then 'capped'
      when ${isCapped('q.own_cap')} then 'capped'
    end as reason
  from counted q
  cross join workspace w
), chosen as materialized (
  select j.id, (row_number() over (order by j.created_at, j.id) - 1)::int as batch_index
  from judged j where j.reason is null
), batch as (
  insert into cortex.send_batches (id, stream, facts, size, message_ids, claimed_by)
  select $1::uuid, $2, $4::jsonb, count(*), array_agg(c.id order by c.batch_index), $5::uuid from chosen c having count(*) > 0
), claimed as (
  update cortex.messages m
  set state = 'submitting', batch_id = $1::uuid, batch_index = c.batch_index, attempts = m.attempts + 1,
    submitted_at = cortex.now(), reason = null
  from chosen c where m.id = c.id
), skipped as (
  update cortex.messages m set state = 'skipped', reason = j.reason
  from judged j where m.id = j.id and j.reason is not null and j.reason <> 'quiet_hours'
), resting as (
  update cortex.messages m set not_before = j.quiet_until, reason = j.reason
  from judged j where m.id = j.id and j.reason = 'quiet_hours'
)
select j.id, j.dedupe_key, j.attempts + 1 as attempts, j.person_id, j.contact_email, j.content_id, j.data, j.email_from,
  j.automation_id, j.broadcast_id, j.run_id, j.node_id, j.job_id, j.reason, c.batch_index
from judged j left join chosen c on c.id = j.id`;
