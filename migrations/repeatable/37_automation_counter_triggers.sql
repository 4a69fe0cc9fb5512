-- Generated from libs/engine/src/reports/counter-triggers.ts by `npm run gen`. Do not edit: change that file.
--
-- Statistics without reading every run, step and mail: counters, kept by the statements that change those tables.
-- No statement touches a counter itself, which would make it a row that everybody waits for: each adds what it changed
-- to automation_hour_changes, and a job folds these into automation_counts and automation_hour_counts now and then. A
-- counter is the sum of both and therefore right in every snapshot, folded or not. Mails of a broadcast are counted under
-- its id. A trigger with transition tables may name one event only, and a function that asks what happened would hold its
-- text three times.

create or replace function cortex.count_automation_runs_insert() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, 1 as sign from new_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$$;
create or replace trigger count_insert after insert on cortex.automation_runs
  referencing new table as new_rows for each statement execute function cortex.count_automation_runs_insert();

create or replace function cortex.count_automation_runs_delete() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, -1 as sign from old_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$$;
create or replace trigger count_delete after delete on cortex.automation_runs
  referencing old table as old_rows for each statement execute function cortex.count_automation_runs_delete();

create or replace function cortex.count_automation_runs_update() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
  group by 1, 2, status having sum(sign) <> 0;
  return null;
end
$$;
create or replace trigger count_update after update on cortex.automation_runs
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.count_automation_runs_update();

create or replace function cortex.count_automation_run_steps_insert() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, 1 as sign from new_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$$;
create or replace trigger count_insert after insert on cortex.automation_run_steps
  referencing new table as new_rows for each statement execute function cortex.count_automation_run_steps_insert();

create or replace function cortex.count_automation_run_steps_delete() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, -1 as sign from old_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$$;
create or replace trigger count_delete after delete on cortex.automation_run_steps
  referencing old table as old_rows for each statement execute function cortex.count_automation_run_steps_delete();

create or replace function cortex.count_automation_run_steps_update() returns trigger
  language plpgsql
as $$
begin
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;
  return null;
end
$$;
create or replace trigger count_update after update on cortex.automation_run_steps
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.count_automation_run_steps_update();

create or replace function cortex.count_messages_insert() returns trigger
  language plpgsql
as $$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, 1 as sign from new_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$$;
create or replace trigger count_insert after insert on cortex.messages
  referencing new table as new_rows for each statement execute function cortex.count_messages_insert();

create or replace function cortex.count_messages_delete() returns trigger
  language plpgsql
as $$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, -1 as sign from old_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$$;
create or replace trigger count_delete after delete on cortex.messages
  referencing old table as old_rows for each statement execute function cortex.count_messages_delete();

create or replace function cortex.count_messages_update() returns trigger
  language plpgsql
as $$
begin
  with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;
  return null;
end
$$;
create or replace trigger count_update after update on cortex.messages
  referencing old table as old_rows new table as new_rows for each statement execute function cortex.count_messages_update();
