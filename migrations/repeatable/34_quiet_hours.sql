-- Until when marketing mail rests, in a person's own time.

-- A zone that PostgreSQL knows, else the other one, else UTC: the shop's column may hold anything.
create or replace function cortex.known_zone(zone text, otherwise text) returns text
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  if zone <> '' then
    perform now() at time zone zone;
    return zone;
  end if;
  return case when otherwise is null then 'UTC' else cortex.known_zone(otherwise, null) end;
exception when invalid_parameter_value then
  return case when otherwise is null then 'UTC' else cortex.known_zone(otherwise, null) end;
end
$$;

-- When the quiet hours end that hold at this instant; null when none hold. `hours` is {"from": "21:00", "to": "08:00"}
-- in the zone's own time, over midnight where `from` is the later one; the same time twice is no time at all.
-- The clocks may repeat the hour in which they end, so the answer is always later than the instant.
create or replace function cortex.quiet_until(instant timestamptz, hours jsonb, zone text) returns timestamptz
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  starts time;
  ends time;
  here timestamp := cortex.local_time(instant, zone);
  wanted timestamp;
  tomorrow boolean;
begin
  if hours is null or jsonb_typeof(hours) <> 'object' then
    return null;
  end if;
  starts := (hours ->> 'from')::time;
  ends := (hours ->> 'to')::time;
  if starts < ends then
    if here::time < starts or here::time >= ends then
      return null;
    end if;
    tomorrow := false;
  elsif starts > ends then
    if here::time < starts and here::time >= ends then
      return null;
    end if;
    tomorrow := here::time >= starts;
  else
    return null;
  end if;
  wanted := here::date + case when tomorrow then 1 else 0 end + ends;
  return greatest(
    case when cortex.corrected_offset(instant, zone) is null then wanted at time zone zone else cortex.at_zone(wanted, zone) end,
    instant + interval '1 minute');
end
$$;
