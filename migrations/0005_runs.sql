-- Runs: one person inside one version; steps: state, idempotency and trace in one narrow row.

create table cortex.automation_runs (
  id uuid primary key default uuidv7(),
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  version_id uuid not null references cortex.automation_versions (id),
  version int not null,
  person_id uuid not null,
  contact_email citext not null,
  -- 'once', the lead's key, the activity's id, or the keyed value: unique per person and automation.
  entry_key text not null,
  status text not null default 'active' check (status in ('active', 'waiting', 'completed', 'exited', 'failed')),
  node_id text,
  wake_at timestamptz,
  -- The activity type a wait_until waits for.
  waiting_for text,
  lead_id uuid,
  activity_id uuid,
  context jsonb not null default '{}',
  visits int not null default 0,
  retries int not null default 0,
  entered_at timestamptz not null default cortex.now(),
  ended_at timestamptz,
  end_reason text,
  unique (automation_id, person_id, entry_key)
);
-- By automation first: the wake loop probes the live ones only, so that what a paused one holds costs nothing.
create index automation_runs_due on cortex.automation_runs (automation_id, wake_at) where status in ('active', 'waiting') and wake_at is not null;
create index automation_runs_waiting on cortex.automation_runs (person_id, waiting_for) where status = 'waiting' and waiting_for is not null;
create index automation_runs_open on cortex.automation_runs (person_id) where status in ('active', 'waiting');
create index automation_runs_person on cortex.automation_runs (person_id, entered_at desc);
create index automation_runs_list on cortex.automation_runs (automation_id, entered_at desc, id);
create index automation_runs_here on cortex.automation_runs (automation_id, node_id) where status in ('active', 'waiting', 'failed');

create table cortex.automation_run_steps (
  run_id uuid not null references cortex.automation_runs (id) on delete cascade,
  node_id text not null,
  visit int not null,
  -- Its place among the steps of the run: several are entered in one transaction and so at one instant.
  ord int not null default 0,
  entered_at timestamptz not null,
  left_at timestamptz,
  port text,
  outcome jsonb not null default '{}',
  primary key (run_id, node_id, visit)
);

-- Counts every change that a matcher must know of (publish, pause, resume, stop, …); tells caches to load again.
create table cortex.automation_epoch (
  one boolean primary key default true check (one),
  n bigint not null default 0
);
insert into cortex.automation_epoch default values;

-- Who matched a monitor when it was published and was to be left alone: counts as an entry of that moment.
create table cortex.automation_seen (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  person_id uuid not null,
  entry_key text not null,
  seen_at timestamptz not null default cortex.now(),
  primary key (automation_id, person_id, entry_key)
);

-- When a monitor last looked, how long that took and what went wrong.
create table cortex.monitor_ticks (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  node_id text not null,
  ticked_at timestamptz not null,
  took_ms int not null default 0,
  found int not null default 0,
  error text,
  primary key (automation_id, node_id)
);

-- Activities that could not be matched: taken out of the inbox so that they hold up nobody, tried again later.
create table cortex.inbox_failures (
  activity_id uuid primary key,
  person_id uuid not null,
  occurred_at timestamptz not null,
  history boolean not null,
  attempts int not null default 1,
  error text not null,
  next_try_at timestamptz
);
create index inbox_failures_due on cortex.inbox_failures (next_try_at) where next_try_at is not null;
