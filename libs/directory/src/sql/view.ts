import { personalColumns, personalIds, settingSql } from '#rules';
import { orderCurrency, paidSum } from './paid-sum.js';
import { definedColumns, exact, generatedBy, keptColumns, list, of } from './columns.js';

const shown = (alias: string) => list(['id', 'email', 'type', 'first_name', 'last_name', 'tags'].map(of(alias)), 2);

/** What the view shows besides the six columns that the design promises, which come first. */
const further = [
  ...personalIds.filter((id) => id !== 'first_name' && id !== 'last_name'),
  'attributes',
  'created_at',
  'lifetime_value_minor',
];

/** A kept column of a person who may have no row yet: what a new row would hold. */
const orNew = (column: string): string => {
  if (column === 'consent_status') return `coalesce(p.${column}, 'unknown')`;
  return /^(suppressed_|demo$)/.test(column) ? `coalesce(p.${column}, false)` : `p.${column}`;
};

export const directoryView = (): string => `${generatedBy('view.ts')}--
-- The directory: what it is by definition, and the view that answers from the kept rows.

drop view if exists public.view_directory_contacts;
drop view if exists cortex.directory_definition;

-- The directory as it follows from the shop's tables: of the profiles of one address the oldest, and for an address
-- without a profile its newest lead, but for leads that a customer left behind there when they moved. Ask for one address with
-- \`lateral (select * from cortex.directory_definition d where d.address = … limit 1)\`: the condition then
-- reaches the indexes of both tables. Of orders in other currencies than the workspace's nothing is counted.
create view cortex.directory_definition as
select
  p.address, p.id, p.email, 'customer'::text as type, ${personalColumns('p')},
  cortex.plain_tags(p.tags) as tags, cortex.plain_attributes(p.attributes) as attributes, p.created_at,
  (
    select ${paidSum}
    from public.transactions t
    where t.profile_id = p.id and ${orderCurrency} = ${settingSql('currency')}
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
  l.address, l.id, l.email, 'lead'::text, ${personalColumns('l')},
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
  ${shown('p')},
  ${list(['p.person_id', 'p.address', ...[...further, ...keptColumns].map(of('p'))], 2)}
from cortex.people p
where p.type is not null
  and not exists (select from cortex.pending q where q.address = p.address)
  and not exists (select from cortex.person_links k where k.person_id = p.person_id)
union all
select
  ${shown('d')},
  ${list(['p.person_id', 'q.address', ...further.map(of('d')), ...keptColumns.map(orNew)], 2)}
from (select distinct address from cortex.pending) q
cross join lateral (select * from cortex.directory_definition d where d.address = q.address limit 1) d
left join cortex.people p on p.address = q.address
where not exists (select from cortex.person_links k where k.person_id = p.person_id);

comment on view public.view_directory_contacts is 'Everyone the business knows: one row per person, customer or lead.';
`;

/** Finds the addresses at which the kept rows and the definition disagree. */
export const directoryComparison = (): string => `${generatedBy('view.ts')}
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
    select ${list(['p.address', ...definedColumns.map((column) => exact(`p.${column}`, column))], 6)}
    from cortex.people p
    where p.type is not null
  ), defined as (
    select ${list(['d.address', ...definedColumns.map((column) => exact(`d.${column}`, column))], 6)}
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
`;
