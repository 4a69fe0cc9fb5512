-- Backtests: a drawing replayed over recorded activities. The row is the job: a worker takes it, keeps its lease by
-- a heartbeat, and another one begins it anew when that stands still.
create table cortex.backtests (
  id uuid primary key default uuidv7(),
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  -- What was replayed; a draft goes on changing meanwhile.
  revision int not null,
  graph jsonb not null,
  settings jsonb not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  progress real not null default 0,
  result jsonb,
  error text,
  attempts int not null default 0,
  -- Of the real clock: a moved one must not end a lease.
  heartbeat_at timestamptz,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  ended_at timestamptz
);
create index backtests_of_automation on cortex.backtests (automation_id, id desc);
create index backtests_open on cortex.backtests (id) where status in ('queued', 'running');

-- Runs lists by status and by step, newest first.
create index automation_runs_status on cortex.automation_runs (automation_id, status, entered_at desc, id);
-- A version's people: how many were served and how many are inside.
create index automation_runs_version on cortex.automation_runs (version_id, status);
