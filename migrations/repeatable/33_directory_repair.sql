-- What the sweeps had to put aside, and what went past the triggers altogether.

-- Brings the kept rows of pending addresses up to date, at most `max_addresses` of them, and returns how many
-- were done. Those that failed before come last. An address that cannot be repaired harms no other: it is tried alone,
-- its failure is noted, and it waits for its next turn.
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
  select array_agg(t.address order by t.address collate "C") into batch
  from (
    select q.address from cortex.pending q group by q.address
    order by max(q.attempts), min(q.id) limit max_addresses
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
