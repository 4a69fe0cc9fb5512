-- Mail: what was to be said (contents), to whom (messages), how it left (batches), who must not get any (suppressions).

create table cortex.templates (
  id uuid primary key default uuidv7(),
  name text not null,
  stream text not null default 'broadcast' check (stream in ('broadcast', 'transactional')),
  editor text not null default 'html' check (editor in ('html', 'mjml', 'unlayer')),
  subject text not null default '',
  preheader text not null default '',
  design jsonb,
  html text not null default '',
  text text,
  version int not null default 1,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);

-- Immutable content, addressed by the hash of what it says; the same text is stored once however many mails carry it.
create table cortex.mail_contents (
  id uuid primary key default uuidv7(),
  hash bytea not null unique,
  subject text not null,
  preheader text not null default '',
  html text not null,
  text text,
  template_id uuid,
  template_version int,
  created_at timestamptz not null default cortex.now()
);

-- The design document's job row: one per broadcast, and one per hour and stream for other mail.
create table public.email_jobs (
  id uuid primary key default uuidv7(),
  name text not null,
  kind text not null check (kind in ('broadcast', 'automation', 'transactional')),
  stream text not null check (stream in ('broadcast', 'transactional')),
  status text not null default 'queued'
    check (status in ('queued', 'processing', 'paused', 'sent', 'failed', 'cancelled')),
  broadcast_id uuid,
  hour timestamptz,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now(),
  unique nulls not distinct (kind, stream, hour, broadcast_id)
);

-- One call to Postmark. The row is committed before the call: it is the intent.
create table cortex.send_batches (
  id uuid primary key default uuidv7(),
  stream text not null,
  -- Workspace facts the mails of this batch were rendered with, so that they can be shown as they were sent.
  facts jsonb not null,
  size int not null,
  -- In the order of the call. Kept here so that a message needs no index over its batch.
  message_ids uuid[] not null,
  claimed_by uuid not null,
  claimed_at timestamptz not null default cortex.now(),
  settled_at timestamptz,
  outcome text,
  -- Searches made at Postmark for an unclear batch: [{ at, found, complete }].
  searches jsonb not null default '[]',
  next_search_at timestamptz
);
create index send_batches_open on cortex.send_batches (claimed_at) where settled_at is null;

create table cortex.messages (
  id uuid primary key default uuidv7(),
  dedupe_key text not null unique,
  broadcast_id uuid,
  automation_id uuid,
  version int,
  run_id uuid,
  node_id text,
  visit int,
  job_id uuid,
  person_id uuid not null,
  contact_email citext not null,
  stream text not null check (stream in ('broadcast', 'transactional')),
  topic_id uuid,
  content_id uuid not null references cortex.mail_contents (id),
  data jsonb not null default '{}',
  email_from text,
  subject text,
  state text not null default 'queued'
    check (state in ('queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain', 'unknown', 'cancelled')),
  reason text,
  -- Where it stands, for the indexes: a claim (queued to submitting) changes no indexed column, so that it is a
  -- heap-only update; with `state` itself indexed every claim would write into every index of the table.
  phase text not null generated always as (
    case when state in ('queued', 'submitting', 'uncertain') then 'open' when state = 'unknown' then 'unknown' else 'settled' end
  ) stored,
  -- Written in one statement with the row of the batch.
  batch_id uuid,
  batch_index int,
  provider text,
  provider_id text,
  error_code int,
  attempts int not null default 0,
  not_before timestamptz,
  demo boolean not null default false,
  created_at timestamptz not null default cortex.now(),
  submitted_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  bounced_at timestamptz,
  complained_at timestamptz,
  unsubscribed_at timestamptz
) with (fillfactor = 50);
-- Half of each page is left for the version that a claim writes. No index may name `state`, `batch_id` or any column that a claim changes.
-- What may still leave: transactional before marketing, oldest first.
create index messages_open on cortex.messages (stream desc, created_at, id) where phase = 'open';
create index messages_unknown on cortex.messages (created_at) where phase = 'unknown';
create index messages_step on cortex.messages (run_id, node_id, visit) where run_id is not null;
create index messages_person on cortex.messages (person_id, created_at desc);
create index messages_automation on cortex.messages (automation_id, node_id) where automation_id is not null;
create index messages_broadcast on cortex.messages (broadcast_id) where broadcast_id is not null;
create index messages_provider on cortex.messages (provider_id) where provider_id is not null;
create index messages_created on cortex.messages using brin (created_at) with (pages_per_range = 32);

create table cortex.suppressions (
  id uuid primary key default uuidv7(),
  address text collate "C" not null,
  stream text not null check (stream in ('broadcast', 'transactional')),
  reason text not null check (reason in ('hard_bounce', 'spam_complaint', 'manual', 'inactive')),
  origin text not null,
  message_id uuid,
  created_at timestamptz not null default cortex.now(),
  unique (address, stream)
);

-- Webhook calls as they came, once each.
create table cortex.webhook_events (
  key uuid primary key,
  record_type text not null,
  payload jsonb not null,
  received_at timestamptz not null default cortex.now(),
  message_id uuid
);
