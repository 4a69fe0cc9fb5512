-- Generated from libs/rules by `npm run gen`. Do not edit: change the operator and field files instead.
--
-- resolve_smart_list(list_id) reads a list's rules and returns the people who match now. It speaks plain
-- sentences when it cannot, and never shows the query or the values in it. Cortex itself runs what
-- libs/rules/src/sql/to-sql.ts composes; the parity test holds both and the engine to the same answers. Its time zones are
-- PostgreSQL's, corrected by cortex.zone_corrections to what Cortex itself goes by (03_time_zones.sql).

-- Length of time from JSON, added to or taken from an instant on the calendar of the zone.
create or replace function cortex.rule_shift(at timestamptz, span jsonb, direction int, zone text) returns timestamptz
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  unit text := span ->> 'unit';
  n int;
  most int := case unit when 'minutes' then 52560000 when 'hours' then 876000 when 'days' then 36500 when 'weeks' then 5200 when 'months' then 1200 end;
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
    parts := regexp_match(value #>> '{}', '^\s*([0-9]{1,9})\s+(minute|hour|day|week|month)s?\s+(ago|from now)\s*$', 'i');
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
      if shape = 'list' and cardinality(items) between 1 and 1000 then return array['array[' || array_to_string(items, ',') || ']']; end if;
      raise exception 'A list of values in the rules has the wrong length.';
    when 'last' then
      return array[quote_literal(cortex.rule_shift(at, value, -1, zone)::text) || '::timestamptz', quote_literal((at + interval '300 seconds')::text) || '::timestamptz'];
    when 'next' then
      return array[quote_literal(at::text) || '::timestamptz', quote_literal(cortex.rule_shift(at, value, 1, zone)::text) || '::timestamptz'];
    when 'anniversary' then return array[quote_literal(zone) || '::text', cortex.rule_days(value, at, zone)];
    when 'count' then
      if jsonb_typeof(value) is distinct from 'number' or (value #>> '{}') !~ '^[0-9]{1,7}$' then
        raise exception 'A number of times in the rules cannot be read.';
      end if;
      return array[quote_literal(value #>> '{}') || '::float8'];
    when 'within' then
      return array[quote_literal(cortex.rule_shift(at, within, -1, zone)::text) || '::timestamptz', quote_literal((at + interval '300 seconds')::text) || '::timestamptz'];
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
        when (value #>> '{}') ~* '^\s*[0-9]{1,9}\s+(minute|hour|day|week|month)s?\s+(ago|from now)\s*$' then '{text,instant}'
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
    if kind || ' ' || operator = any('{"text eq","number eq","instant eq","boolean eq","enum eq","text in","number in","instant in","enum in","list in","text contains","set contains","text starts_with","text ends_with","number gt","instant gt","number gte","instant gte","number lt","instant lt","number lte","instant lte","number between","instant between","instant in_last","instant in_next","instant anniversary_in","set has_any","set has_all","boolean is_true","boolean is_false","text is_set","number is_set","instant is_set","set is_set","any is_set","enrollment exists","activity count_gte","activity count_lte","activity count_eq","activity never","activity first_within","activity last_within"}'::text[]) then
      return kind;
    end if;
  end loop;
  raise exception 'A value in the rules does not go with its operator.';
end
$$;

-- A rule as a condition over cortex.people p (place 'person') or public.crm_activities a (place 'where').
create or replace function cortex.rule_sql(rule jsonb, place text, at timestamptz, zone text, depth int, lists uuid[]) returns text
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  field text := rule ->> 'field';
  operator text := rule ->> 'operator';
  value jsonb := rule -> 'value';
  positive text;
  kind text;
  x text;
  shape text;
  template text;
  operands text[] := '{}';
  path text;
  attribute text;
  element text;
  rows text;
  none_counts boolean;
  parts text[] := '{}';
  child jsonb;
  list record;
  result text;
begin
  if jsonb_typeof(rule) is distinct from 'object' then
    raise exception 'A condition in the rules cannot be read.';
  end if;
  if rule ? 'conditions' then
    if jsonb_typeof(rule -> 'conditions') <> 'array' or jsonb_array_length(rule -> 'conditions') = 0 then
      raise exception 'A group in the rules has no conditions.';
    end if;
    if depth > 4 then
      raise exception 'The rules are nested too deep.';
    end if;
    for child in select c from jsonb_array_elements(rule -> 'conditions') with ordinality t(c, o) order by o loop
      result := cortex.rule_sql(child, place, at, zone, depth + 1, lists);
      if result is null then
        raise exception 'A condition in the rules cannot be read.';
      end if;
      parts := parts || result;
    end loop;
    case operator
      when 'AND' then return '(' || array_to_string(parts, ' and ') || ')';
      when 'OR' then return '(' || array_to_string(parts, ' or ') || ')';
      when 'NOT' then
        if cardinality(parts) <> 1 then raise exception 'NOT takes exactly one condition.'; end if;
        return format('((%s) is not true)', parts[1]);
      else raise exception 'The operator of a group is not known.';
    end case;
  end if;

  if field is null or operator is null then
    raise exception 'A condition in the rules has no field or no operator.';
  end if;
  positive := case operator when 'neq' then 'eq' when 'not_in' then 'in' when 'not_contains' then 'contains' when 'not_in_last' then 'in_last' when 'has_none' then 'has_any' when 'is_empty' then 'is_set' when 'not_exists' then 'exists' when 'not_enrolled' then 'enrolled' else operator end;
  case
    when place = 'person' and field = 'type' then kind := 'enum'; x := 'p.type';
    when place = 'person' and field = 'email' then kind := 'text'; x := '(p.address)';
    when place = 'person' and field = 'first_name' then kind := 'text'; x := '(cortex.fold(p.first_name) collate "C")';
    when place = 'person' and field = 'last_name' then kind := 'text'; x := '(cortex.fold(p.last_name) collate "C")';
    when place = 'person' and field = 'phone' then kind := 'text'; x := '(cortex.fold(p.phone) collate "C")';
    when place = 'person' and field = 'country' then kind := 'text'; x := '(cortex.fold(p.country) collate "C")';
    when place = 'person' and field = 'timezone' then kind := 'text'; x := '(cortex.fold(p.timezone) collate "C")';
    when place = 'person' and field = 'language' then kind := 'text'; x := '(cortex.fold(p.language) collate "C")';
    when place = 'person' and field = 'tags' then kind := 'set'; x := 'p.tags_folded';
    when place = 'person' and field = 'created_at' then kind := 'instant'; x := 'p.created_at';
    when place = 'person' and field = 'last_activity' then kind := 'instant'; x := 'p.last_activity';
    when place = 'person' and field = 'lifetime_value' then kind := 'number'; x := '(p.lifetime_value_minor::float8 / (select cortex.money_unit(w.currency) from (select s.currency from cortex.settings s) w))';
    when place = 'person' and field = 'can_be_emailed' then kind := 'boolean'; x := '(cortex.may_be_mailed(p.suppressed_broadcast, p.consent_status, (select s.mail_unanswered from cortex.settings s)) and p.linked_consent is null)';
    when place = 'person' and field = 'consent' then kind := 'enum'; x := 'p.consent_status';
    when place = 'person' and field = 'enrollment' then kind := 'enrollment';
    when place = 'person' and field = 'smart_list' then kind := 'list';
    when place = 'person' and field = 'activity' then kind := 'activity';
    when place = 'person' and starts_with(field, 'attributes.') and length(field) between 12 and 111 then
      kind := cortex.rule_type(positive, value, zone);
      x := quote_literal(substr(field, 12));
    when place = 'where' and field ~ '^metadata(\.[A-Za-z0-9_]{1,100}){1,10}$' then
      kind := cortex.rule_type(positive, value, zone);
      path := quote_literal('lax $."' || replace(substr(field, 10), '.', '"."') || '"[*]') || '::jsonpath';
      x := 'm.v';
    else raise exception 'A field in the rules is not known here.';
  end case;
  case kind || ' ' || positive
    when 'text eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'number eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'instant eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'boolean eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'enum eq' then shape := 'one'; template := '%1$s = %2$s';
    when 'text in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'number in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'instant in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'enum in' then shape := 'list'; template := '%1$s = any(%2$s)';
    when 'list in' then shape := 'lists'; template := '%1$s';
    when 'text contains' then shape := 'one'; template := '%1$s like cortex.like_part(%2$s)';
    when 'set contains' then shape := 'one'; template := '%1$s @> array[%2$s]';
    when 'text starts_with' then shape := 'one'; template := 'starts_with(%1$s, %2$s)';
    when 'text ends_with' then shape := 'one'; template := 'right(%1$s, length(%2$s)) = %2$s';
    when 'number gt' then shape := 'one'; template := '%1$s > %2$s';
    when 'instant gt' then shape := 'one'; template := '%1$s > %2$s';
    when 'number gte' then shape := 'one'; template := '%1$s >= %2$s';
    when 'instant gte' then shape := 'one'; template := '%1$s >= %2$s';
    when 'number lt' then shape := 'one'; template := '%1$s < %2$s';
    when 'instant lt' then shape := 'one'; template := '%1$s < %2$s';
    when 'number lte' then shape := 'one'; template := '%1$s <= %2$s';
    when 'instant lte' then shape := 'one'; template := '%1$s <= %2$s';
    when 'number between' then shape := 'pair'; template := '%1$s between %2$s and %3$s';
    when 'instant between' then shape := 'pair'; template := '%1$s between %2$s and %3$s';
    when 'instant in_last' then shape := 'last'; template := '%1$s between %2$s and %3$s';
    when 'instant in_next' then shape := 'next'; template := '%1$s between %2$s and %3$s';
    when 'instant anniversary_in' then shape := 'anniversary'; template := 'to_char(case when exists (select from cortex.zone_corrections c where c.zone = %2$s) then cortex.local_time(%1$s, %2$s) else %1$s at time zone %2$s end, ''MM-DD'') = any(%3$s)';
    when 'set has_any' then shape := 'list'; template := '%1$s && %2$s';
    when 'set has_all' then shape := 'list'; template := '%1$s @> %2$s';
    when 'boolean is_true' then shape := 'none'; template := '%1$s is true';
    when 'boolean is_false' then shape := 'none'; template := '%1$s is false';
    when 'text is_set' then shape := 'none'; template := '%1$s <> ''''';
    when 'number is_set' then shape := 'none'; template := '%1$s is not null';
    when 'instant is_set' then shape := 'none'; template := '%1$s is not null';
    when 'set is_set' then shape := 'none'; template := 'cardinality(%1$s) > 0';
    when 'any is_set' then shape := 'none'; template := '%1$s not in (''null'', ''""'', ''{}'') and jsonb_typeof(%1$s) <> ''array''';
    when 'enrollment exists' then shape := 'enrollment'; template := '%1$s';
    when 'activity count_gte' then shape := 'count'; template := '%1$s >= %2$s';
    when 'activity count_lte' then shape := 'count'; template := '%1$s <= %2$s';
    when 'activity count_eq' then shape := 'count'; template := '%1$s = %2$s';
    when 'activity never' then shape := 'none'; template := '%1$s = 0';
    when 'activity first_within' then shape := 'within'; template := '%1$s between %2$s and %3$s';
    when 'activity last_within' then shape := 'within'; template := '%1$s between %2$s and %3$s';
    else raise exception 'An operator in the rules is not known for its field.';
  end case;

  case
    when kind = 'enrollment' then
      if value is not null and jsonb_typeof(value) <> 'object' then raise exception 'An enrollment in the rules cannot be read.'; end if;
      rows := 'true';
      if value ? 'course_id' then
        if not pg_input_is_valid(coalesce(value ->> 'course_id', ''), 'uuid') then raise exception 'A course in the rules cannot be read.'; end if;
        rows := rows || format(' and e.course_id = %L::uuid', value ->> 'course_id');
      end if;
      if value ? 'status' then
        rows := rows || format(' and e.status = %L::text', value ->> 'status');
      end if;
      result := format(template, format('exists (select from public.enrollments e where e.profile_id = p.id and %s)', rows));
    when kind = 'list' then
      if jsonb_typeof(value) is distinct from 'array' or jsonb_array_length(value) not between 1 and 1000 then
        raise exception 'The smart lists in the rules cannot be read.';
      end if;
      for child in select c from jsonb_array_elements(value) with ordinality t(c, o) order by o loop
        if not pg_input_is_valid(coalesce(child #>> '{}', ''), 'uuid') then raise exception 'A smart list in the rules cannot be read.'; end if;
        select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = (child #>> '{}')::uuid;
        if not found then raise exception 'The rules ask about a smart list that does not exist.'; end if;
        if list.kind = 'static' then
          parts := parts || format('exists (select from cortex.list_members m where m.smart_list_id = %L::uuid and m.person_id = p.person_id)', list.id);
        elsif list.id = any(lists) then
          raise exception 'The rules of a smart list ask about that list itself.';
        else
          parts := parts || cortex.rule_sql(list.rules, 'person', at, zone, 1, lists || list.id);
        end if;
      end loop;
      result := format(template, '(' || array_to_string(parts, ' or ') || ')');
    when kind = 'activity' then
      if jsonb_typeof(rule -> 'activity_type') is distinct from 'string' then raise exception 'An activity in the rules has no type.'; end if;
      rows := format('a.type = %L::text and a.person_id is not null', rule ->> 'activity_type');
      if rule ? 'within' and positive in ('count_gte', 'count_lte', 'count_eq', 'never') then
        rows := rows || format(' and a.occurred_at between %1$L::timestamptz and %2$L::timestamptz',
          cortex.rule_shift(at, rule -> 'within', -1, zone), at + interval '300 seconds');
      end if;
      if rule ? 'where' then
        if not (rule -> 'where') ? 'conditions' then raise exception 'What an activity must say cannot be read.'; end if;
        rows := rows || format(' and (%s)', cortex.rule_sql(rule -> 'where', 'where', at, zone, depth, lists));
      end if;
      operands := cortex.rule_operands(shape, kind, value, rule -> 'within', at, zone);
      case positive
        when 'count_gte' then x := 'count(*)';
        when 'count_lte' then x := 'count(*)';
        when 'count_eq' then x := 'count(*)';
        when 'never' then x := 'count(*)';
        when 'first_within' then x := 'min(a.occurred_at)';
        when 'last_within' then x := 'max(a.occurred_at)';
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      case positive
        when 'count_gte' then none_counts := 0 >= (value #>> '{}')::float8;
        when 'count_lte' then none_counts := 0 <= (value #>> '{}')::float8;
        when 'count_eq' then none_counts := 0 = (value #>> '{}')::float8;
        when 'never' then none_counts := 0 = 0;
        when 'first_within' then none_counts := false;
        when 'last_within' then none_counts := false;
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      x := format(template, variadic array[x] || operands);
      result := case when none_counts then format('not exists (select from (select a.person_id from public.crm_activities a where %1$s group by a.person_id having not (%2$s)) s where s.person_id = p.person_id)', rows, x) else format('exists (select from (select a.person_id from public.crm_activities a where %1$s group by a.person_id having %2$s) s where s.person_id = p.person_id)', rows, x) end;
    else
      operands := cortex.rule_operands(shape, kind, value, null, at, zone);
      if path is not null then
        case kind
          when 'any' then x := format('%1$s', x, zone);
          when 'text' then x := format('cortex.json_text(%1$s)', x, zone);
          when 'number' then x := format('cortex.json_number(%1$s)', x, zone);
          when 'boolean' then x := format('cortex.json_boolean(%1$s)', x, zone);
          when 'instant' then x := format('cortex.json_instant(%1$s, %2$L)', x, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      elsif starts_with(field, 'attributes.') then
        attribute := x;
        element := 'e.v';
        case kind
          when 'any' then element := format('%1$s', element, zone);
          when 'text' then element := format('cortex.json_text(%1$s)', element, zone);
          when 'number' then element := format('cortex.json_number(%1$s)', element, zone);
          when 'boolean' then element := format('cortex.json_boolean(%1$s)', element, zone);
          when 'instant' then element := format('cortex.json_instant(%1$s, %2$L)', element, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
        case kind
          when 'any' then x := format('(p.attributes -> %1$s)', attribute, zone);
          when 'text' then x := format('cortex.field_text(p.attributes, %1$s)', attribute, zone);
          when 'number' then x := format('cortex.field_number(p.attributes, %1$s)', attribute, zone);
          when 'boolean' then x := format('cortex.json_boolean((p.attributes -> %1$s))', attribute, zone);
          when 'instant' then x := format('cortex.json_instant((p.attributes -> %1$s), %2$L)', attribute, zone);
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      end if;
      result := '(' || format(template, variadic array[x] || operands) || ')';
      if attribute is not null then
        result := format('(%2$s or (jsonb_typeof((p.attributes -> %1$s)) = ''array'' and exists (select from jsonb_array_elements(case jsonb_typeof((p.attributes -> %1$s)) when ''array'' then (p.attributes -> %1$s) end) as e (v) where %3$s)))', attribute, result,
          format(template, variadic array[element] || operands));
      end if;
      if path is not null then
        result := format('exists (select from jsonb_path_query(a.metadata, %1$s) as m (v) where %2$s)', path, result);
      end if;
  end case;
  if result is null then
    raise exception 'A condition in the rules cannot be read.';
  end if;
  return case when positive <> operator then format('((%s) is not true)', result) else result end;
end
$$;

create or replace function public.resolve_smart_list(list_id uuid)
  returns table (id uuid, email public.citext, type text, first_name text, last_name text, tags text[])
  language plpgsql stable security definer
  set search_path = pg_catalog, public, cortex, pg_temp
  set datestyle = 'ISO, YMD'
  set standard_conforming_strings = on
as $$
#variable_conflict use_column
declare
  list record;
  condition text;
  at timestamptz;
  zone text;
  said text;
  code text;
begin
  at := date_trunc('milliseconds', cortex.now());
  zone := (select s.timezone from cortex.settings s);
  select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = list_id;
  if not found then
    raise exception 'There is no smart list with this id.';
  end if;
  if list.kind = 'static' then
    condition := format('exists (select from cortex.list_members m where m.smart_list_id = %L::uuid and m.person_id = p.person_id)', list.id);
  else
    if not coalesce(list.rules ? 'conditions', false) then
      raise exception 'The rules of this smart list cannot be read.';
    end if;
    condition := cortex.rule_sql(list.rules, 'person', at, zone, 1, array[list.id]);
  end if;
  if condition is null then
    raise exception 'The rules of this smart list cannot be read.';
  end if;
  return query execute
    'select p.id, p.email, p.type, p.first_name, p.last_name, p.tags from cortex.people p where p.type is not null and (not exists (select from cortex.person_links) or not exists (select from cortex.person_links k where k.person_id = p.person_id)) and (' || condition || ')';
exception
  -- The original errors show the query and its values to the caller.
  when query_canceled then
    raise exception 'Resolving this smart list was cancelled or took too long.' using errcode = 'query_canceled';
  when others then
    get stacked diagnostics said = message_text, code = returned_sqlstate;
    if code = 'P0001' then
      raise exception '%', said;
    end if;
    raise exception 'This smart list cannot be resolved (%).', code;
end
$$;
comment on function public.resolve_smart_list(uuid) is 'The people who match a smart list now.';

-- Owned by a role without login that may read what rules ask about and nothing else; nobody may run it who was
-- not granted it. An installation whose database user may not make roles keeps that user as the owner.
do $$
declare
  part text;
begin
  begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'cortex_resolver') then
      create role cortex_resolver nologin;
    end if;
  exception when duplicate_object or unique_violation or insufficient_privilege then null;
  end;
  foreach part in array array[
    'cortex.rule_shift(timestamptz, jsonb, int, text)',
    'cortex.rule_instant(jsonb, timestamptz, text)',
    'cortex.rule_operand(text, jsonb, timestamptz, text)',
    'cortex.rule_days(jsonb, timestamptz, text)',
    'cortex.rule_operands(text, text, jsonb, jsonb, timestamptz, text)',
    'cortex.rule_type(text, jsonb, text)',
    'cortex.rule_sql(jsonb, text, timestamptz, text, int, uuid[])',
    'public.resolve_smart_list(uuid)'] loop
    execute format('revoke all on function %s from public', part);
  end loop;
  begin
    grant usage on schema cortex, public to cortex_resolver;
    grant select on public.crm_smart_lists, public.crm_activities, public.enrollments,
      cortex.people, cortex.person_links, cortex.list_members, cortex.settings, cortex.zone_corrections to cortex_resolver;
    foreach part in array array[
      'cortex.rule_shift(timestamptz, jsonb, int, text)',
      'cortex.rule_instant(jsonb, timestamptz, text)',
      'cortex.rule_operand(text, jsonb, timestamptz, text)',
      'cortex.rule_days(jsonb, timestamptz, text)',
      'cortex.rule_operands(text, text, jsonb, jsonb, timestamptz, text)',
      'cortex.rule_type(text, jsonb, text)',
      'cortex.rule_sql(jsonb, text, timestamptz, text, int, uuid[])'] loop
      execute format('grant execute on function %s to cortex_resolver', part);
    end loop;
    execute format('grant execute on function public.resolve_smart_list(uuid) to %I', current_user);
    grant create on schema public to cortex_resolver;
    alter function public.resolve_smart_list(uuid) owner to cortex_resolver;
    execute format('grant execute on function public.resolve_smart_list(uuid) to %I', current_user);
    revoke create on schema public from cortex_resolver;
  exception when insufficient_privilege or undefined_object then
    raise notice 'resolve_smart_list keeps its owner: this database user may not make or use the role cortex_resolver.';
  end;
end
$$;
