-- Generated from libs/directory/src/sql/activities.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.
--
-- Profiles as activities: contact.updated with old and new values.

create or replace function cortex.activities_from_unified_profiles() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
  select
    coalesce(n.email, o.email), n.id, 'contact.updated',
    jsonb_build_object('changes', d.changes) || cortex.cause(),
    case when n.updated_at is distinct from o.updated_at then n.updated_at else cortex.now() end, 'trigger', p.person_id,
    current_setting('cortex.history', true) is not distinct from 'true'
  from new_rows n
  join old_rows o on o.id = n.id
  cross join lateral (
    select jsonb_object_agg(k.key, jsonb_build_object('old', k.old, 'new', k.new)) as changes
    from (values
      ('email', to_jsonb(o.email::text), to_jsonb(n.email::text)),
      ('first_name', to_jsonb(o.first_name), to_jsonb(n.first_name)),
      ('last_name', to_jsonb(o.last_name), to_jsonb(n.last_name)),
      ('phone', to_jsonb(o.phone), to_jsonb(n.phone)),
      ('country', to_jsonb(o.country), to_jsonb(n.country)),
      ('timezone', to_jsonb(o.timezone), to_jsonb(n.timezone)),
      ('language', to_jsonb(o.language), to_jsonb(n.language)),
      ('tags', to_jsonb(o.tags), to_jsonb(n.tags)),
      ('attributes', o.attributes, n.attributes)
    ) k (key, old, new)
    where k.old is distinct from k.new
  ) d
  left join lateral (
    select p.person_id from cortex.people p
    where p.address = cortex.address(coalesce(n.email, o.email)) and (p.type is distinct from 'customer' or p.id = n.id) limit 1) p on true
  where d.changes is not null and coalesce(n.email, o.email) is not null;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create or replace trigger cortex_20_activities_update after update on public.unified_profiles
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.activities_from_unified_profiles();
