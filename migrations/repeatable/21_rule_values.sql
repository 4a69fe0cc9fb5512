-- Free data (JSON) read as a type, for rules. What does not fit is NULL, never an error; the TypeScript twins
-- are in libs/rules/src/language/read.ts and time.ts, and the parity test holds them together.

-- The double that a JSON number or a plain decimal text means, as JavaScript reads it.
create or replace function cortex.json_number(value jsonb) returns float8
  language sql immutable parallel safe
as $$
  select case jsonb_typeof(value)
    when 'number' then
      case
        when abs(value::numeric) > 1.7976931348623157e308 then null
        when abs(value::numeric) < 2.48e-324 then 0
        else (value #>> '{}')::float8
      end
    when 'string' then
      case when (value #>> '{}') ~ '^[+-]?[0-9]{1,255}[0-9]{0,45}(\.[0-9]{1,255}[0-9]{0,45})?$' then (value #>> '{}')::float8 end
  end
$$;

-- What texts and numbers seldom are, in functions that the planner does not look into: written out in every rule about
-- free data it costs more to plan than a page of people costs to read.
create or replace function cortex.json_number_apart(value jsonb) returns float8
  language plpgsql immutable parallel safe cost 1
as $$ begin return cortex.json_number(value); end $$;

-- A whole number that a double holds exactly counts as its digits.
create or replace function cortex.number_text(value jsonb) returns text
  language plpgsql immutable parallel safe cost 1
as $$
declare
  number float8 := cortex.json_number(value);
begin
  return case when abs(number) <= 9007199254740991 and trunc(number) = number then number::bigint::text end;
end
$$;

-- Folded text.
create or replace function cortex.json_text(value jsonb) returns text
  language sql immutable parallel safe
as $$
  select case jsonb_typeof(value)
    when 'string' then cortex.fold(value #>> '{}')
    when 'number' then cortex.number_text(value)
  end
$$;

-- A member of an object as a number or as folded text: what the two above say of it. Reading the member as text at
-- once spares taking it out several times; a decimal of so few digits is in the range of doubles.
create or replace function cortex.field_number(object jsonb, name text) returns float8
  language sql immutable parallel safe
as $$
  select case jsonb_typeof(object -> name)
    when 'number' then
      case when octet_length(object ->> name) <= 300 then (object ->> name)::float8 else cortex.json_number_apart(object -> name) end
    when 'string' then cortex.json_number_apart(object -> name)
  end
$$;

create or replace function cortex.field_text(object jsonb, name text) returns text
  language sql immutable parallel safe
as $$
  select case jsonb_typeof(object -> name)
    when 'string' then cortex.fold(object ->> name)
    when 'number' then cortex.number_text(object -> name)
  end
$$;

create or replace function cortex.json_boolean(value jsonb) returns boolean
  language sql immutable parallel safe
as $$
  select case when value in ('true', '"true"') then true when value in ('false', '"false"') then false end
$$;

-- An RFC 3339 instant, or a date as midnight in the zone.
create or replace function cortex.text_instant(value text, zone text) returns timestamptz
  language plpgsql stable parallel safe
  set search_path = pg_catalog, cortex, pg_temp
  set datestyle = 'ISO, YMD'
as $$
begin
  if value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    if pg_input_is_valid(value, 'date') and value >= '0001' then
      return cortex.at_zone(value::date::timestamp, zone);
    end if;
  elsif value ~* '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])$' then
    value := regexp_replace(value, '(\.[0-9]{6})[0-9]+', '\1');
    if pg_input_is_valid(value, 'timestamptz') then
      return value::timestamptz;
    end if;
  end if;
  return null;
end
$$;

create or replace function cortex.json_instant(value jsonb, zone text) returns timestamptz
  language sql stable parallel safe
as $$
  select case jsonb_typeof(value) when 'string' then cortex.text_instant(value #>> '{}', zone) end
$$;

-- The pattern of LIKE for texts that have this one somewhere in them; nothing in it is a wildcard.
create or replace function cortex.like_part(part text) returns text
  language sql immutable strict parallel safe
  return '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%';
