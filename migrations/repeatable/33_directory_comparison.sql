-- Generated from libs/directory/src/sql/view.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.

-- Notes every address whose kept row differs from the definition (writes that went past the triggers:
-- replication, disabled triggers), so that the view answers from the definition until they are repaired.
-- Returns how many differed.
create or replace function cortex.compare_directory() returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  differing bigint;
begin
  with kept as (
    select p.address, p.id, p.email::text, p.type, p.first_name, p.last_name, p.phone, p.country, p.timezone, p.language,
      p.tags, p.attributes, p.created_at, p.lifetime_value_minor
    from cortex.people p
    where p.type is not null
  ), defined as (
    select d.address, d.id, d.email::text, d.type, d.first_name, d.last_name, d.phone, d.country, d.timezone, d.language,
      d.tags, d.attributes, d.created_at, d.lifetime_value_minor
    from cortex.directory_definition d
  ), different as (
    (table kept except table defined) union all (table defined except table kept)
  )
  insert into cortex.pending (address)
  select distinct d.address from different d
  where not exists (select from cortex.pending q where q.address = d.address);
  get diagnostics differing = row_count;
  return differing;
end
$$;
