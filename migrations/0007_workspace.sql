create table cortex.settings (
  one boolean primary key default true check (one),
  name text not null default 'My workspace',
  timezone text not null default 'UTC',
  currency char(3) not null default 'EUR',
  sender_broadcast text,
  sender_transactional text,
  postal_address text,
  mail_unanswered boolean not null default false,
  quiet_hours jsonb,
  frequency_cap jsonb,
  settle_seconds int not null default 900,
  retry_unknown_transactional boolean not null default false,
  -- Postmark's open and click tracking.
  track_mail boolean not null default true,
  event_aliases jsonb not null default '{}',
  sending_stopped_at timestamptz,
  sending_stopped_by text,
  sending_stopped_reason text,
  demo boolean not null default false,
  updated_at timestamptz not null default cortex.now()
);
insert into cortex.settings default values;

-- Secrets made once so that all processes agree; never part of an answer or a log line.
create table cortex.secrets (
  name text primary key,
  value text not null,
  created_at timestamptz not null default cortex.now()
);

-- The last time any process of this installation was alive; tells a restore from a restart.
create table cortex.heartbeat (
  one boolean primary key default true check (one),
  at timestamptz not null
);

create table cortex.api_keys (
  id uuid primary key default uuidv7(),
  name text not null,
  kind text not null default 'server' check (kind in ('server', 'write')),
  prefix text not null,
  hash bytea not null unique,
  scopes text[] not null,
  allowed_types text[],
  allowed_origins text[],
  created_by text,
  created_at timestamptz not null default cortex.now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Idempotency-Key of a whole request: the first answer is replayed for 24 hours.
create table cortex.request_keys (
  caller text not null,
  key text not null,
  request_hash bytea not null,
  status int,
  answer jsonb,
  created_at timestamptz not null default cortex.now(),
  primary key (caller, key)
);
create index request_keys_age on cortex.request_keys (created_at);

create table cortex.audit (
  id uuid primary key default uuidv7(),
  at timestamptz not null default cortex.now(),
  actor text not null,
  action text not null,
  target_kind text,
  target_id text,
  before jsonb,
  after jsonb,
  request_id text
);
create index audit_at on cortex.audit (at desc, id);

-- What needs a person; one open row per key.
create table cortex.attention (
  id uuid primary key default uuidv7(),
  key text not null,
  kind text not null,
  title text not null,
  detail text not null default '',
  action jsonb,
  facts jsonb not null default '{}',
  opened_at timestamptz not null default cortex.now(),
  closed_at timestamptz,
  closed_by text
);
create unique index attention_open on cortex.attention (key) where closed_at is null;

-- Rows the demo made, so that one button removes them all.
create table cortex.demo_rows (
  kind text not null,
  id uuid not null,
  primary key (kind, id)
);
