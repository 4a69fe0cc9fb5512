-- What the counters of automations are read and kept with; the triggers that write them are in
-- 37_automation_counter_triggers.sql, and what they are for is said there.

-- What is folded and what is not yet.
create or replace view cortex.automation_totals as
  select automation_id, what, node_id, state, detail, sum(n)::int as n from (
    select automation_id, what, node_id, state, detail, n from cortex.automation_counts
    union all
    select automation_id, what, node_id, state, detail, n from cortex.automation_hour_changes) both_of
  group by automation_id, what, node_id, state, detail having sum(n) <> 0;

-- The hour in which a counted row began; date_trunc would ask the session for its zone, and zones of half an hour would
-- have other hours.
create or replace function cortex.hour_of(at timestamptz) returns timestamptz language sql immutable parallel safe
  return date_bin('1 hour', at, '1970-01-01 00:00:00+00');

-- The steps of a run that is deleted go first, while it can still be seen whose they were; a cascade would take them
-- afterwards.
create or replace function cortex.delete_steps_of_run() returns trigger language plpgsql as $$
begin
  delete from cortex.automation_run_steps where run_id = old.id;
  return old;
end $$;
create or replace trigger delete_steps before delete on cortex.automation_runs
  for each row execute function cortex.delete_steps_of_run();
