import { addressOf, findOrCreatePeople } from '#directory';
import { decodeCursor, encodeCursor, type Tx } from '#platform';
import type { SkipReason } from '#rules';
import { BEFORE_ALL } from './before-all.js';

/** Why a colleague gets no mail. Nobody asks for their consent: it is the mail of their work. */
type OutReason = Extract<SkipReason, 'no_address' | 'duplicate' | 'suppressed'>;

interface Judged {
  staff_id: string;
  name: string;
  email: string;
  address: string | null;
  reason: OutReason | null;
}

/**
 * Everybody who works here and may sign in, each with why no mail goes to them now, or null. They get it on the
 * transactional stream, so that only what is wrong with the address keeps it from them. The funnel, the answer about one
 * colleague, the rehearsal and freezing all ask this.
 */
const JUDGED = `
  select u.id as staff_id, u.name, u.email, a.address, case
      when a.address is null then 'no_address'
      when row_number() over (partition by a.address order by u."createdAt", u.id) > 1 then 'duplicate'
      when exists (select from cortex.suppressions s where s.address = a.address and s.stream = 'transactional')
        then 'suppressed' end as reason
  from cortex_staff."user" u
  cross join lateral (select nullif(cortex.address(u.email::citext), '') as address offset 0) a
  where not coalesce(u.banned, false)`;

/** SQL: the id under which a colleague of `cortex_staff."user" u` is kept where a person's stands. */
export const colleagueKey = "md5('staff ' || u.id)::uuid";

/** Counts them, as `funnelOf` counts people. */
export async function funnelOfColleagues(tx: Tx) {
  const rows = await tx.rows<{ reason: OutReason | null; n: number }>(
    `select j.reason, count(*)::int as n from (${JUDGED}) j group by 1`,
  );
  const skipped: Partial<Record<SkipReason, number>> = {};
  for (const { reason, n } of rows) if (reason !== null) skipped[reason] = n;
  return {
    candidates: rows.reduce((sum, { n }) => sum + n, 0),
    skipped,
    will_receive: rows.find(({ reason }) => reason === null)?.n ?? 0,
  };
}

/** A page of them. They are no contacts, even where the directory knows their address. */
export async function colleaguePage(
  tx: Tx,
  { reason, limit, cursor }: { reason?: string; limit: number; cursor?: string },
) {
  const [after] = decodeCursor(cursor, 1) ?? [null];
  const rows = await tx.rows<{ staff_id: string; contact_email: string; reason: string | null }>(
    `select j.staff_id, j.email as contact_email, j.reason from (${JUDGED}) j
     where ($1::text is null or j.staff_id > $1::text) and ($2::text is null or coalesce(j.reason, 'will_receive') = $2)
     order by j.staff_id limit $3`,
    [after, reason ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ contact_email, reason: why }) => ({ contact_id: null, contact_email, reason: why })),
    next_cursor: last ? encodeCursor([last.staff_id]) : null,
  };
}

/** Whether the colleague with this address would get it, and if not, why. */
export async function judgeColleague(tx: Tx, email: string): Promise<OutReason | 'not_staff' | null> {
  const row = await tx.row<{ reason: OutReason | null }>(
    `select j.reason from (${JUDGED}) j where j.address = $1 or lower(j.email) = lower($2)
     order by j.reason nulls first limit 1`,
    [addressOf(email) ?? '', email],
  );
  return row ? row.reason : 'not_staff';
}

/** What a mail may say of a colleague, in the form of a contact: the name as they sign in with it. */
function contactData({ name, email }: Pick<Judged, 'name' | 'email'>) {
  const [first = '', ...more] = name.trim().split(/\s+/);
  return { email, first_name: first || null, last_name: more.join(' ') || null, tags: [], attributes: {} };
}

/** What a mail may say of the colleague with this address; undefined where nobody who may sign in has it. */
export async function colleagueContact(database: Pick<Tx, 'row'>, email: string) {
  const row = await database.row<Pick<Judged, 'name' | 'email'>>(
    `select u.name, u.email from cortex_staff."user" u
     where lower(u.email) = lower($1) and not coalesce(u.banned, false) limit 1`,
    [email],
  );
  return row && contactData(row);
}

/** Those who would get it now, with what their mails are made of, for a rehearsal. */
export async function receivingColleagues(tx: Tx) {
  const rows = await tx.rows<Pick<Judged, 'name' | 'email'> & { person_id: string }>(
    `select ${colleagueKey} as person_id, u.name, u.email from (${JUDGED}) j
     join cortex_staff."user" u on u.id = j.staff_id where j.reason is null order by u.id`,
  );
  return rows.map((row) => ({ person_id: row.person_id, data: { contact: contactData(row) } }));
}

/** What of a broadcast its mails are made of. */
interface Freezing {
  id: string;
  job_id: string | null;
  content_id: string | null;
  email_from: string | null;
  started_at: Date | null;
}

/**
 * Freezes all colleagues in one statement: a mail for each who may get one, a reason for each who may not. The mails are
 * like those that a step sends to a colleague: to the address of their account, whoever has it in the directory.
 */
export async function freezeColleagues(tx: Tx, row: Freezing): Promise<void> {
  const judged = await tx.rows<Judged>(JUDGED);
  const people = await findOrCreatePeople(
    tx,
    judged.flatMap(({ address }) => address ?? []),
  );
  const given = judged.map(({ staff_id, name, email, address, reason }) => ({
    staff_id,
    email,
    person_id: address === null || reason === 'duplicate' ? null : people.get(address)!.person_id,
    reason,
    data: { contact: contactData({ name, email }) },
  }));
  await tx.run(
    `with judged as materialized (
       select j.* from jsonb_to_recordset($1::jsonb)
         as j(staff_id text, email citext, person_id uuid, reason text, data jsonb)
     ), written as (
       insert into cortex.messages (dedupe_key, broadcast_id, job_id, person_id, contact_email, to_colleague, stream,
         content_id, data, email_from, created_at)
       select 'broadcast ' || $2::uuid || ' staff ' || j.staff_id, $2::uuid, $3::uuid, j.person_id, j.email, true,
         'transactional', $4::uuid, j.data, $5::text, $6::timestamptz
       from judged j where j.reason is null
       order by j.staff_id
       on conflict (dedupe_key) do nothing
     ), left_out as (
       insert into cortex.broadcast_exclusions (broadcast_id, person_id, reason)
       select $2::uuid, coalesce(j.person_id, md5('staff ' || j.staff_id)::uuid), j.reason
       from judged j where j.reason is not null
       on conflict do nothing
     )
     update cortex.broadcasts b
     set freeze_cursor = $7::uuid, candidates = (select count(*) from judged)::int,
       left_out = coalesce((
         select jsonb_object_agg(s.reason, s.n) from (
           select j.reason, count(*)::int as n from judged j where j.reason is not null group by 1) s), '{}')
     where b.id = $2`,
    [JSON.stringify(given), row.id, row.job_id, row.content_id, row.email_from, row.started_at, BEFORE_ALL],
  );
}
