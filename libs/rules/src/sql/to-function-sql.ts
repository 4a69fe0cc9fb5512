import { fields, freeFields } from '../language/fields.js';
import { limits } from '../language/language.js';
import { entries, operandFunctions, quote, skew, type Entry } from './function-sql-operands.js';
import type { Face } from '../language/operator.js';
import { operators } from '../operators/index.js';
import { settingSql } from '../language/settings-sql.js';
import * as sql from '../language/sql-pieces.js';

const indent = (lines: string[], by: number): string => lines.map((line) => ' '.repeat(by) + line).join('\n');

const operandCount: Partial<Record<Face['shape'], number>> = {
  none: 0,
  within: 2,
  pair: 2,
  last: 2,
  next: 2,
  anniversary: 2,
};

/** A face as a format() template: %1$s is the field, %2$s and %3$s are the operands. */
const template = ({ face }: Entry): string =>
  face.sql(
    '%1$s',
    [2, 3].slice(0, operandCount[face.shape] ?? 1).map((at) => `%${at}$s`),
  );

const faces = entries.map(
  (entry) =>
    `when ${quote(`${entry.type} ${entry.operator.name}`)} then shape := ${quote(entry.face.shape)}; template := ${quote(template(entry))};`,
);

const negations = operators
  .filter((operator) => operator.negates)
  .map((operator) => `when ${quote(operator.name)} then ${quote(operator.negates!.name)}`);

const fixedFields = fields
  .filter((field) => field.sql)
  .map((field) => {
    const x = field.type === 'text' ? `(${field.sql})` : field.sql!;
    return `when place = 'person' and field = ${quote(field.id)} then kind := ${quote(field.type)}; x := ${quote(x)};`;
  });

const special = fields
  .filter((field) => ['activity', 'enrollment', 'list'].includes(field.type))
  .map((field) => `when place = 'person' and field = ${quote(field.id)} then kind := ${quote(field.type)};`);

const aggregated = entries.filter((entry) => entry.operator.aggregate);
const aggregates = aggregated.map(
  ({ operator }) => `when ${quote(operator.name)} then x := ${quote(sql.aggregates[operator.aggregate!])};`,
);
const noneCounts = aggregated.map(
  ({ operator, face }) =>
    `when ${quote(operator.name)} then none_counts := ${operator.aggregate === 'count' ? face.sql('0', ["(value #>> '{}')::float8"]) : 'false'};`,
);
const countsInside = aggregated
  .filter(({ operator }) => operator.aggregate === 'count')
  .map(({ operator }) => quote(operator.name));

const casts = (into: string, read: typeof sql.readJson, from: string): string[] =>
  (['any', 'text', 'number', 'boolean', 'instant'] as const).map(
    (type) => `when ${quote(type)} then ${into} := format(${quote(read[type]!('%1$s', '%2$L'))}, ${from}, zone);`,
  );

/**
 * The text of migrations/repeatable/20_resolve_smart_list.sql: the same rules compiled inside the database, for
 * people who write SQL. It fails closed: whatever it does not know raises.
 */
export function toFunctionSql(): string {
  return `-- Generated from libs/rules by \`npm run gen\`. Do not edit: change the operator and field files instead.
--
-- resolve_smart_list(list_id) reads a list's rules and returns the people who match now. It speaks plain
-- sentences when it cannot, and never shows the query or the values in it. Cortex itself runs what
-- libs/rules/src/sql/to-sql.ts composes; the parity test holds both and the engine to the same answers. Its time zones are
-- PostgreSQL's, corrected by cortex.zone_corrections to what Cortex itself goes by (03_time_zones.sql).

${operandFunctions()}-- A rule as a condition over cortex.people p (place 'person') or public.crm_activities a (place 'where').
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
    if depth > ${limits.depth} then
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
        return format(${quote(sql.negated('%s'))}, parts[1]);
      else raise exception 'The operator of a group is not known.';
    end case;
  end if;

  if field is null or operator is null then
    raise exception 'A condition in the rules has no field or no operator.';
  end if;
  positive := case operator ${negations.join(' ')} else operator end;
  case
${indent([...fixedFields, ...special], 4)}
    when place = 'person' and starts_with(field, ${quote(freeFields.attributes.prefix)}) and length(field) between ${freeFields.attributes.prefix.length + 1} and ${freeFields.attributes.prefix.length + 100} then
      kind := cortex.rule_type(positive, value, zone);
      x := quote_literal(substr(field, ${freeFields.attributes.prefix.length + 1}));
    when place = 'where' and field ~ '^metadata(\\.[A-Za-z0-9_]{1,100}){1,10}$' then
      kind := cortex.rule_type(positive, value, zone);
      path := quote_literal('lax $."' || replace(substr(field, ${freeFields.metadata.prefix.length + 1}), '.', '"."') || '"[*]') || '::jsonpath';
      x := ${quote(sql.metadataValue)};
    else raise exception 'A field in the rules is not known here.';
  end case;
  case kind || ' ' || positive
${indent(faces, 4)}
    else raise exception 'An operator in the rules is not known for its field.';
  end case;

  case
    when kind = 'enrollment' then
      if value is not null and jsonb_typeof(value) <> 'object' then raise exception 'An enrollment in the rules cannot be read.'; end if;
      rows := 'true';
      if value ? 'course_id' then
        if not pg_input_is_valid(coalesce(value ->> 'course_id', ''), 'uuid') then raise exception 'A course in the rules cannot be read.'; end if;
        rows := rows || format(${quote(sql.enrollmentIn('%L::uuid'))}, value ->> 'course_id');
      end if;
      if value ? 'status' then
        rows := rows || format(${quote(sql.enrollmentStatus('%L::text'))}, value ->> 'status');
      end if;
      result := format(template, format(${quote(sql.enrollmentSome('%s'))}, rows));
    when kind = 'list' then
      if jsonb_typeof(value) is distinct from 'array' or jsonb_array_length(value) not between 1 and ${limits.list} then
        raise exception 'The smart lists in the rules cannot be read.';
      end if;
      for child in select c from jsonb_array_elements(value) with ordinality t(c, o) order by o loop
        if not pg_input_is_valid(coalesce(child #>> '{}', ''), 'uuid') then raise exception 'A smart list in the rules cannot be read.'; end if;
        select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = (child #>> '{}')::uuid;
        if not found then raise exception 'The rules ask about a smart list that does not exist.'; end if;
        if list.kind = 'static' then
          parts := parts || format(${quote(sql.memberOf('%L::uuid'))}, list.id);
        elsif list.id = any(lists) then
          raise exception 'The rules of a smart list ask about that list itself.';
        else
          parts := parts || cortex.rule_sql(list.rules, 'person', at, zone, 1, lists || list.id);
        end if;
      end loop;
      result := format(template, '(' || array_to_string(parts, ' or ') || ')');
    when kind = 'activity' then
      if jsonb_typeof(rule -> 'activity_type') is distinct from 'string' then raise exception 'An activity in the rules has no type.'; end if;
      rows := format(${quote(sql.activityRows('%L::text'))}, rule ->> 'activity_type');
      if rule ? 'within' and positive in (${countsInside.join(', ')}) then
        rows := rows || format(${quote(sql.activityBetween('%1$L::timestamptz', '%2$L::timestamptz'))},
          cortex.rule_shift(at, rule -> 'within', -1, zone), at + ${skew});
      end if;
      if rule ? 'where' then
        if not (rule -> 'where') ? 'conditions' then raise exception 'What an activity must say cannot be read.'; end if;
        rows := rows || format(${quote(sql.activityWhere('%s'))}, cortex.rule_sql(rule -> 'where', 'where', at, zone, depth, lists));
      end if;
      operands := cortex.rule_operands(shape, kind, value, rule -> 'within', at, zone);
      case positive
${indent(aggregates, 8)}
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      case positive
${indent(noneCounts, 8)}
        else raise exception 'An operator in the rules is not known for its field.';
      end case;
      x := format(template, variadic array[x] || operands);
      result := case when none_counts then format(${quote(sql.activityNone('%1$s', '%2$s'))}, rows, x) else format(${quote(sql.activitySome('%1$s', '%2$s'))}, rows, x) end;
    else
      operands := cortex.rule_operands(shape, kind, value, null, at, zone);
      if path is not null then
        case kind
${indent(casts('x', sql.readJson, 'x'), 10)}
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      elsif starts_with(field, ${quote(freeFields.attributes.prefix)}) then
        attribute := x;
        element := ${quote(sql.attributeElement)};
        case kind
${indent(casts('element', sql.readJson, 'element'), 10)}
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
        case kind
${indent(casts('x', sql.readAttribute, 'attribute'), 10)}
          else raise exception 'A value in the rules does not go with its operator.';
        end case;
      end if;
      result := '(' || format(template, variadic array[x] || operands) || ')';
      if attribute is not null then
        result := format(${quote(sql.attributeSome('%1$s', '%2$s', '%3$s'))}, attribute, result,
          format(template, variadic array[element] || operands));
      end if;
      if path is not null then
        result := format(${quote(sql.metadataSome('%1$s', '%2$s'))}, path, result);
      end if;
  end case;
  if result is null then
    raise exception 'A condition in the rules cannot be read.';
  end if;
  return case when positive <> operator then format(${quote(sql.negated('%s'))}, result) else result end;
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
  zone := ${settingSql('timezone')};
  select l.id, l.kind, l.rules into list from public.crm_smart_lists l where l.id = list_id;
  if not found then
    raise exception 'There is no smart list with this id.';
  end if;
  if list.kind = 'static' then
    condition := format(${quote(sql.memberOf('%L::uuid'))}, list.id);
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
    ${quote(`select p.id, p.email, p.type, p.first_name, p.last_name, p.tags from cortex.people p where ${sql.everyone} and (`)} || condition || ')';
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
`;
}
