-- Statistics of a span of time without reading every run, step and mail of it: the changes that the counters are made
-- of also say in which hour the counted row began, and are folded by the hour too. A span is then its whole hours, and
-- what began in the parts of an hour at its two ends is read from the rows themselves.

create table cortex.automation_hour_counts (
  automation_id uuid not null,
  -- Its beginning. A run, step or mail counts in the hour in which it was entered or queued, whatever becomes of it.
  hour timestamptz not null,
  what text not null,
  node_id text not null,
  state text not null,
  detail text not null,
  n bigint not null,
  primary key (automation_id, hour, what, node_id, state, detail)
);

-- Who writes meanwhile waits, so that nothing is counted twice or left out.
lock table cortex.automation_runs, cortex.automation_run_steps, cortex.messages in share row exclusive mode;

-- What was not folded yet does not say its hour.
insert into cortex.automation_counts as c (automation_id, what, node_id, state, detail, n)
  select automation_id, what, node_id, state, detail, sum(n) from cortex.automation_count_changes group by 1, 2, 3, 4, 5
  on conflict (automation_id, what, node_id, state, detail) do update set n = c.n + excluded.n;

-- Under a name of its own: a worker of the release before would fold the changes without their hours, and so it finds
-- nothing to fold.
drop view cortex.automation_totals;
drop table cortex.automation_count_changes;
create table cortex.automation_hour_changes (
  automation_id uuid not null,
  hour timestamptz not null,
  what text not null,
  node_id text not null,
  state text not null,
  detail text not null,
  n bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index automation_hour_changes_automation on cortex.automation_hour_changes (automation_id);

create view cortex.automation_totals as
  select automation_id, what, node_id, state, detail, sum(n)::int as n from (
    select automation_id, what, node_id, state, detail, n from cortex.automation_counts
    union all
    select automation_id, what, node_id, state, detail, n from cortex.automation_hour_changes) both_of
  group by automation_id, what, node_id, state, detail having sum(n) <> 0;

create function cortex.hour_of(at timestamptz) returns timestamptz language sql immutable parallel safe
  return date_bin('1 hour', at, '1970-01-01 00:00:00+00');

do $do$
declare
  source record;
  happening record;
begin
  -- As in 0020, with the hour: %1$s is the set of rows, %2$s where it is added up.
  for source in values
    ('automation_runs', $sql$
      insert into %2$s (automation_id, hour, what, node_id, state, detail, n)
      select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign) from (%1$s) moved
      group by 1, 2, status having sum(sign) <> 0 $sql$),
    ('automation_run_steps', $sql$
      insert into %2$s (automation_id, hour, what, node_id, state, detail, n)
      select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
      from (
        select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
          case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
        from (%1$s) moved group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
      join cortex.automation_runs r on r.id = s.run_id
      group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0 $sql$),
    ('messages', $sql$
      with counted as (
        select automation_id, cortex.hour_of(created_at) as hour, coalesce(node_id, '') as node_id, state,
          case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
          sum(sign) filter (where delivered_at is not null) as delivered, sum(sign) filter (where opened_at is not null) as opened,
          sum(sign) filter (where clicked_at is not null) as clicked, sum(sign) filter (where bounced_at is not null) as bounced,
          sum(sign) filter (where complained_at is not null) as complained,
          sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
        from (%1$s) moved where automation_id is not null group by 1, 2, 3, 4, 5)
      insert into %2$s (automation_id, hour, what, node_id, state, detail, n)
      select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
      union all
      select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
      cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
        ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
      where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0 $sql$)
  loop
    for happening in values
      ('insert', 'select *, 1 as sign from new_rows'),
      ('delete', 'select *, -1 as sign from old_rows'),
      ('update', 'select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows')
    loop
      execute format(
        'create or replace function cortex.%I() returns trigger language plpgsql as $fn$ begin %s; return null; end $fn$',
        'count_' || source.column1 || '_' || happening.column1,
        format(source.column2, happening.column2, 'cortex.automation_hour_changes'));
    end loop;
    execute format(source.column2, format('select *, 1 as sign from cortex.%I', source.column1),
      'cortex.automation_hour_counts');
  end loop;
end $do$;

-- What a backtest was told to assume of what nobody can know, where it is not the usual.
alter table cortex.backtests add column assume jsonb not null default '{}';
