-- Activities: append-only, partitioned by month of occurred_at; the inbox holds what is still to be matched.

create table public.crm_activities (
  id uuid not null default uuidv7(),
  contact_email citext,
  anonymous_id text,
  contact_id uuid,
  type text not null,
  metadata jsonb not null default '{}',
  occurred_at timestamptz not null default cortex.now(),
  received_at timestamptz not null default cortex.now(),
  source text not null default 'sql',
  person_id uuid,
  -- History is recorded and counted, but starts and wakes nothing.
  history boolean not null default false
) partition by range (occurred_at);

create table cortex.crm_activities_default partition of public.crm_activities default;

create index crm_activities_person on public.crm_activities (person_id, occurred_at desc, id desc);
create index crm_activities_type on public.crm_activities (type, occurred_at, person_id);
create index crm_activities_anonymous on public.crm_activities (anonymous_id, occurred_at)
  where person_id is null and anonymous_id is not null;

-- Makes the month partitions that cover [from_month, to_month]; months whose rows already stand in the
-- default partition are left there. Safe to call again and from several processes.
create function cortex.ensure_activity_partitions(from_month date, to_month date) returns int
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
select cortex.ensure_activity_partitions((now() - interval '12 months')::date, (now() + interval '3 months')::date);

-- Idempotency: a unique key on the partitioned table would have to contain the month. Holds the given
-- id, or a hash of (source, external_id); only for activities that came with one.
create table cortex.activity_keys (
  key uuid primary key,
  occurred_at timestamptz not null
);

create table cortex.activity_inbox (
  seq bigint generated always as identity primary key,
  person_id uuid not null,
  activity_id uuid not null,
  occurred_at timestamptz not null,
  history boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index activity_inbox_person on cortex.activity_inbox (person_id, occurred_at, seq);
