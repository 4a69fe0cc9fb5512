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

create or replace function cortex.note_profiles() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.tags, o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.tags, n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type is not null;
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;

-- The same columns decide for leads; the functions differ in the tables their cached plans are made for.
create or replace function cortex.note_leads() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.tags, o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.tags, n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type = 'lead';
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;

-- Transactions touch the lifetime value of their profile.
create or replace function cortex.note_transactions() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from new_rows n join public.unified_profiles u on u.id = n.profile_id;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o join public.unified_profiles u on u.id = o.profile_id;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct cortex.address(u.email)) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (o.profile_id), (n.profile_id)) v (profile_id)
    join public.unified_profiles u on u.id = v.profile_id
    where row(o.profile_id, o.amount_minor, o.refunded_minor, o.status)
      is distinct from row(n.profile_id, n.amount_minor, n.refunded_minor, n.status);
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

-- Brings the kept rows of these addresses (sorted, distinct) up to date and gives these activities their
-- person and inbox row. Must run under READ COMMITTED: each statement needs a newer snapshot than the locks
-- before it. Raises CX001 when a row was renamed while we waited for it; the caller tries again.
create or replace function cortex.refresh_people(
  addresses text[], activity_ids uuid[], activity_times timestamptz[], activity_addresses text[]
) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  missing text[];
  fresh text[];
  known text[] := addresses;
  locked bigint;
  converted uuid[];
  homes uuid[];
  kept cortex.people;
  defined cortex.directory_definition;
  earliest timestamptz := activity_times[1];
  latest timestamptz := activity_times[1];
begin
  -- One person whom we know, as most writes of the shop touch: the same as below in three plain statements, each of
  -- them younger than the lock. Whom the definition no longer has is left to the general way.
  if cardinality(addresses) = 1 then
    select p.* into kept from cortex.people p where p.address = addresses[1] for no key update;
    if found then
      select d.* into defined from cortex.directory_definition d where d.address = addresses[1] limit 1;
      if found then
        known := '{}';
        addresses := '{}';
        if row(kept.id, kept.email::text, kept.type, kept.first_name, kept.last_name, kept.phone, kept.country,
            kept.timezone, kept.tags, kept.attributes, kept.created_at, kept.lifetime_value_minor)
          is distinct from
            row(defined.id, defined.email::text, defined.type, defined.first_name, defined.last_name, defined.phone,
            defined.country, defined.timezone, defined.tags, defined.attributes, defined.created_at,
            defined.lifetime_value_minor)
        then
          update cortex.people p
          set id = defined.id, email = defined.email, type = defined.type, first_name = defined.first_name,
            last_name = defined.last_name, phone = defined.phone, country = defined.country, timezone = defined.timezone,
            tags = defined.tags, attributes = defined.attributes, created_at = defined.created_at,
            lifetime_value_minor = defined.lifetime_value_minor
          where p.person_id = kept.person_id;
          if kept.id is distinct from defined.id then
            if kept.id is not null then
              insert into cortex.former_ids (id, person_id) values (kept.id, kept.person_id) on conflict (id) do nothing;
            end if;
            if defined.type = 'customer' then
              converted := array[kept.person_id];
            end if;
          end if;
        end if;
      end if;
    end if;
  end if;

  -- 1. People that are missing. A row that this statement makes is right at once: whoever else touches its address
  -- has either committed before the snapshot, or meets our row in its own sweep and waits for us.
  if cardinality(addresses) > 0 then
    select array_agg(t.address) into missing
    from unnest(addresses) t (address)
    where not exists (select from cortex.people p where p.address = t.address);
  end if;
  if missing is not null then
    with made as (
      insert into cortex.people (
        address, id, email, type, first_name, last_name, phone, country, timezone, tags, attributes, created_at,
        lifetime_value_minor, suppressed_broadcast, suppressed_transactional)
      select
        t.address, d.id, d.email, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone,
        coalesce(d.tags, '{}'), coalesce(d.attributes, '{}'), d.created_at, coalesce(d.lifetime_value_minor, 0),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'broadcast'),
        exists (select from cortex.suppressions s where s.address = t.address and s.stream = 'transactional')
      from unnest(missing) t (address)
      left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true
      order by t.address collate "C"
      on conflict (address) do nothing
      returning people.address
    )
    select array_agg(made.address) into fresh from made;
    if cardinality(fresh) = cardinality(addresses) then
      known := '{}';
    elsif fresh is not null then
      known := array(select t.address from unnest(addresses) t (address) where t.address <> all (fresh));
    end if;
  end if;

  if cardinality(known) > 0 then
    -- 2. Locks, sorted.
    perform from cortex.people p where p.address = any (known) order by p.address for no key update;
    get diagnostics locked = row_count;
    if locked <> cardinality(known) then
      raise exception 'a person of these addresses was renamed meanwhile' using errcode = 'CX001';
    end if;

    -- A profile that moved to an address nobody had keeps its person, unless somebody else is left at the old one. What
    -- was done under the old address goes along: nobody is there any more to whom it could belong.
    if fresh is not null then
      homes := array(
        select p.person_id
        from unnest(activity_addresses) with ordinality n (address, nth)
        left join cortex.people p on p.address = n.address and n.address = any (known)
        order by n.nth);
      if cortex.rename_people(known, fresh) > 0 then
        known := addresses;
        activity_addresses := array(
          select coalesce(p.address, n.address)
          from unnest(activity_addresses, homes) with ordinality n (address, home, nth)
          left join cortex.people p on p.person_id = n.home
          order by n.nth);
      end if;
    end if;

    -- 3. A new statement: its snapshot is younger than the locks.
    with changed as (
      update cortex.people p
      set id = d.id, email = d.email, type = d.type, first_name = d.first_name, last_name = d.last_name,
        phone = d.phone, country = d.country, timezone = d.timezone, tags = coalesce(d.tags, '{}'),
        attributes = coalesce(d.attributes, '{}'), created_at = d.created_at,
        lifetime_value_minor = coalesce(d.lifetime_value_minor, 0)
      from unnest(known) t (address)
      left join lateral (select * from cortex.directory_definition d where d.address = t.address limit 1) d on true
      where p.address = t.address
        and row(p.id, p.email::text, p.type, p.first_name, p.last_name, p.phone, p.country, p.timezone, p.tags, p.attributes,
            p.created_at, p.lifetime_value_minor)
          is distinct from
            row(d.id, d.email::text, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, coalesce(d.tags, '{}'),
            coalesce(d.attributes, '{}'), d.created_at, coalesce(d.lifetime_value_minor, 0))
      returning p.person_id, p.type, old.id as old_id, new.id as new_id
    ), former as (
      insert into cortex.former_ids (id, person_id)
      select distinct on (c.old_id) c.old_id, c.person_id
      from changed c
      where c.old_id is not null and c.old_id is distinct from c.new_id
      order by c.old_id, c.person_id
      on conflict (id) do nothing
    )
    select array_agg(c.person_id) filter (where c.type = 'customer' and c.old_id is distinct from c.new_id)
    into converted from changed c;
  end if;

  -- 4. A lead that became a customer: its history names the profile from now on.
  if converted is not null then
    update public.crm_activities a
    set contact_id = p.id
    from cortex.people p
    where p.person_id = any (converted) and a.person_id = p.person_id and a.contact_id is distinct from p.id;
  end if;

  -- 5. Activities that did not know their person. The bounds let the executor leave the other months alone.
  if cardinality(activity_ids) > 0 then
    if cardinality(activity_ids) > 1 then
      select min(t.at), max(t.at) into earliest, latest from unnest(activity_times) t (at);
    end if;
    with filled as (
      update public.crm_activities a
      set person_id = p.person_id,
        contact_id = coalesce(a.contact_id, case when p.type = 'customer' then p.id end)
      from unnest(activity_ids, activity_times, activity_addresses) n (id, occurred_at, address)
      join cortex.people p on p.address = n.address
      where a.id = n.id and a.occurred_at = n.occurred_at and a.person_id is null
        and a.occurred_at >= earliest and a.occurred_at <= latest
      returning a.person_id, a.id, a.occurred_at, a.history, a.type
    )
    insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
    select f.person_id, f.id, f.occurred_at, f.history, f.type from filled f;
  end if;
end
$$;

-- Renames the rows of profiles that moved to a fresh address: the fresh row, which nobody has seen yet, gives way.
create or replace function cortex.rename_people(known text[], fresh text[]) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
declare
  move record;
  renamed int := 0;
begin
  for move in
    select distinct on (cortex.address(u.email) collate "C") p.person_id, cortex.address(u.email) as address, f.person_id as fresh_id
    from cortex.people p
    join public.unified_profiles u on u.id = p.id
    join cortex.people f on f.address = cortex.address(u.email) collate "C"
    where p.address = any (known) and p.type = 'customer'
      and cortex.address(u.email) = any (fresh)
      and cortex.address(u.email) <> p.address
      and not exists (select from public.unified_profiles x where cortex.address(x.email) collate "C" = p.address)
      and not exists (select from public.purchase_leads x where cortex.address(x.email) collate "C" = p.address)
    order by cortex.address(u.email) collate "C", p.address
  loop
    delete from cortex.people p where p.person_id = move.fresh_id;
    -- Consent belongs to the person and moves along; suppression belongs to the address.
    update cortex.people p
    set address = move.address,
      suppressed_broadcast = exists (
        select from cortex.suppressions s where s.address = move.address and s.stream = 'broadcast'),
      suppressed_transactional = exists (
        select from cortex.suppressions s where s.address = move.address and s.stream = 'transactional')
    where p.person_id = move.person_id;
    renamed := renamed + 1;
  end loop;
  return renamed;
end
$$;

-- Puts aside what this transaction touched: the view is right at once, the repair job does the rest.
create or replace function cortex.put_aside() returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  with gone as (
    delete from cortex.touched t where t.txid = pg_current_xact_id()
    returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
  )
  insert into cortex.pending (address, activity_id, occurred_at)
  select distinct a.address collate "C", null::uuid, null::timestamptz from gone g, unnest(g.addresses) a (address)
  union all
  select n.address, n.id, n.occurred_at
  from gone g, unnest(g.activity_ids, g.activity_times, g.activity_addresses) n (id, occurred_at, address);
end
$$;

create or replace function cortex.sweep() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  this text := pg_current_xact_id()::text;
  mark text := current_setting('cortex.swept', true);
  work record;
  noted bigint;
  code text;
  reason text;
begin
  if mark = this then
    return null;
  end if;
  perform set_config('cortex.swept', this, true);
  for attempt in 1..3 loop
    begin
      -- One statement touched one person: the row that fires us is all there is.
      if mark = 'one' and cardinality(new.addresses) = 1 then
        delete from cortex.touched t where t.txid = pg_current_xact_id();
        get diagnostics noted = row_count;
        if noted <> 1 then
          raise exception '% rows were noted where one was said', noted;
        end if;
        perform cortex.refresh_people(new.addresses, new.activity_ids, new.activity_times, new.activity_addresses);
        return null;
      end if;
      with gone as (
        delete from cortex.touched t where t.txid = pg_current_xact_id()
        returning t.addresses, t.activity_ids, t.activity_times, t.activity_addresses
      )
      select
        array(
          select distinct a.address collate "C" from gone g, unnest(g.addresses) a (address) order by 1
        ) as addresses,
        array(select unnest(g.activity_ids) from gone g) as activity_ids,
        array(select unnest(g.activity_times) from gone g) as activity_times,
        array(select unnest(g.activity_addresses) from gone g) as activity_addresses
      into work;
      perform cortex.refresh_people(work.addresses, work.activity_ids, work.activity_times, work.activity_addresses);
      return null;
    exception
      when sqlstate 'CX001' then
        code := sqlstate;
        reason := sqlerrm;
      when others then
        code := sqlstate;
        reason := sqlerrm;
        exit;
    end;
  end loop;
  begin
    perform cortex.put_aside();
  exception when others then
    raise warning 'cortex: touched addresses could not be put aside (%)', sqlstate;
    perform cortex.note_error('put_aside', sqlstate, sqlerrm);
  end;
  if code is not null then
    perform cortex.note_error('sweep', code, reason);
  end if;
  return null;
end
$$;

drop trigger if exists sweep on cortex.touched;
create constraint trigger sweep after insert on cortex.touched
  deferrable initially deferred
  for each row execute function cortex.sweep();

-- One trigger per event: a trigger with transition tables may name only one. Triggers of a table fire in the
-- order of their names, so the note (10) stands before the activities (20), each with a guard of its own.
do $$
declare
  target record;
begin
  for target in
    select * from (values ('unified_profiles', 'note_profiles'), ('purchase_leads', 'note_leads'), ('transactions', 'note_transactions'))
      as t (tab, fn)
  loop
    execute format('drop trigger if exists cortex_10_note_insert on public.%I', target.tab);
    execute format('drop trigger if exists cortex_10_note_update on public.%I', target.tab);
    execute format('drop trigger if exists cortex_10_note_delete on public.%I', target.tab);
    execute format('drop trigger if exists cortex_10_note_truncate on public.%I', target.tab);
    execute format('create trigger cortex_10_note_insert after insert on public.%I referencing new table as new_rows
      for each statement execute function cortex.%I()', target.tab, target.fn);
    execute format('create trigger cortex_10_note_update after update on public.%I
      referencing old table as old_rows new table as new_rows for each statement execute function cortex.%I()', target.tab, target.fn);
    execute format('create trigger cortex_10_note_delete after delete on public.%I referencing old table as old_rows
      for each statement execute function cortex.%I()', target.tab, target.fn);
    execute format('create trigger cortex_10_note_truncate after truncate on public.%I
      for each statement execute function cortex.%I()', target.tab, target.fn);
  end loop;
end
$$;
