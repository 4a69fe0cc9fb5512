-- Local times. PostgreSQL and the application each bring a version of the time-zone data, and for a few zones they differ.
-- The application's counts everywhere, also for SQL users: what differs stands in cortex.zone_corrections, written by
-- libs/directory/src/facts/time-zones.ts at each start of a worker; every other zone is PostgreSQL's own.

-- The seconds east of UTC in a corrected zone; null in every other.
create or replace function cortex.corrected_offset(instant timestamptz, zone text) returns int
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
  select c.offsets[width_bucket(instant, c.starts) + 1] from cortex.zone_corrections c where c.zone = corrected_offset.zone
$$;

-- What clocks in a zone show at an instant.
create or replace function cortex.local_time(instant timestamptz, zone text) returns timestamp
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  corrected int := cortex.corrected_offset(instant, zone);
begin
  if corrected is null then
    return instant at time zone zone;
  end if;
  return (instant at time zone 'UTC') + make_interval(secs => corrected);
end
$$;

-- A local time in a zone: one that happens twice is the earlier instant, one that does not exist moves on by
-- the gap. PostgreSQL alone takes the later of two.
create or replace function cortex.at_zone(local timestamp, zone text) returns timestamptz
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  as_utc timestamptz := local at time zone 'UTC';
  before int := cortex.corrected_offset(as_utc - interval '1 day', zone);
  after int;
  late timestamptz;
  day_before timestamptz;
  early timestamptz;
begin
  if before is not null then
    after := cortex.corrected_offset(as_utc + interval '1 day', zone);
    early := as_utc - make_interval(secs => before);
    late := as_utc - make_interval(secs => after);
    return case
      when cortex.corrected_offset(early, zone) = before then early
      when cortex.corrected_offset(late, zone) = after then late
      else early
    end;
  end if;
  late := local at time zone zone;
  day_before := late - interval '24 hours';
  -- The same local time read with the offset of the day before.
  early := as_utc - ((day_before at time zone zone) - (day_before at time zone 'UTC'));
  if early < late and early at time zone zone = local then
    return early;
  end if;
  return late;
end
$$;
