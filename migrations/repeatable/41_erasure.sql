-- Erasing a person.

create or replace function cortex.erased_hash(address text) returns bytea
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  return (select sha256(convert_to(s.value || ' ' || erased_hash.address, 'UTF8')) from cortex.erasure_salt s);

-- Whether the owner of this address (in its one form) was erased.
create or replace function cortex.is_erased(address text) returns boolean
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most installations have erased nobody, and every new person is asked about.
  return exists (select from cortex.erased_addresses)
    and exists (select from cortex.erased_addresses e where e.hash = cortex.erased_hash(is_erased.address));
end
$$;

-- Whoever comes with an erased address is suppressed from the beginning, whichever way they come, and stays so.
create or replace function cortex.keep_erased_suppressed() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if not (new.suppressed_broadcast and new.suppressed_transactional) and cortex.is_erased(new.address) then
    new.suppressed_broadcast := true;
    new.suppressed_transactional := true;
  end if;
  return new;
end
$$;

create or replace trigger keep_erased_suppressed
  before insert or update of address, suppressed_broadcast, suppressed_transactional on cortex.people
  for each row execute function cortex.keep_erased_suppressed();

-- A regular expression that finds these addresses in a text, also within a link, and never a part of a longer address.
create or replace function cortex.pattern_of_addresses(addresses text[]) returns text
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  return (
    select '(?<![a-z0-9._%+-])(?:'
      || string_agg(replace(regexp_replace(a.address, '([^[:alnum:]@ ])', '\\\1', 'g'), '@', '(?:@|%40)'), '|')
      || ')(?![a-z0-9-]|\.[a-z0-9])'
    from unnest(addresses) a (address));

-- The same for names, as whole words, and not where they are the key of a JSON object.
create or replace function cortex.pattern_of_names(names text[]) returns text
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  return (
    select '\m(?:' || string_agg(regexp_replace(n.name, '([^[:alnum:] ])', '\\\1', 'g'), '|' order by length(n.name) desc)
      || ')\M(?!" ?:)'
    from unnest(names) n (name));

-- Takes addresses out of all text of all tables but those left out, and from the rows in which they stand the names too.
-- Answers how many rows it changed. For what nothing else finds: free text that happens to name somebody.
create or replace function cortex.erase_text(addresses text[], names text[], leave_out text[]) returns bigint
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  address_pattern text := cortex.pattern_of_addresses(addresses);
  name_pattern text := coalesce(cortex.pattern_of_names(names), '(?!)');
  place record;
  changed bigint;
  total bigint := 0;
begin
  for place in
    select c.oid::regclass::text as relation,
      string_agg(format(
        '%1$I = regexp_replace(regexp_replace(t.%1$I::text, $1, %3$L, ''gi''), $2, %4$L, ''gi'')::%2$s',
        a.attname, format_type(a.atttypid, a.atttypmod), 'somebody@erased.invalid', 'erased'), ', ') as sets,
      string_agg(format('t.%I::text ~* $1', a.attname), ' or ') as finds
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_type y on y.oid = a.atttypid
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      and y.typname in ('text', 'varchar', 'citext', 'json', 'jsonb', '_text', '_varchar', '_citext')
      and c.oid::regclass::text <> all (leave_out)
    group by c.oid
    order by 1
  loop
    execute format('update %s t set %s where %s', place.relation, place.sets, place.finds)
      using address_pattern, name_pattern;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  return total;
end
$$;
