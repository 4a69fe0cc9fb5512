-- Makes the month partitions that cover [from_month, to_month]; months whose rows already stand in the
-- default partition are left there. Safe to call again and from several processes.
create or replace function cortex.ensure_activity_partitions(from_month date, to_month date) returns int
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  month date := date_trunc('month', from_month)::date;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('cortex.ensure_activity_partitions', 0));
  while month <= to_month loop
    if to_regclass(format('cortex.crm_activities_%s', to_char(month, 'YYYY_MM'))) is null
      and not exists (
        select from cortex.crm_activities_default d
        where d.occurred_at >= month::timestamp at time zone 'UTC'
          and d.occurred_at < (month + interval '1 month')::timestamp at time zone 'UTC')
    then
      execute format(
        'create table cortex.crm_activities_%s partition of public.crm_activities for values from (%L) to (%L)',
        to_char(month, 'YYYY_MM'),
        to_char(month, 'YYYY-MM-DD') || 'T00:00:00Z',
        to_char(month + interval '1 month', 'YYYY-MM-DD') || 'T00:00:00Z');
      made := made + 1;
    end if;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end
$$;
