-- What everything else is written with: the clock, and the forms in which texts and addresses are compared.

-- The only clock of this database. One expression and STABLE, so that it inlines into index conditions; a plpgsql
-- function costs three times as much in a scan. The test harness replaces its body by one that reads a setting;
-- production must not read one, because any role may set a custom setting.
create or replace function cortex.now() returns timestamptz
  language sql stable parallel safe
  return now();

-- Folding for comparison; the TypeScript twin is fold() in libs/rules. Normalizing is most of what folding costs, and
-- most texts are ASCII, where there is nothing to normalize. Not STRICT, since a CASE in a STRICT function is not
-- inlined; NULL stays NULL all the same. Not with ICU: its Unicode is older than Node's, and 184 letters fold differently.
create or replace function cortex.fold(value text) returns text
  language sql immutable parallel safe
  return case
    when octet_length(value) = length(value) then lower(value collate "pg_unicode_fast")
    else translate(lower(normalize(value) collate "pg_unicode_fast"), 'ς', 'σ')
  end;

create or replace function cortex.fold_all(tags text[]) returns text[]
  language sql immutable strict parallel safe
  return array(select cortex.fold(tag) from unnest(tags) with ordinality as t(tag, ord) order by ord);

-- The one form in which an address identifies a person. Text too long for an index is no address: an
-- index of ours must never refuse a row of the shop. Not STRICT, so that the CASE can be inlined.
create or replace function cortex.address(email public.citext) returns text
  language sql immutable parallel safe
  return case when octet_length(email::text) <= 800 then cortex.fold(btrim(email::text)) end;
