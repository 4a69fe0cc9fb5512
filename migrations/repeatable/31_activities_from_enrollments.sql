-- Enrollments as activities: course.enrolled, course.cancelled.
-- Profile and person of each row are looked for by queries of their own: see 31_activities_from_purchase_leads.sql.
-- A person found at the address may be another customer's, whose profile moved away in this transaction: then the sweep finds the person.

create or replace function cortex.activities_from_enrollments() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  if tg_op = 'INSERT' then
    -- Brought in as cancelled: it began once, and it ended.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type, cortex.enrollment_facts(n.id, n.course_id, n.lead_id, n.transaction_id) || cortex.cause(),
      e.at, 'trigger', p.person_id
    from new_rows n
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select 'course.enrolled' as type, n.created_at as at
      union all
      select 'course.cancelled', greatest(n.updated_at, n.created_at) where n.status = 'cancelled'
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null;
  elsif tg_op = 'UPDATE' then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, case when n.status = 'cancelled' then 'course.cancelled' else 'course.enrolled' end,
      cortex.enrollment_facts(n.id, n.course_id, n.lead_id, n.transaction_id)
        || case when n.status = 'cancelled' then '{}' else '{"restored": true}'::jsonb end || cortex.cause(),
      case when n.updated_at is distinct from o.updated_at then n.updated_at else cortex.now() end, 'trigger', p.person_id
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and (n.status = 'cancelled') <> (o.status = 'cancelled');
  else
    -- A deleted enrollment is a lost one; deleted together with its profile it has nobody left to tell of.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, 'course.cancelled',
      cortex.enrollment_facts(o.id, o.course_id, o.lead_id, o.transaction_id) || '{"deleted": true}'::jsonb || cortex.cause(),
      cortex.now(), 'trigger', p.person_id
    from old_rows o
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = o.profile_id limit 1) u
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and o.status <> 'cancelled';
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create or replace function cortex.enrollment_facts(enrollment_id uuid, course_id uuid, lead_id uuid, transaction_id uuid)
  returns jsonb
  language sql stable parallel safe
  return (
    select jsonb_strip_nulls(jsonb_build_object(
      'enrollment_id', enrollment_facts.enrollment_id, 'course_id', enrollment_facts.course_id, 'course_title', c.title, 'program', c.program,
      'lead_id', enrollment_facts.lead_id, 'transaction_id', enrollment_facts.transaction_id,
      'amount_minor', coalesce(t.amount_minor, c.price_minor), 'currency', coalesce(t.currency, c.currency)))
    from (values (1)) one (row)
    left join public.courses c on c.id = enrollment_facts.course_id
    left join public.transactions t on t.id = enrollment_facts.transaction_id
  );

create or replace trigger cortex_20_activities_insert after insert on public.enrollments
  referencing new table as new_rows for each statement execute function cortex.activities_from_enrollments();
create or replace trigger cortex_20_activities_update after update on public.enrollments
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.activities_from_enrollments();
create or replace trigger cortex_20_activities_delete after delete on public.enrollments
  referencing old table as old_rows for each statement execute function cortex.activities_from_enrollments();
