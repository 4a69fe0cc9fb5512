-- Every activity with a person gets an inbox row in its own transaction; the matcher polls, so there is no NOTIFY
-- here (it would serialise the shop's commits). An activity with an address and no person is noted for the
-- sweep at commit, which finds or makes the person.

create or replace function cortex.inbox_from_activities() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  ids uuid[];
  times timestamptz[];
  addresses text[];
begin
  insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
  select n.person_id, n.id, n.occurred_at, n.history, n.type from new_rows n
  -- What the engine tells about its own runs starts, wakes and changes nothing, so nobody need look at it; nor at a
  -- type of which the transaction that records it made sure that nothing asks about it.
  where n.person_id is not null
    and not (n.source = 'cortex' and (n.history or n.type = current_setting('cortex.unasked', true)) is true);

  select array_agg(n.id), array_agg(n.occurred_at), array_agg(cortex.address(n.contact_email))
  into ids, times, addresses
  from new_rows n
  where n.person_id is null and cortex.address(n.contact_email) is not null;
  if ids is not null then
    perform cortex.note_touched(addresses, ids, times);
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  begin
    insert into cortex.pending (address, activity_id, occurred_at, person_id)
    select coalesce(cortex.address(n.contact_email), ''), n.id, n.occurred_at, n.person_id
    from new_rows n
    where n.person_id is not null or cortex.address(n.contact_email) is not null;
  exception when others then
    raise warning 'cortex: activities could not be put aside (%)', sqlstate;
  end;
  return null;
end
$$;

create or replace trigger cortex_30_inbox after insert on public.crm_activities
  referencing new table as new_rows for each statement execute function cortex.inbox_from_activities();
