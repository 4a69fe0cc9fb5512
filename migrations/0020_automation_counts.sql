-- Statistics without reading every run, step and mail: counters, kept by the statements that change those tables.
-- No statement touches a counter itself, which would make it a row that everybody waits for: each adds what it changed
-- to `automation_count_changes`, and a job folds these into `automation_counts` now and then. A counter is the sum of
-- both and therefore right in every snapshot, folded or not.

create table cortex.automation_counts (
  automation_id uuid not null,
  -- 'run': by status. 'step': by port, and whether somebody is there. 'mail': by state and reason of skipping.
  -- 'mail_outcome': delivered, opened and so on.
  what text not null,
  node_id text not null,
  state text not null,
  detail text not null,
  n bigint not null,
  primary key (automation_id, what, node_id, state, detail)
);

create table cortex.automation_count_changes (
  automation_id uuid not null,
  what text not null,
  node_id text not null,
  state text not null,
  detail text not null,
  n bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index automation_count_changes_automation on cortex.automation_count_changes (automation_id);

create view cortex.automation_totals as
  select automation_id, what, node_id, state, detail, sum(n)::int as n from (
    select automation_id, what, node_id, state, detail, n from cortex.automation_counts
    union all
    select automation_id, what, node_id, state, detail, n from cortex.automation_count_changes) both_of
  group by automation_id, what, node_id, state, detail having sum(n) <> 0;

-- What a set of rows (%s, with `sign`: 1 those that came, -1 those that went) adds to the counters. One text per table,
-- from which come the triggers for the three kinds of statements and the first filling.
do $do$
declare
  source record;
  happening record;
  counting text;
begin
  for source in values
    ('automation_runs', $sql$
      insert into cortex.automation_count_changes
      select automation_id, 'run', '', status, '', sum(sign) from (%s) moved
      group by automation_id, status having sum(sign) <> 0 $sql$),
    ('automation_run_steps', $sql$
      insert into cortex.automation_count_changes
      select r.automation_id, 'step', s.node_id, s.port, s.place, sum(s.n)
      from (
        select run_id, node_id, coalesce(port, '') as port, case when left_at is null then 'here' else 'left' end as place,
          sum(sign) as n
        from (%s) moved group by 1, 2, 3, 4 having sum(sign) <> 0) s
      join cortex.automation_runs r on r.id = s.run_id
      group by r.automation_id, s.node_id, s.port, s.place having sum(s.n) <> 0 $sql$),
    ('messages', $sql$
      with counted as (
        select automation_id, coalesce(node_id, '') as node_id, state,
          case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
          sum(sign) filter (where delivered_at is not null) as delivered, sum(sign) filter (where opened_at is not null) as opened,
          sum(sign) filter (where clicked_at is not null) as clicked, sum(sign) filter (where bounced_at is not null) as bounced,
          sum(sign) filter (where complained_at is not null) as complained,
          sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
        from (%s) moved where automation_id is not null group by 1, 2, 3, 4)
      insert into cortex.automation_count_changes
      select automation_id, 'mail', node_id, state, reason, n from counted where n <> 0
      union all
      select automation_id, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
      cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
        ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
      where o.n <> 0 group by automation_id, node_id, o.outcome having sum(o.n) <> 0 $sql$)
  loop
    for happening in values
      ('insert', 'new table as new_rows', 'select *, 1 as sign from new_rows'),
      ('delete', 'old table as old_rows', 'select *, -1 as sign from old_rows'),
      ('update', 'old table as old_rows new table as new_rows',
        'select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows')
    loop
      execute format(
        'create function cortex.%I() returns trigger language plpgsql as $fn$ begin %s; return null; end $fn$',
        'count_' || source.column1 || '_' || happening.column1, format(source.column2, happening.column3));
      execute format(
        'create trigger count_%s after %s on cortex.%I referencing %s for each statement execute function cortex.%I()',
        happening.column1, happening.column1, source.column1, happening.column2,
        'count_' || source.column1 || '_' || happening.column1);
    end loop;
    -- The triggers stand, and their lock keeps writers out until this is committed: nothing is counted twice or left out.
    execute format(source.column2, format('select *, 1 as sign from cortex.%I', source.column1));
  end loop;
end $do$;

-- The steps of a run that is deleted go first, while it can still be seen whose they were; a cascade would take them
-- afterwards.
create function cortex.delete_steps_of_run() returns trigger language plpgsql as $$
begin
  delete from cortex.automation_run_steps where run_id = old.id;
  return old;
end $$;
create trigger delete_steps before delete on cortex.automation_runs
  for each row execute function cortex.delete_steps_of_run();

-- The lists of runs by status and by step, newest first. The longer one also answers who stands at a step.
create index automation_runs_by_status on cortex.automation_runs (automation_id, status, entered_at desc, id desc);
create index automation_runs_by_step on cortex.automation_runs (automation_id, node_id, status, entered_at desc, id desc);
drop index cortex.automation_runs_here;

-- Statistics of a span: steps are written about in the order in which they were entered.
create index automation_run_steps_entered on cortex.automation_run_steps
  using brin (entered_at) with (pages_per_range = 32, autosummarize = on);
