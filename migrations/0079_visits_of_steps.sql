-- Who was at a step, newest first: the people behind a figure of Live. Step ids are made once, so that no other
-- automation's visits are passed over. Where there are many steps, build it by hand before the release:
-- create index concurrently automation_run_steps_of_node on cortex.automation_run_steps (node_id, entered_at, run_id, visit);
-- squawk-ignore require-concurrent-index-creation
create index if not exists automation_run_steps_of_node on cortex.automation_run_steps (node_id, entered_at, run_id, visit);
