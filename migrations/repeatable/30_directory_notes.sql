-- How the kept rows of cortex.people follow the shop's tables.
--
-- A statement trigger notes the touched addresses; one deferred sweep at commit brings their rows up to date.
-- Nothing here may harm the writer: every part is guarded, waits at most half a second for a lock, and puts
-- aside in cortex.pending what it cannot do. (Cancellation and the failure of the server are beyond a guard.)
-- Whoever locks people does so last and sorted by address; that is why these transactions cannot deadlock.

create or replace function cortex.note_error(trigger_name text, code text, message text, facts jsonb default '{}')
  returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cortex.trigger_errors (trigger_name, sqlstate, message, context)
  values (note_error.trigger_name, code, note_error.message, facts);
exception when others then
  raise warning 'cortex: % failed (%) and the failure could not be noted', note_error.trigger_name, code;
end
$$;

-- Notes for the sweep which addresses were touched, and which activities have no person yet (parallel arrays).
-- The mark says whether one row or many wait for the sweep, and so makes the next firing sweep again; settings roll
-- back with savepoints, and so does the row.
--
-- Under REPEATABLE READ and SERIALIZABLE there is no sweep: an older snapshot can neither see what others
-- committed nor safely overwrite it, and every row read here could fail a serializable writer. The addresses are put
-- aside at once.
create or replace function cortex.note_touched(
  addresses text[], activity_ids uuid[] default '{}', activity_times timestamptz[] default '{}'
) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if addresses is null then
    return;
  end if;
  if current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
    perform set_config(
      'cortex.swept', case when current_setting('cortex.swept', true) in ('one', 'many') then 'many' else 'one' end, true);
    insert into cortex.touched (addresses, activity_ids, activity_times, activity_addresses)
    values (
      note_touched.addresses, note_touched.activity_ids, note_touched.activity_times,
      case when cardinality(note_touched.activity_ids) > 0 then note_touched.addresses else '{}' end);
  elsif cardinality(activity_ids) > 0 then
    insert into cortex.pending (address, activity_id, occurred_at)
    select n.address, n.id, n.occurred_at
    from unnest(note_touched.addresses, note_touched.activity_ids, note_touched.activity_times) n (address, id, occurred_at);
  else
    insert into cortex.pending (address)
    select distinct n.address collate "C" from unnest(note_touched.addresses) n (address);
  end if;
end
$$;

-- The last way out when addresses could not even be noted.
create or replace function cortex.put_addresses_aside(addresses text[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cortex.pending (address)
  select distinct a.address collate "C" from unnest(addresses) a (address) where a.address is not null;
exception when others then
  raise warning 'cortex: touched addresses could not be put aside (%)', sqlstate;
end
$$;

-- Transactions touch the lifetime value of their profile. The profile of each row is looked for by a query of its own:
-- see 31_activities_from_purchase_leads.sql.
create or replace function cortex.note_transactions() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from new_rows n
    cross join lateral (select u.email from public.unified_profiles u where u.id = n.profile_id limit 1) u;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o
    cross join lateral (select u.email from public.unified_profiles u where u.id = o.profile_id limit 1) u;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (o.profile_id), (n.profile_id)) v (profile_id)
    cross join lateral (select u.email from public.unified_profiles u where u.id = v.profile_id limit 1) u
    where row(o.profile_id, o.amount_minor, o.refunded_minor, o.currency, o.status)
      is distinct from row(n.profile_id, n.amount_minor, n.refunded_minor, n.currency, n.status);
  else
    select array_agg(p.address) into noted from cortex.people p where p.lifetime_value_minor <> 0;
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;
