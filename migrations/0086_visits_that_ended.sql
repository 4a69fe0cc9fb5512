-- Which visits ended in a span of time, for playing the last days back: as small as the index on when they began, and a
-- visit that ends still rewrites no other index.
-- squawk-ignore require-concurrent-index-creation
create index if not exists automation_run_steps_left on cortex.automation_run_steps
  using brin (left_at) with (pages_per_range = 32, autosummarize = on);
