-- Calls of webhook steps: written in the step's transaction, handed to the queue by a worker, kept until long after they are settled.

create table cortex.webhook_calls (
  -- Also the call's `webhook-id`: the same however often it is tried.
  id uuid primary key default uuidv7(),
  automation_id uuid not null,
  -- Checked at commit: a step may call before its new run is written.
  run_id uuid not null references cortex.automation_runs (id) on delete cascade deferrable initially deferred,
  node_id text not null,
  visit int not null,
  person_id uuid not null,
  url text not null,
  headers jsonb not null default '{}',
  content_type text not null,
  body text not null,
  -- queued: no job yet; given: the queue has it; dead: it failed for good.
  state text not null default 'queued' check (state in ('queued', 'given', 'delivered', 'dead')),
  attempts int not null default 0,
  -- Of the last try: the status answered, the beginning of the answer, and what went wrong.
  status int,
  answer text,
  error text,
  created_at timestamptz not null default cortex.now(),
  tried_at timestamptz,
  settled_at timestamptz,
  unique (run_id, node_id, visit)
);
create index webhook_calls_queued on cortex.webhook_calls (created_at) where state = 'queued';
create index webhook_calls_list on cortex.webhook_calls (state, created_at desc, id);
create index webhook_calls_automation on cortex.webhook_calls (automation_id, created_at desc, id);
create index webhook_calls_person on cortex.webhook_calls (person_id);

-- What calls are signed with. A replaced secret signs along until it ends, so that receivers have time to change.
create table cortex.webhook_secrets (
  id uuid primary key default uuidv7(),
  value text not null,
  created_at timestamptz not null default cortex.now(),
  ends_at timestamptz
);
create unique index webhook_secrets_current on cortex.webhook_secrets ((true)) where ends_at is null;
