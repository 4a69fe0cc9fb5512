-- Generated from libs/directory/src/sql/activities.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.
--
-- Leads as activities: lead.created, contact.updated.

-- A statement without parameters is planned once for the session, and maybe when there was nobody yet. So the person of
-- each row is looked for by a query of its own, which goes by the index however few they were.

-- What the writer says about itself, merged into the metadata of the activities its writes cause: a JSON object
-- in the transaction-local setting cortex.cause, e.g. {"by": "anna@example.com", "automation_id": "…"}.
create or replace function cortex.cause() returns jsonb
  language sql stable parallel safe
  return coalesce(nullif(current_setting('cortex.cause', true), '')::jsonb, '{}');

create or replace function cortex.activities_from_purchase_leads() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '500ms'
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  if tg_op = 'INSERT' then
    -- Who writes history alone says so for the transaction: then what it causes is history too.
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
    select
      n.email, case when p.type = 'customer' then p.id end, 'lead.created',
      jsonb_strip_nulls(jsonb_build_object(
        'lead_id', n.id, 'course_id', n.course_id, 'course_title', c.title, 'amount_minor', c.price_minor,
        'currency', c.currency, 'external_id', n.external_id, 'source', n.source)) || cortex.cause(),
      n.created_at, 'trigger', p.person_id, current_setting('cortex.history', true) is not distinct from 'true'
    from new_rows n
    left join public.courses c on c.id = n.course_id
    left join lateral (
      select p.person_id, p.id, p.type from cortex.people p where p.address = cortex.address(n.email) limit 1) p on true
    where n.email is not null;
  else
    insert into public.crm_activities (contact_email, contact_id, type, metadata, occurred_at, source, person_id, history)
    select
      coalesce(n.email, o.email), case when p.type = 'customer' then p.id end, 'contact.updated',
      jsonb_build_object('lead_id', n.id, 'changes', d.changes) || cortex.cause(),
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
        ('attributes', o.attributes, n.attributes),
        ('course_id', to_jsonb(o.course_id), to_jsonb(n.course_id))
      ) k (key, old, new)
      where k.old is distinct from k.new
    ) d
    left join lateral (
      select p.person_id, p.id, p.type from cortex.people p
      where p.address = cortex.lead_home(n.id, coalesce(n.email, o.email)) limit 1) p on true
    where d.changes is not null and coalesce(n.email, o.email) is not null;
  end if;
  return null;
exception when others then
  perform cortex.note_error(tg_name || ' on ' || tg_table_name, sqlstate, sqlerrm);
  return null;
end
$$;

create or replace trigger cortex_20_activities_insert after insert on public.purchase_leads
  referencing new table as new_rows for each statement execute function cortex.activities_from_purchase_leads();
create or replace trigger cortex_20_activities_update after update on public.purchase_leads
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.activities_from_purchase_leads();
