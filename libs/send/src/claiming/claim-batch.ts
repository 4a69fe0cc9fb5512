import { newId, type Prepared, type Tx } from '#platform';
import { settingsSql } from '#rules';
import { appendActivities } from '#activities';
import { batchLimit, isCapped, type MailData, type SendFacts } from '#emails';

export interface ClaimedMail {
  id: string;
  dedupe_key: string;
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

interface SkippedRow {
  id: string;
  person_id: string;
  reason: string;
  automation_id: string | null;
  broadcast_id: string | null;
  run_id: string | null;
  node_id: string | null;
}

/** One row per claimed mail, and one without a mail that says what concerns all. */
interface ClaimRow extends Omit<ClaimedMail, 'id'> {
  id: string | null;
  claim: { looked: number; skipped: SkippedRow[] } | null;
}

/** Mail of demo people goes to the outbox although there is a token; `any` is for installations without one. */
export type Whose = 'real' | 'demo' | 'any';

/**
 * Takes up to 500 waiting mails of one stream into a batch, each to the address that its person has now, leaving out, in
 * the same statement, who must not get one any more. The batch row is the intent: nothing may be posted before this
 * transaction commits. Mails of an automation that is paused, and of a broadcast that is not being sent, stay where they
 * are, and of one that was stopped or cancelled are about to be cancelled; marketing mail in somebody's quiet hours, the
 * workspace's or the automation's, stays queued until both are over; nothing at all is taken while sending is stopped.
 */
export async function claimBatch(
  tx: Tx,
  facts: SendFacts,
  whose: Whose,
  claimer: string,
  limit = batchLimit,
): Promise<Claim> {
  const id = newId();
  const rows = await tx.rows<ClaimRow>(CLAIM, [
    id,
    facts.stream,
    whose,
    JSON.stringify(facts),
    claimer,
    limit,
    // A mail that names its own sender does not wait for the workspace's.
    facts.sender !== '',
  ]);
  const { looked, skipped } = rows.find((row) => row.claim)!.claim!;
  await appendActivities(
    tx,
    skipped.map((row) => ({
      type: 'email.skipped',
      personId: row.person_id,
      source: 'cortex',
      metadata: { ...aboutMessage(row), reason: row.reason },
    })),
  );
  const mails = rows.filter((row): row is ClaimRow & { id: string } => row.id !== null);
  // Ids are ordered by time, as in the batch's row.
  mails.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { batch: mails.length === 0 ? undefined : { id, facts, mails }, looked };
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

/** The same in SQL, for a row set of messages. The two usual shapes in the way that costs half. */
export const aboutMessageIn = (row: string): string =>
  `case
    when ${row}.automation_id is not null and ${row}.run_id is not null and ${row}.node_id is not null and ${row}.broadcast_id is null
      then jsonb_object('{message_id,automation_id,run_id,node_id}',
        array[${row}.id::text, ${row}.automation_id::text, ${row}.run_id::text, ${row}.node_id])
    when ${row}.broadcast_id is not null and ${row}.automation_id is null and ${row}.run_id is null
      then jsonb_object('{message_id,campaign_id}', array[${row}.id::text, ${row}.broadcast_id::text])
    else jsonb_strip_nulls(jsonb_build_object('message_id', ${row}.id, 'campaign_id', ${row}.broadcast_id,
      'automation_id', ${row}.automation_id, 'run_id', ${row}.run_id, 'node_id', case when ${row}.run_id is not null then ${row}.node_id end))
  end`;

/** Where a mail goes now: the address that its place in the queue led to, else (a colleague's) the one it was written to. */
const addressNow = 'coalesce((select w.places from whereto w) ->> m.id::text, m.contact_email::text)';

/**
 * One statement, so that what is decided and what is written are of one snapshot and one trip to the database.
 * $1 the new batch, $2 stream, $3 whose mail, $4 the batch's facts, $5 this process, $6 how many, $7 the workspace has a sender.
 *
 * Its parts in order: taken → known → counted → judged decide without touching `messages`; batch, of_broadcasts, removed,
 * resting, claimed, left_out and jobs write. Messages are the widest table and are found by one array of their ids and by nothing
 * else: joined with another part, the planner reads the whole table or looks through the array for every row. What is to
 * be written to each (reason, address) is therefore one JSON object by id, looked up row by row.
 */
const CLAIM: Prepared = {
  name: 'claim_mails',
  text: `
with workspace as materialized (
  -- No row while all sending is stopped: then nothing is taken, and nothing changes.
  ${settingsSql('timezone', 'mail_unanswered', 'quiet_hours', 'frequency_cap')} where s.sending_stopped_at is null
), taken as materialized (
  -- What is due, in the order of the index on it, each row locked: another process passes over it at once. Rows
  -- are known by their place (ctid) from here on, which finds them again without an index while they are locked.
  select o.ctid as place, o.*
  from cortex.outgoing o
  where o.stream = $2
    and exists (select from workspace)
    and ($3 = 'any' or o.demo = ($3 = 'demo'))
    and ($7 or o.own_sender)
    and coalesce(o.not_before, o.created_at) <= cortex.now()
    and not exists (select from cortex.automations a where a.id = o.automation_id and a.status <> 'live')
    -- By the key, one look for each mail of a broadcast. Few rows are passed over: whoever pauses takes them out.
    and not exists (select from cortex.broadcasts b where b.id = o.broadcast_id and b.status <> 'sending')
  order by coalesce(o.not_before, o.created_at), o.message_id
  limit $6
  for update of o skip locked
), known as (
  -- The person as they are at this moment, their address included: a mail follows a person who changes it. Only mail
  -- to a colleague keeps the address it was written to; there is little of it, so that its messages may be asked here.
  -- Whoever was merged away a moment ago is the person who stays: the merge may not have seen this mail yet.
  select q.*, coalesce(g.into_person_id, q.person_id) as owner, q.to_colleague or p.type is not null as is_known,
    -- The strictest of the accounts that are linked with theirs.
    coalesce(p.linked_consent, p.consent_status) as consent_status,
    case when $2 = 'broadcast' then p.suppressed_broadcast else p.suppressed_transactional end as is_suppressed,
    case when q.to_colleague then (select cortex.address(m.contact_email) from cortex.messages m where m.id = q.message_id)
      else p.address end as address,
    case when not q.to_colleague then coalesce(p.email::text, p.address) end as whereto,
    v.settings -> 'frequency_cap' as own_cap,
    -- By single look-ups, and none for mail without a topic.
    case when q.topic_id is not null then cortex.topic_off(q.topic_id,
      (select c.wanted from cortex.topic_choices c
        where c.person_id = coalesce(g.into_person_id, q.person_id) and c.topic_id = q.topic_id),
      (select t.default_on from cortex.topics t where t.id = q.topic_id))
      or coalesce(q.topic_id = any(p.linked_topics_off), false) end as topic_off,
    greatest(p.paused_until, p.linked_paused_until) > cortex.now() as paused,
    case when $2 = 'broadcast' and (w.quiet_hours is not null or v.settings ? 'quiet_hours') then (
      select greatest(cortex.quiet_until(cortex.now(), w.quiet_hours, z.zone),
        cortex.quiet_until(cortex.now(), v.settings -> 'quiet_hours', z.zone))
      -- OFFSET keeps the zone from being worked out again at each of its uses.
      from (select cortex.known_zone(p.timezone, w.timezone) as zone offset 0) z
    ) end as quiet_until
  from taken q
  cross join workspace w
  left join cortex.person_merges g on g.person_id = q.person_id
  left join cortex.people p on p.person_id = coalesce(g.into_person_id, q.person_id)
  left join cortex.automation_versions v on v.automation_id = q.automation_id and v.number = q.version
), counted as (
  -- Which of this person’s mails in this batch it is, for the caps. What rests does not count yet.
  select k.*, row_number() over (partition by k.owner, k.quiet_until is null order by k.created_at, k.message_id) as nth
  from known k
), judged as materialized (
  -- Why a mail does not leave now, or null. Whether it may at all is asked first, by the one function that says so; the
  -- list of suppressions is asked beside the person's flag, because staff may write to it with SQL. Then what passes with time.
  select q.place, q.message_id, q.broadcast_id, q.created_at, q.quiet_until, q.whereto, coalesce(
      cortex.mail_refusal($2, q.is_known,
        coalesce(q.is_suppressed, false)
          or exists (select from cortex.suppressions s where s.address = q.address and s.stream = $2),
        q.consent_status, w.mail_unanswered, coalesce(q.topic_off, false), coalesce(q.paused, false)),
      case
        when $2 = 'transactional' then null
        when q.quiet_until is not null then 'quiet_hours'
        when ${isCapped('w.frequency_cap', 'q.owner', 'q.nth')} then 'capped'
        when ${isCapped('q.own_cap', 'q.owner', 'q.nth')} then 'capped'
      end) as reason
  from counted q
  cross join workspace w
), chosen as materialized (
  select array_agg(j.message_id order by j.created_at, j.message_id) as ids, count(*)::int as size
  from judged j where j.reason is null
), whereto as materialized (
  select jsonb_object_agg(j.message_id, j.whereto) as places from judged j where j.whereto is not null
), reasons as materialized (
  select array_agg(j.message_id) as ids, jsonb_object_agg(j.message_id, j.reason) as of
  from judged j where j.reason is not null
), batch as (
  -- The intent. It keeps the ids in the order of the call, so that messages need no index over their batch.
  insert into cortex.send_batches (id, stream, facts, size, message_ids, claimed_by)
  select $1::uuid, $2, $4::jsonb, c.size, c.ids, $5::uuid from chosen c where c.size > 0
), of_broadcasts as (
  -- Whose batches it is one of. None but of broadcasts, so that other mail writes nothing here.
  insert into cortex.broadcast_batches (broadcast_id, batch_id)
  select distinct j.broadcast_id, $1::uuid from judged j where j.reason is null and j.broadcast_id is not null
), removed as (
  -- Out of the queue, whether it leaves or is left out. A row whose message is no longer queued goes too: the message's
  -- state is the truth, and the two updates below look at it.
  delete from cortex.outgoing o
  where o.ctid = any(array(select j.place from judged j where j.reason is distinct from 'quiet_hours'))
), resting as (
  -- Quiet hours: stays in the queue, and is not looked at again before they end.
  update cortex.outgoing o set not_before = j.quiet_until
  from judged j
  where o.ctid = any(array(select r.place from judged r where r.reason = 'quiet_hours'))
    and o.message_id = j.message_id
), claimed as (
  -- Changes no indexed column, so that it writes to no index. Of the data frozen when the mail was queued only the
  -- address is brought up to date, and only where it is another: a mail must not speak of one it does not go to.
  update cortex.messages m
  set state = 'submitting', batch_id = $1::uuid, attempts = m.attempts + 1, submitted_at = cortex.now(), reason = null,
    contact_email = ${addressNow},
    data = case when m.contact_email::text = ${addressNow} then m.data
      else jsonb_set(m.data, '{contact,email}', to_jsonb(${addressNow}), false) end
  where m.id = any((select c.ids from chosen c)::uuid[]) and m.state = 'queued'
  returning m.id, m.dedupe_key, m.attempts, m.person_id, m.contact_email, m.content_id, m.data, m.email_from, m.job_id
), left_out as (
  update cortex.messages m
  set reason = (select r.of from reasons r) ->> m.id::text, contact_email = ${addressNow},
    state = case (select r.of from reasons r) ->> m.id::text when 'quiet_hours' then m.state else 'skipped' end
  where m.id = any((select r.ids from reasons r)::uuid[]) and m.state = 'queued'
  returning m.id, m.person_id, m.automation_id, m.broadcast_id, m.run_id, m.node_id, m.reason
), jobs as (
  update public.email_jobs j set status = 'processing', updated_at = cortex.now()
  where j.id = any(array(select distinct c.job_id from claimed c)) and j.status in ('queued', 'sent')
)
-- One row for each claimed mail, and one that says how many were looked at and who was left out.
select null::jsonb as claim, c.id, c.dedupe_key, c.attempts, c.person_id, c.contact_email, c.content_id, c.data, c.email_from
from claimed c
union all
select jsonb_build_object('looked', (select count(*) from taken),
    'skipped', (select coalesce(jsonb_agg(l), '[]') from left_out l where l.reason <> 'quiet_hours')),
  null, null, null, null, null, null, null, null`,
};
