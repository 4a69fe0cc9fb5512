/** No tag is NULL, and rows of tags are one row of them. */
const TAGS = 'array(select t from unnest(tags) with ordinality u(t, at) where t is not null order by at)';

/**
 * The directory as the design defines it, in one SQL query that shares nothing with the view: the oldest profile of
 * each address, and the newest lead of each address without a profile, but for those that a customer left behind.
 */
export const DIRECTORY_DEFINITION = `
  with profiles as (
    select u.*, cortex.fold(btrim(u.email::text)) as address,
      row_number() over (partition by cortex.fold(btrim(u.email::text)) order by u.created_at, u.id) as place
    from unified_profiles u where u.email is not null
  ), leads as (
    select l.*, cortex.fold(btrim(l.email::text)) as address,
      row_number() over (partition by cortex.fold(btrim(l.email::text)) order by l.created_at desc, l.id desc) as place
    from purchase_leads l
    where l.email is not null
      and not exists (select from profiles p where p.address = cortex.fold(btrim(l.email::text)))
      and not exists (
        select from cortex.lead_owners o where o.lead_id = l.id and o.address = cortex.fold(btrim(l.email::text)))
  )
  select id, email::text, 'customer' as type, first_name, last_name, ${TAGS} as tags from profiles where place = 1
  union all
  select id, email::text, 'lead', first_name, last_name,
    case when 'lead' = any (tags) then ${TAGS} else array_append(${TAGS}, 'lead') end
  from leads where place = 1`;

/** Rows in which the view and its definition differ, seen in one snapshot; none when all is well. */
export const DIRECTORY_DIFFERENCES = `
  with defined as (${DIRECTORY_DEFINITION}),
    shown as (select id, email::text, type, first_name, last_name, tags from view_directory_contacts)
  (select 'only in the view' as what, * from (table shown except all table defined) a)
  union all
  (select 'missing in the view', * from (table defined except all table shown) b)`;
