-- When a date of a person, or its anniversary, is reached.

-- The occasions of one date: its day, and the instant at which it is reached. `raw` is a date, or an instant with its
-- offset; anything else is no date. `years` are the years whose anniversaries are wanted, null for the date itself;
-- with `later_only` the first is the one after the date's own year. 29 February falls on the 28th where there is none.
-- `calendar` moves on the calendar of the zone, `exact` on the time line; `clock` replaces the time of day.
create or replace function cortex.date_occasions(
  raw text, zone text, clock time, calendar interval, exact interval, years int[], later_only boolean
) returns table (day date, at timestamptz)
  language plpgsql stable parallel safe
  set search_path = pg_catalog, pg_temp
  set datestyle = 'ISO, YMD'
as $$
declare
  base timestamp;
  own_year int;
  wanted int;
  moved timestamp;
begin
  if raw ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    if not pg_input_is_valid(raw, 'date') or raw < '0001' then
      return;
    end if;
    base := raw::date::timestamp;
  else
    base := cortex.local_time(cortex.text_instant(raw, zone), zone);
  end if;
  if base is null then
    return;
  end if;
  own_year := extract(year from base);
  foreach wanted in array coalesce(years, array[own_year]) loop
    continue when wanted < own_year or (later_only and wanted = own_year);
    moved := base + make_interval(years => wanted - own_year);
    day := moved::date;
    moved := moved + calendar;
    if clock is not null then
      moved := moved::date + clock;
    end if;
    at := cortex.at_zone(moved, zone) + exact;
    return next;
  end loop;
end
$$;
