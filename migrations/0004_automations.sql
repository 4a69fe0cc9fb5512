create table cortex.automations (
  id uuid primary key default uuidv7(),
  name text not null,
  status text not null default 'draft' check (status in ('draft', 'live', 'paused', 'stopped', 'archived')),
  draft_graph jsonb not null,
  settings jsonb not null default '{}',
  revision int not null default 1,
  live_version int,
  demo boolean not null default false,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);

-- Immutable: a run keeps the version it entered.
create table cortex.automation_versions (
  id uuid primary key default uuidv7(),
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  number int not null,
  graph jsonb not null,
  settings jsonb not null,
  -- What its mails said when it was published: step -> content id.
  pins jsonb not null default '{}',
  note text,
  author text,
  published_at timestamptz not null default cortex.now(),
  unique (automation_id, number)
);

-- The operations behind each revision of a draft, so that a 409 can say what happened in between.
create table cortex.automation_operations (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  revision int not null,
  operations jsonb not null,
  author text,
  at timestamptz not null default cortex.now(),
  primary key (automation_id, revision)
);
