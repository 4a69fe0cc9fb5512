/**
 * SQL: the id of the order of an enrollment `e`: the one that it names, else the only payment of its profile within a
 * day of it that no enrollment names. Null where there is none.
 */
export const orderOfEnrollment = `
  coalesce(e.transaction_id, (
    select case when count(*) = 1 then (array_agg(t.id))[1] end from public.transactions t
    where t.profile_id = e.profile_id and t.status <> 'failed'
      and t.occurred_at between e.created_at - interval '1 day' and e.created_at + interval '1 day'
      and not exists (select from public.enrollments o where o.transaction_id = t.id)))`;
