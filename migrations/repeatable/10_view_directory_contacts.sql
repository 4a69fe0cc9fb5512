-- Generated from libs/directory/src/sql/view.ts by `npm run gen`. Do not edit: change that file, or the list of a
-- person's fields in libs/rules/src/language/personal-fields.ts.
--
-- The directory: what it is by definition, and the view that answers from the kept rows.

drop view if exists public.view_directory_contacts;
drop view if exists cortex.directory_definition;

-- The directory as it follows from the shop's tables: of the profiles of one address the oldest, and for an address
-- without a profile its newest lead, but for leads that a customer left behind there when they moved. Ask for one address with
-- `lateral (select * from cortex.directory_definition d where d.address = … limit 1)`: the condition then
-- reaches the indexes of both tables. Of orders in other currencies than the workspace's nothing is counted.
create view cortex.directory_definition as
select
  p.address, p.id, p.email, 'customer'::text as type, p.first_name, p.last_name, p.phone, p.country, p.timezone, p.language,
  cortex.plain_tags(p.tags) as tags, cortex.plain_attributes(p.attributes) as attributes, p.created_at,
  (
    select least(greatest(coalesce(
      sum(case t.status when 'failed' then 0 when 'refunded' then 0 else t.amount_minor::numeric - t.refunded_minor end),
      0), -9007199254740991), 9007199254740991)
    from public.transactions t
    where t.profile_id = p.id and upper(t.currency) = (select s.currency from cortex.settings s)
  )::bigint as lifetime_value_minor
from (
  select distinct on (cortex.address(u.email) collate "C")
    cortex.address(u.email) collate "C" as address, u.*
  from public.unified_profiles u
  where cortex.address(u.email) collate "C" is not null
  order by cortex.address(u.email) collate "C", u.created_at, u.id
) p
union all
select
  l.address, l.id, l.email, 'lead'::text, l.first_name, l.last_name, l.phone, l.country, l.timezone, l.language,
  case when 'lead' = any (l.tags) then cortex.plain_tags(l.tags) else cortex.plain_tags(l.tags) || 'lead'::text end,
  cortex.plain_attributes(l.attributes), l.created_at, 0::bigint
from (
  select distinct on (cortex.address(u.email) collate "C")
    cortex.address(u.email) collate "C" as address, u.*
  from public.purchase_leads u
  where cortex.address(u.email) collate "C" is not null
    and not exists (
      select from cortex.lead_owners o where o.lead_id = u.id and o.address = cortex.address(u.email) collate "C")
  order by cortex.address(u.email) collate "C", u.created_at desc, u.id desc
) l
where not exists (
  select from public.unified_profiles u where cortex.address(u.email) collate "C" = l.address
);

-- One row per person. Addresses that a sweep had to put aside are answered from the definition, so that the
-- view is right even while their kept rows are not.
create view public.view_directory_contacts as
select
  p.id, p.email, p.type, p.first_name, p.last_name, p.tags,
  p.person_id, p.address, p.phone, p.country, p.timezone, p.language, p.attributes, p.created_at,
  p.lifetime_value_minor, p.last_activity, p.consent_status, p.consent_source, p.consent_at, p.consent_text,
  p.suppressed_broadcast, p.suppressed_transactional, p.demo
from cortex.people p
where p.type is not null
  and not exists (select from cortex.pending q where q.address = p.address)
  and not exists (select from cortex.person_links k where k.person_id = p.person_id)
union all
select
  d.id, d.email, d.type, d.first_name, d.last_name, d.tags,
  p.person_id, q.address, d.phone, d.country, d.timezone, d.language, d.attributes, d.created_at,
  d.lifetime_value_minor, p.last_activity, coalesce(p.consent_status, 'unknown'), p.consent_source, p.consent_at,
  p.consent_text, coalesce(p.suppressed_broadcast, false), coalesce(p.suppressed_transactional, false),
  coalesce(p.demo, false)
from (select distinct address from cortex.pending) q
cross join lateral (select * from cortex.directory_definition d where d.address = q.address limit 1) d
left join cortex.people p on p.address = q.address
where not exists (select from cortex.person_links k where k.person_id = p.person_id);

comment on view public.view_directory_contacts is 'Everyone the business knows: one row per person, customer or lead.';
