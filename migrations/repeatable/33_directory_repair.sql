-- What the sweeps had to put aside, and what went past the triggers altogether.

-- Changes with every change of what the shop's tables say about an address.
create or replace function cortex.address_fingerprint(one text) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select md5(concat_ws('/',
    (select string_agg(concat(u.id, ' ', u.xmin), ',' order by u.id)
     from public.unified_profiles u where cortex.address(u.email) collate "C" = one),
    (select string_agg(concat(l.id, ' ', l.xmin), ',' order by l.id)
     from public.purchase_leads l where cortex.address(l.email) collate "C" = one),
    (select concat(count(*), ' ', sum(t.xmin::text::bigint))
     from public.unified_profiles u join public.transactions t on t.profile_id = u.id
     where cortex.address(u.email) collate "C" = one)))
$$;

-- After how many failures in a row an address is set aside.
create or replace function cortex.most_repairs() returns int
  language sql immutable
  set search_path = pg_catalog, pg_temp
as $$ select 5 $$;

-- Brings the kept rows of pending addresses up to date, at most `max_addresses` of them, and returns how many
-- were done. Those that failed before come last. An address that cannot be repaired harms no other: it is tried alone,
-- its failure is noted, and it waits for its next turn. One that fails again and again by its values, not because somebody
-- was in the way, is set aside until its rows change.
create or replace function cortex.repair_pending(max_addresses int) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
as $$
declare
  batch text[];
  one text;
  done int := 0;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'cortex.repair_pending needs READ COMMITTED' using errcode = 'object_not_in_prerequisite_state';
  end if;
  -- In the order of the index: a change of currency puts everybody aside at once.
  select array_agg(t.address order by t.address collate "C") into batch
  from (
    select distinct n.address from (
      select q.address from cortex.pending q
      where not exists (
        select from cortex.set_aside s
        where s.address = q.address and s.attempts >= cortex.most_repairs()
          and s.fingerprint = cortex.address_fingerprint(s.address))
      order by q.attempts, q.id limit max_addresses) n
  ) t;
  if batch is null then
    return 0;
  end if;
  begin
    return cortex.repair_addresses(batch);
  exception when others then
    null;
  end;
  foreach one in array batch loop
    begin
      done := done + cortex.repair_addresses(array[one]);
    exception when others then
      update cortex.pending q set attempts = q.attempts + 1 where q.address = one;
      perform cortex.note_error('repair_pending', sqlstate, sqlerrm);
      -- Values, constraints and limits; anything else passes, or is not this person's alone.
      if sqlstate ~ '^(22|23|54)' then
        insert into cortex.set_aside (address, attempts, sqlstate, fingerprint)
        values (one, 1, sqlstate, cortex.address_fingerprint(one))
        on conflict (address) do update set
          attempts = case when set_aside.fingerprint = excluded.fingerprint then set_aside.attempts + 1 else 1 end,
          sqlstate = excluded.sqlstate, fingerprint = excluded.fingerprint;
      end if;
    end;
  end loop;
  return done;
end
$$;

-- Repairs these addresses (sorted) and removes the pending rows it has read; rows noted meanwhile stay.
create or replace function cortex.repair_addresses(batch text[]) returns int
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  work record;
begin
  select array_agg(q.id) as rows,
    coalesce(array_agg(q.activity_id) filter (where q.homeless), '{}') as activity_ids,
    coalesce(array_agg(q.occurred_at) filter (where q.homeless), '{}') as activity_times,
    coalesce(array_agg(q.address) filter (where q.homeless), '{}') as activity_addresses
  into work
  from (
    select q.*, q.activity_id is not null and q.person_id is null as homeless
    from cortex.pending q where q.address = any (batch) order by q.id
  ) q;
  insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history)
  select a.person_id, a.id, a.occurred_at, a.history
  from cortex.pending q
  join public.crm_activities a on a.person_id = q.person_id and a.occurred_at = q.occurred_at and a.id = q.activity_id
  where q.id = any (work.rows);
  perform cortex.refresh_people(batch, work.activity_ids, work.activity_times, work.activity_addresses);
  delete from cortex.pending q where q.id = any (work.rows);
  delete from cortex.set_aside s where s.address = any (batch);
  return cardinality(batch);
end
$$;

-- Activities with an address that never got their person (their trigger was disabled or failed), newest first.
-- Returns how many were noted for repair.
create or replace function cortex.note_lost_activities(since timestamptz, max_rows int) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  noted bigint;
begin
  insert into cortex.pending (address, activity_id, occurred_at)
  select cortex.address(a.contact_email), a.id, a.occurred_at
  from public.crm_activities a
  where a.person_id is null and a.occurred_at >= since and cortex.address(a.contact_email) is not null
    and not exists (select from cortex.pending q where q.activity_id = a.id)
  order by a.occurred_at desc
  limit max_rows;
  get diagnostics noted = row_count;
  return noted;
end
$$;
