-- Transactions as activities: order.paid, order.refunded.
-- Profile and person of each row are looked for by queries of their own: see 31_activities_from_purchase_leads.sql.
-- A person found at the address may be another customer's, whose profile moved away in this transaction: then the sweep finds the person.

create or replace function cortex.activities_from_transactions() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  if tg_op = 'INSERT' then
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type,
      jsonb_strip_nulls(jsonb_build_object(
        'transaction_id', n.id, 'external_id', n.external_id, 'amount_minor', e.amount_minor, 'currency', n.currency))
        || cortex.cause(),
      n.occurred_at, 'trigger', p.person_id
    from new_rows n
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select 'order.paid' as type, n.amount_minor
      union all
      select 'order.refunded', case when n.status = 'refunded' then n.amount_minor else n.refunded_minor end
      where n.status = 'refunded' or n.refunded_minor > 0
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null and n.status <> 'failed';
  else
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id)
    select u.email, u.id, e.type,
      jsonb_strip_nulls(jsonb_build_object(
        'transaction_id', n.id, 'external_id', n.external_id, 'amount_minor', e.amount_minor, 'currency', n.currency))
        || cortex.cause(),
      case when n.occurred_at is distinct from o.occurred_at then n.occurred_at else cortex.now() end, 'trigger', p.person_id
    from new_rows n
    join old_rows o on o.id = n.id
    cross join lateral (select u.id, u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u
    cross join lateral (
      select
        case n.status when 'failed' then 0 when 'refunded' then n.amount_minor else n.refunded_minor end as refunded_now,
        case o.status when 'failed' then 0 when 'refunded' then o.amount_minor else o.refunded_minor end as refunded_before
    ) r
    cross join lateral (
      select 'order.paid' as type, n.amount_minor where o.status = 'failed' and n.status <> 'failed'
      union all
      select 'order.refunded', r.refunded_now - r.refunded_before where r.refunded_now > r.refunded_before
    ) e
    left join lateral (
      select p.person_id from cortex.people p
      where p.address = cortex.address(u.email) and (p.type is distinct from 'customer' or p.id = u.id) limit 1) p on true
    where u.email is not null;
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create or replace trigger cortex_20_activities_insert after insert on public.transactions
  referencing new table as new_rows for each statement execute function cortex.activities_from_transactions();
create or replace trigger cortex_20_activities_update after update on public.transactions
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.activities_from_transactions();
