-- People whose membership of a list may have changed, for another reason than an activity or the clock, are noted in
-- cortex.list_touched; nothing is noted while no list's membership is kept. What can turn the rules that a waiting run is
-- asked about is noted in cortex.run_changes by the same triggers.

-- For the shop's writes too, so it never raises. Which columns fire it is said in 36_list_membership_of_people.sql.
create or replace function cortex.touch_lists_of_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what, history)
    values (new.person_id, case when tg_op = 'INSERT' then 'any' else 'person' end,
      current_setting('cortex.history', true) is not distinct from 'true');
  end if;
  insert into cortex.run_changes (person_id, what)
  select new.person_id, 'person'
  where exists (select from cortex.automation_runs r where r.person_id = new.person_id and r.status = 'waiting');
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

-- Its plans may be from when there was nobody yet.
create or replace function cortex.touch_lists_of_enrollment() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set enable_seqscan = off
as $$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what)
    select p.person_id, 'enrollment' from cortex.people p where p.id in (new.profile_id, old.profile_id);
  end if;
  insert into cortex.run_changes (person_id, what)
  select p.person_id, 'enrollment' from cortex.people p
  where p.id in (new.profile_id, old.profile_id)
    and exists (select from cortex.automation_runs r where r.person_id = p.person_id and r.status = 'waiting');
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create or replace trigger cortex_40_touch_lists after insert or update or delete on public.enrollments
  for each row execute function cortex.touch_lists_of_enrollment();

create or replace function cortex.touch_lists_of_link() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cortex.list_touched (person_id, what)
  select person_id, 'any' from unnest(array[new.person_id, new.into_person_id, old.person_id, old.into_person_id]) t (person_id)
  where person_id is not null and exists (select from cortex.list_keeping);
  return null;
end
$$;
create or replace trigger touch_lists_link after insert or update or delete on cortex.person_links
  for each row execute function cortex.touch_lists_of_link();

-- Kept lists in whose rules this stands are filled anew as if for the first time, in silence: for changes that are no
-- doing of the people.
create or replace function cortex.fill_lists_anew(about text) returns void
  language sql
  set search_path = pg_catalog, pg_temp
as $$
  update cortex.list_keeping set state = 'stale', means = null
  where state in ('kept', 'stale') and means is not null and strpos(means::text, about) > 0;
$$;
