-- Deleting activities that are older than the workspace keeps them. Keys under which they were posted stay, so that
-- none of them comes again.

-- Whether something still needs an activity: an open run that began with it, or somebody who has not looked at it yet.
create or replace function cortex.activity_is_needed(activity uuid, person uuid) returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
as $$
  select exists (
      select from cortex.automation_runs r
      where r.status in ('active', 'waiting') and r.activity_id = activity
        and r.person_id in (select person union all
          select k.into_person_id from cortex.person_links k where k.person_id = person))
    or exists (select from cortex.activity_inbox i where i.person_id = person and i.activity_id = activity)
    or exists (select from cortex.inbox_failures f where f.activity_id = activity)
    or exists (select from cortex.pending q where q.activity_id = activity);
$$;

-- Lists that ask about activities are filled anew, in silence: nobody enters an automation because something they did
-- was deleted.
create or replace function cortex.refill_lists_of_activities() returns void
  language sql
  set search_path = pg_catalog, pg_temp
as $$
  select cortex.fill_lists_anew('"activity');
$$;

-- Months of activities, in tables of their own, that lie wholly before an instant.
create or replace function cortex.activity_months(before timestamptz) returns table (place text)
  language sql stable
  set search_path = pg_catalog, pg_temp
as $$
  select m.name from (
    select c.relname::text as name, right(c.relname, 7) as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.crm_activities'::regclass and c.relname ~ '^crm_activities_\d{4}_\d{2}$') m
  where make_timestamptz(left(m.month, 4)::int, right(m.month, 2)::int, 1, 0, 0, 0, 'UTC') + interval '1 month' <= before
  order by 1;
$$;

-- Drops a month with all its activities and answers how many they were; null where something needs one of them: then
-- they go one by one. Readers wait for no more than the drop itself.
create or replace function cortex.drop_activity_month(place text) returns bigint
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
as $$
declare
  month regclass := to_regclass(format('cortex.%I', place));
  begins timestamptz := make_timestamptz(left(right(place, 7), 4)::int, right(place, 2)::int, 1, 0, 0, 0, 'UTC');
  ends timestamptz := begins + interval '1 month';
  gone bigint;
begin
  if month is null or place !~ '^crm_activities_\d{4}_\d{2}$' then
    return 0;
  end if;
  -- Nothing is added to it from here on.
  execute format('lock table %s in share row exclusive mode', month);
  if exists (
      select from cortex.automation_runs r
      where r.status in ('active', 'waiting') and r.activity_id is not null
        and (r.context #>> '{activity,occurred_at}')::timestamptz >= begins
        and (r.context #>> '{activity,occurred_at}')::timestamptz < ends)
    or exists (select from cortex.activity_inbox i where i.occurred_at >= begins and i.occurred_at < ends)
    or exists (select from cortex.inbox_failures f where f.occurred_at >= begins and f.occurred_at < ends)
    or exists (select from cortex.pending q where q.occurred_at >= begins and q.occurred_at < ends)
  then
    return null;
  end if;
  execute format('select count(*) from %s', month) into gone;
  if gone > 0 then
    perform cortex.refill_lists_of_activities();
  end if;
  execute format('drop table %s', month);
  return gone;
end
$$;

-- Deletes from some pages of one table of activities what is older than an instant and not needed. Answers how many.
create or replace function cortex.forget_activities(place regclass, pages_from tid, pages_until tid, before timestamptz)
  returns bigint
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  gone bigint;
begin
  execute format(
    'delete from %s a where a.ctid >= $1 and a.ctid < $2 and a.occurred_at < $3
       and not cortex.activity_is_needed(a.id, a.person_id)', place)
  using pages_from, pages_until, before;
  get diagnostics gone = row_count;
  if gone > 0 then
    perform cortex.refill_lists_of_activities();
  end if;
  return gone;
end
$$;

-- Deletes from one table of activities some of those that are older than an instant and nobody's: of visitors who were
-- never proven to be anybody. Answers how many. By their index, so that a table without any is left at once.
create or replace function cortex.forget_visits(place regclass, before timestamptz, most int) returns bigint
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  gone bigint;
begin
  execute format(
    'delete from %1$s a where a.ctid = any(array(
         select v.ctid from %1$s v where v.person_id is null and v.anonymous_id is not null and v.contact_email is null
           and v.occurred_at < $1 limit $2))
       -- Whoever is proven at this moment keeps theirs.
       and a.person_id is null', place)
  using before, most;
  get diagnostics gone = row_count;
  return gone;
end
$$;

-- When the oldest activity of an unknown visitor is from. Looks into the first month that has any.
create or replace function cortex.oldest_visit() returns timestamptz
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  month text;
  found_at timestamptz;
begin
  for month in
    select 'crm_activities_default' union all select m.place from cortex.activity_months('infinity') m
  loop
    execute format(
      'select min(a.occurred_at) from cortex.%I a where a.person_id is null and a.anonymous_id is not null', month)
    into found_at;
    if found_at is not null then
      return found_at;
    end if;
  end loop;
  return null;
end
$$;
