-- Generated from libs/directory/src/sql/notes.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.
--
-- One function for each table, and not one for both: their cached plans are made for the table that fires them.

create or replace function cortex.note_profiles() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.language, o.tags,
          o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.language, n.tags,
            n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type is not null;
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;

create or replace function cortex.note_leads() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
as $$
declare
  noted text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct cortex.address(n.email)) filter (where n.email is not null) into noted from new_rows n;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct cortex.address(o.email)) filter (where o.email is not null) into noted from old_rows o;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct v.address) into noted
    from old_rows o
    full join new_rows n on n.id = o.id
    cross join lateral (values (cortex.address(o.email)), (cortex.address(n.email))) v (address)
    where v.address is not null
      and row(o.id, o.email::text, o.first_name, o.last_name, o.phone, o.country, o.timezone, o.language, o.tags,
          o.attributes, o.created_at)
        is distinct from
          row(n.id, n.email::text, n.first_name, n.last_name, n.phone, n.country, n.timezone, n.language, n.tags,
            n.attributes, n.created_at);
  else
    select array_agg(p.address) into noted from cortex.people p where p.type = 'lead';
  end if;
  perform cortex.note_touched(array_remove(noted, null));
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  perform cortex.put_addresses_aside(noted);
  return null;
end
$$;
