import { AppError, lockPeople, type Tx } from '#platform';
import type { Known } from './who.js';

/*
 * What is done to the rows that are about a person. Everything here may be done again. The references that stay (ids of
 * people, profiles, courses, automations) lead to nobody once it is done.
 */

/** From now on nobody mails these addresses, and no more than a hash says so. @returns how many are new */
export async function suppressForGood(tx: Tx, { addresses }: Known): Promise<number> {
  const added = await tx.run(
    `insert into cortex.erased_addresses (hash) select cortex.erased_hash(a) from unnest($1::text[]) a
     on conflict (hash) do nothing`,
    [addresses],
  );
  await tx.run(
    `update cortex.people p set suppressed_broadcast = true, suppressed_transactional = true
     where p.address = any($1::text[])`,
    [addresses],
  );
  for (const table of ['suppressions', 'suppression_lifts'])
    await tx.run(`delete from cortex.${table} s where s.address = any($1::text[])`, [addresses]);
  return added;
}

/** Whatever waits to be sent to them, or about them to a colleague, does not go. @returns how many mails */
export async function cancelTheirMail(tx: Tx, { person_ids }: Known): Promise<number> {
  await tx.run('delete from cortex.outgoing o where o.person_id = any($1::uuid[])', [person_ids]);
  return tx.run(
    `update cortex.messages m set state = 'cancelled', reason = 'erased'
     where m.person_id = any($1::uuid[]) and m.state = 'queued'`,
    [person_ids],
  );
}

/** Ends their runs, and leaves of them where and when they were. @returns how many were under way */
export async function endTheirRuns(tx: Tx, { person_ids }: Known): Promise<number> {
  await lockPeople(tx, person_ids);
  const ended = await tx.row<{ n: number }>(
    `with ended as (
       update cortex.automation_runs r set status = 'exited', end_reason = 'erased', ended_at = cortex.now(),
         wake_at = null, waiting_for = null
       where r.person_id = any($1::uuid[]) and r.status in ('active', 'waiting') returning r.id
     ), left_steps as (
       update cortex.automation_run_steps s set left_at = cortex.now() from ended e
       where s.run_id = e.id and s.left_at is null
     )
     select count(*)::int as n from ended`,
    [person_ids],
  );
  // An entry key may be an order number, or whatever the shop sent.
  await tx.run(
    `update cortex.automation_runs r set context = '{}', entry_key = 'erased ' || r.id where r.person_id = any($1::uuid[])`,
    [person_ids],
  );
  await tx.run(
    `update cortex.automation_run_steps s set outcome = '{}'
     from cortex.automation_runs r where r.person_id = any($1::uuid[]) and s.run_id = r.id`,
    [person_ids],
  );
  await tx.run(
    `update cortex.webhook_calls c set url = '', headers = '{}', body = '', answer = null, error = null,
       state = case c.state when 'queued' then 'dead' else c.state end, settled_at = coalesce(c.settled_at, cortex.now())
     where c.person_id = any($1::uuid[])`,
    [person_ids],
  );
  for (const table of ['entry_queue', 'automation_seen', 'activity_inbox', 'inbox_failures'])
    await tx.run(`delete from cortex.${table} t where t.person_id = any($1::uuid[])`, [person_ids]);
  return ended!.n;
}

/** Their way in and all that is open. @returns whether there was one */
export async function removeTheirSignIn(tx: Tx, { profile_ids }: Known): Promise<boolean> {
  await tx.run('delete from cortex.customer_password_links k where k.profile_id = any($1::uuid[])', [profile_ids]);
  return (await tx.run('delete from cortex_customers."user" u where u.id = any($1::uuid[])', [profile_ids])) > 0;
}

/**
 * The person themselves: the shop's rows, the directory's, and what their activities and mails say. Orders and
 * enrollments stay for the books, of a profile that is empty; activities keep what happened and when.
 */
export async function eraseRecords(tx: Tx, known: Known): Promise<void> {
  const { person_ids, profile_ids, addresses } = known;
  await lockPeople(tx, person_ids);
  const leaving = await tx.row(
    `select from cortex.messages m where m.person_id = any($1::uuid[]) and m.state = 'submitting' limit 1`,
    [person_ids],
  );
  if (leaving) throw new AppError('concurrent_change', 'An e-mail to them is just being sent. Try again in a minute.');
  await eraseShopRows(tx, profile_ids, addresses);
  // What was queued or begun since.
  await cancelTheirMail(tx, known);
  await endTheirRuns(tx, known);
  await erasePseudonymously(tx, person_ids);
  await eraseMails(tx, person_ids);
  await forgetPeople(tx, known);
}

async function eraseShopRows(tx: Tx, profileIds: readonly string[], addresses: readonly string[]): Promise<void> {
  await tx.run('delete from public.purchase_leads l where cortex.address(l.email) collate "C" = any($1::text[])', [
    addresses,
  ]);
  await tx.run(
    `update public.unified_profiles u set email = null, first_name = null, last_name = null, phone = null, country = null,
       timezone = null, language = null, tags = '{}', attributes = '{}', updated_at = cortex.now()
     where u.id = any($1::uuid[])`,
    [profileIds],
  );
  // Who they are to a source of orders: an order of later is nobody's of before.
  await tx.run(
    `update cortex.order_sightings s set buyer = null
     from public.transactions t where t.profile_id = any($1::uuid[]) and s.external_id = t.external_id and s.buyer is not null`,
    [profileIds],
  );
  await tx.run('delete from cortex.lead_owners o where o.profile_id = any($1::uuid[]) or o.address = any($2::text[])', [
    profileIds,
    addresses,
  ]);
  // The directory follows now, so that nothing of what it writes is left for after the commit.
  await tx.run('set constraints cortex.sweep immediate', []);
}

/** Which references of an activity's data stay: those that name nobody. */
const KEPT = [
  'message_id',
  'campaign_id',
  'broadcast_id',
  'automation_id',
  'run_id',
  'course_id',
  'template_id',
  'topic_id',
  'smart_list_id',
];

async function erasePseudonymously(tx: Tx, personIds: readonly string[]): Promise<void> {
  // What their browser did before it was known whose it is cannot be joined to them any more either.
  await tx.run(
    `update public.crm_activities a set anonymous_id = null, metadata = '{}'
     where a.person_id is null and a.anonymous_id = any(array(
       select distinct b.anonymous_id from public.crm_activities b
       where b.person_id = any($1::uuid[]) and b.anonymous_id is not null
       union select v.anonymous_id from cortex.visitors v where v.person_id = any($1::uuid[])))`,
    [personIds],
  );
  await tx.run(
    `delete from cortex.link_proofs u
     where exists (select from cortex.messages m where m.id = u.message_id and m.person_id = any($1::uuid[]))
       or exists (select from cortex.visitors v where v.anonymous_id = u.anonymous_id and v.person_id = any($1::uuid[]))`,
    [personIds],
  );
  await tx.run('delete from cortex.visitors v where v.person_id = any($1::uuid[])', [personIds]);
  await tx.run(
    `update public.crm_activities a set contact_email = null, anonymous_id = null, metadata = coalesce((
       select jsonb_object_agg(k.key, k.value) from jsonb_each(
         case jsonb_typeof(a.metadata) when 'object' then a.metadata else '{}' end) k
       where k.key = any($2::text[]) and k.value #>> '{}' ~ '^[0-9a-f-]{36}$'), '{}')
     where a.person_id = any($1::uuid[])`,
    [personIds, KEPT],
  );
}

async function eraseMails(tx: Tx, personIds: readonly string[]): Promise<void> {
  // What a mail to them alone said may have been written for them.
  await tx.run(
    `update cortex.mail_contents c set subject = '', preheader = '', html = '', text = '', hash = sha256(c.id::text::bytea)
     where c.template_id is null and c.id in (
       select m.content_id from cortex.messages m where m.person_id = any($1::uuid[]) and m.broadcast_id is null and m.run_id is null)
       and not exists (select from cortex.messages o where o.content_id = c.id and o.person_id <> all($1::uuid[]))`,
    [personIds],
  );
  await tx.run(
    `update cortex.webhook_events e set payload = '{}' where e.message_id = any(array(
       select m.id from cortex.messages m where m.person_id = any($1::uuid[])))`,
    [personIds],
  );
  await tx.run(
    `update cortex.messages m set contact_email = '', data = '{}', subject = null where m.person_id = any($1::uuid[])`,
    [personIds],
  );
}

async function forgetPeople(tx: Tx, { person_ids, ids, addresses, names }: Known): Promise<void> {
  await tx.run(
    'delete from cortex.person_links k where k.person_id = any($1::uuid[]) or k.into_person_id = any($1::uuid[])',
    [person_ids],
  );
  await tx.run(
    'delete from cortex.different_people d where d.person_id = any($1::uuid[]) or d.other_id = any($1::uuid[])',
    [person_ids],
  );
  for (const table of ['list_members', 'topic_choices', 'contact_notes', 'former_ids'])
    await tx.run(`delete from cortex.${table} t where t.person_id = any($1::uuid[])`, [person_ids]);
  for (const table of ['sign_ups', 'pending', 'set_aside'])
    await tx.run(`delete from cortex.${table} t where t.address = any($1::text[])`, [addresses]);
  // An import that is undone must not bring them back.
  await tx.run(
    'delete from cortex.import_changes c where c.address = any($1::text[]) or c.record_id = any($2::uuid[])',
    [addresses, ids],
  );
  await tx.run(
    'delete from cortex.bulk_changes c where c.record_id = any($1::uuid[]) or c.record_id = any($2::uuid[])',
    [person_ids, ids],
  );
  await tx.run('delete from cortex.demo_rows d where d.id = any($1::uuid[])', [ids]);
  // Whoever is left at their addresses is a row that the directory keeps until somebody comes.
  await tx.run(
    'delete from cortex.people p where p.person_id = any($1::uuid[]) or (p.type is null and p.address = any($2::text[]))',
    [person_ids, addresses],
  );
  await tx.run(
    `delete from cortex.known_names k where k.name = any(array(select left(cortex.fold(n), 100) from unnest($1::text[]) n))
       and not exists (select from cortex.people p where case k.kind
         when 'first' then p.name_folded like k.name || ' %' else p.name_folded like '% ' || k.name end)`,
    [names],
  );
}
