-- Kept membership of lists of rules: who is in is looked at again when a person changes or the clock moves,
-- so that entering and leaving can be told.

-- Lists whose membership is kept. Stale: to be filled (again), silently; meanwhile changes of people are noted.
create table cortex.list_keeping (
  smart_list_id uuid primary key references public.crm_smart_lists (id) on delete cascade,
  state text not null default 'stale' check (state in ('stale', 'kept', 'failed')),
  -- Of the rules, of those of lists inside, and of the settings they are read with, as of the last fill.
  fingerprint text,
  -- Up to which instant the clock has been followed.
  swept_at timestamptz,
  error text
);

-- Somebody wants the membership kept although nothing uses the list.
alter table public.crm_smart_lists add column keep_membership boolean not null default false;

-- The clock is followed per list (`swept_at`), not per member: people who are not in yet need it too.
alter table cortex.list_members drop column next_check_at;

-- People of whom something changed that is no activity, in the order it was noted.
create table cortex.list_touched (
  seq bigint generated always as identity primary key,
  person_id uuid not null,
  -- What it was: only lists that depend on it are asked.
  what text not null check (what in ('person', 'enrollment', 'static', 'any'))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- For the shop's writes too, so it never raises. `last_activity` is not among the columns: the matcher moves it,
-- and looks at the lists itself.
create function cortex.touch_lists_of_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what)
    values (new.person_id, case when tg_op = 'INSERT' then 'any' else 'person' end);
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create function cortex.touch_lists_of_enrollment() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from cortex.list_keeping) then
    insert into cortex.list_touched (person_id, what)
    select p.person_id, 'enrollment' from cortex.people p where p.id in (new.profile_id, old.profile_id);
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create trigger touch_lists_new after insert on cortex.people
  for each row when (new.type is not null) execute function cortex.touch_lists_of_person();
create trigger touch_lists after update on cortex.people
  for each row when (
    old.id is distinct from new.id or old.type is distinct from new.type
    or old.address is distinct from new.address
    or old.first_name is distinct from new.first_name or old.last_name is distinct from new.last_name
    or old.phone is distinct from new.phone or old.country is distinct from new.country
    or old.timezone is distinct from new.timezone or old.tags is distinct from new.tags
    or old.attributes is distinct from new.attributes or old.created_at is distinct from new.created_at
    or old.lifetime_value_minor is distinct from new.lifetime_value_minor
    or old.consent_status is distinct from new.consent_status
    or old.suppressed_broadcast is distinct from new.suppressed_broadcast)
  execute function cortex.touch_lists_of_person();
create trigger cortex_40_touch_lists after insert or update or delete on public.enrollments
  for each row execute function cortex.touch_lists_of_enrollment();

create function cortex.touch_lists_of_link() returns trigger
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
create trigger touch_lists_link after insert or update or delete on cortex.person_links
  for each row execute function cortex.touch_lists_of_link();
