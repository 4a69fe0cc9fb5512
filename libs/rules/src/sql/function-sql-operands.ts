import { limits } from '../language/language.js';
import { valueTypes, type Face, type Operator, type ValueType } from '../language/operator.js';
import { operators } from '../operators/index.js';
import { CLOCK_SKEW } from '../language/time.js';

/** An SQL literal. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export interface Entry {
  operator: Operator;
  type: ValueType;
  face: Face;
}

/** Every positive operator with every type it takes, except those that only a run can answer. */
export const entries: Entry[] = operators.flatMap((operator) =>
  valueTypes.flatMap((type) => {
    const face = operator.accepts?.[type];
    return face && type !== 'lead' && type !== 'step' ? [{ operator, type, face }] : [];
  }),
);

/** How far ahead counts as now, as an interval. */
export const skew = `interval '${CLOCK_SKEW / 1000} seconds'`;

const spanLimits = Object.entries(limits.span).map(([unit, most]) => `when ${quote(unit)} then ${most}`);

/** The part of the generated file that turns values of the rules into SQL literals. */
export const operandFunctions =
  (): string => `-- Length of time from JSON, added to or taken from an instant on the calendar of the zone.
create or replace function cortex.rule_shift(at timestamptz, span jsonb, direction int, zone text) returns timestamptz
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  unit text := span ->> 'unit';
  n int;
  most int := case unit ${spanLimits.join(' ')} end;
begin
  if most is null or jsonb_typeof(span -> 'n') is distinct from 'number' or (span ->> 'n') !~ '^[0-9]{1,9}$' then
    raise exception 'A length of time in the rules cannot be read.';
  end if;
  n := (span ->> 'n')::int;
  if n < 1 or n > most then
    raise exception 'A length of time in the rules is too long.';
  end if;
  if unit in ('minutes', 'hours') then
    return at + direction * n * (case unit when 'minutes' then interval '1 minute' else interval '1 hour' end);
  end if;
  return cortex.at_zone(
    cortex.local_time(at, zone) + direction * n * (case unit when 'days' then interval '1 day' when 'weeks' then interval '7 days' else interval '1 month' end),
    zone);
end
$$;

-- The instant that a value of the rules means.
create or replace function cortex.rule_instant(value jsonb, at timestamptz, zone text) returns timestamptz
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  result timestamptz;
  parts text[];
begin
  if jsonb_typeof(value) = 'string' then
    parts := regexp_match(value #>> '{}', '^\\s*([0-9]{1,9})\\s+(minute|hour|day|week|month)s?\\s+(ago|from now)\\s*$', 'i');
    if parts is not null then
      return cortex.rule_shift(at, jsonb_build_object('n', parts[1]::int, 'unit', lower(parts[2]) || 's'),
        case lower(parts[3]) when 'ago' then -1 else 1 end, zone);
    end if;
    result := cortex.text_instant(value #>> '{}', zone);
  elsif jsonb_typeof(value) = 'object' and value ? 'ago' then
    result := cortex.rule_shift(at, value -> 'ago', -1, zone);
  elsif jsonb_typeof(value) = 'object' and value ? 'ahead' then
    result := cortex.rule_shift(at, value -> 'ahead', 1, zone);
  end if;
  if result is null then
    raise exception 'An instant in the rules cannot be read.';
  end if;
  return result;
end
$$;

-- One value of the rules as an SQL literal of its type.
create or replace function cortex.rule_operand(kind text, value jsonb, at timestamptz, zone text) returns text
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
  set datestyle = 'ISO, YMD'
as $$
declare
  given text := jsonb_typeof(value);
begin
  case
    when kind in ('text', 'set') and given = 'string' then return quote_literal(cortex.fold(value #>> '{}')) || '::text';
    when kind = 'enum' and given = 'string' then return quote_literal(value #>> '{}') || '::text';
    when kind = 'number' and given = 'number' then return quote_literal(cortex.json_number(value)::text) || '::float8';
    when kind = 'boolean' and given = 'boolean' then return quote_literal(value #>> '{}') || '::boolean';
    when kind = 'instant' then return quote_literal(cortex.rule_instant(value, at, zone)::text) || '::timestamptz';
    else raise exception 'A value in the rules does not go with its operator.';
  end case;
end
$$;

-- Month and day of today and the next n days; where 29 February does not exist, it stands beside the 28th.
create or replace function cortex.rule_days(span jsonb, at timestamptz, zone text) returns text
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  today date := cortex.local_time(at, zone)::date;
  days text;
begin
  if span ->> 'unit' is distinct from 'days' or (span ->> 'n') !~ '^[0-9]{1,3}$' or (span ->> 'n')::int not between 0 and 366 then
    raise exception 'An anniversary takes days, at most 366.';
  end if;
  select string_agg(quote_literal(to_char(d, 'MM-DD')) || case
      when to_char(d, 'MM-DD') = '02-28' and extract(day from d + 1) <> 29 then ',''02-29''' else '' end, ',')
    into days from (select today + i as d from generate_series(0, (span ->> 'n')::int) i) t;
  return 'array[' || days || ']::text[]';
end
$$;

-- The operands of a condition as SQL literals, in the order the operator's template wants them.
create or replace function cortex.rule_operands(shape text, kind text, value jsonb, within jsonb, at timestamptz, zone text) returns text[]
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
  set datestyle = 'ISO, YMD'
as $$
declare
  items text[];
begin
  case shape
    when 'none' then
      if value is not null then raise exception 'An operator in the rules takes no value, but has one.'; end if;
      return '{}';
    when 'one' then return array[cortex.rule_operand(kind, value, at, zone)];
    when 'list', 'pair' then
      if jsonb_typeof(value) is distinct from 'array' then raise exception 'A list of values in the rules cannot be read.'; end if;
      items := array(select cortex.rule_operand(kind, v, at, zone) from jsonb_array_elements(value) with ordinality t(v, o) order by o);
      if shape = 'pair' and cardinality(items) = 2 then return items; end if;
      if shape = 'list' and cardinality(items) between 1 and ${limits.list} then return array['array[' || array_to_string(items, ',') || ']']; end if;
      raise exception 'A list of values in the rules has the wrong length.';
    when 'last' then
      return array[quote_literal(cortex.rule_shift(at, value, -1, zone)::text) || '::timestamptz', quote_literal((at + ${skew})::text) || '::timestamptz'];
    when 'next' then
      return array[quote_literal(at::text) || '::timestamptz', quote_literal(cortex.rule_shift(at, value, 1, zone)::text) || '::timestamptz'];
    when 'anniversary' then return array[quote_literal(zone) || '::text', cortex.rule_days(value, at, zone)];
    when 'count' then
      if jsonb_typeof(value) is distinct from 'number' or (value #>> '{}') !~ '^[0-9]{1,7}$' then
        raise exception 'A number of times in the rules cannot be read.';
      end if;
      return array[quote_literal(value #>> '{}') || '::float8'];
    when 'within' then
      return array[quote_literal(cortex.rule_shift(at, within, -1, zone)::text) || '::timestamptz', quote_literal((at + ${skew})::text) || '::timestamptz'];
    else raise exception 'An operator in the rules is not known.';
  end case;
end
$$;

-- The type that free data is read as: it follows from the value.
create or replace function cortex.rule_type(operator text, value jsonb, zone text) returns text
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  kinds text[];
  kind text;
  item jsonb;
begin
  case
    when value is null then kinds := '{any,boolean}';
    when jsonb_typeof(value) in ('number', 'boolean') then kinds := array[jsonb_typeof(value)];
    when jsonb_typeof(value) = 'string' then
      kinds := case
        when cortex.text_instant(value #>> '{}', 'UTC') is not null then '{instant,text}'::text[]
        when (value #>> '{}') ~* '^\\s*[0-9]{1,9}\\s+(minute|hour|day|week|month)s?\\s+(ago|from now)\\s*$' then '{text,instant}'
        else '{text}' end;
    when jsonb_typeof(value) = 'object' then kinds := '{instant}';
    when jsonb_typeof(value) = 'array' then
      for item in select v from jsonb_array_elements(value) v loop
        kind := cortex.rule_type(operator, item, zone);
        if kinds is null then kinds := array[kind]; end if;
        -- Texts among instants: then all are texts.
        if kind is distinct from kinds[1] then kinds := case when kind in ('text', 'instant') and kinds[1] in ('text', 'instant') then '{text}'::text[] else '{}' end; end if;
      end loop;
    else kinds := '{}';
  end case;
  foreach kind in array coalesce(kinds, '{}') loop
    if kind || ' ' || operator = any(${quote(`{${entries.map((entry) => `"${entry.type} ${entry.operator.name}"`).join(',')}}`)}::text[]) then
      return kind;
    end if;
  end loop;
  raise exception 'A value in the rules does not go with its operator.';
end
$$;

`;
