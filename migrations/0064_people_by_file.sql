-- People in and out by file: jobs in many small steps, the files they write, and what an import changed.

-- A file in parts, so that neither who writes it nor who reads it holds all of it.
create table cortex.files (
  id uuid primary key default uuidv7(),
  name text not null,
  bytes bigint not null default 0,
  -- What is known of a file that somebody sent: its columns and how many rows it has.
  about jsonb,
  created_at timestamptz not null default cortex.now(),
  expires_at timestamptz not null
);
create index files_expiring on cortex.files (expires_at);

create table cortex.file_parts (
  file_id uuid not null references cortex.files (id) on delete cascade,
  part int not null,
  data bytea not null,
  primary key (file_id, part)
);

-- A job in many steps is `running` from the beginning, so that workers of before, which take what is queued, leave it
-- alone. `position` is where the next step goes on; `moved_at` lets such jobs take turns.
alter table cortex.jobs
  add column progress jsonb,
  add column position text,
  add column file_id uuid,
  add column can_undo boolean not null default false,
  add column tries int not null default 0,
  add column moved_at timestamptz not null default '-infinity';
-- squawk-ignore constraint-missing-not-valid, changing-column-type
alter table cortex.jobs drop constraint jobs_status_check,
  -- The table is small: a row for each file or change of many people.
  -- squawk-ignore constraint-missing-not-valid
  add constraint jobs_status_check check (status in ('queued', 'running', 'completed', 'failed', 'cancelled'));
-- squawk-ignore require-concurrent-index-creation
create index jobs_running on cortex.jobs (moved_at, id) where status = 'running';

-- What an import did to whom, in order, until it can no longer be undone. `before` and `after` are the fields it wrote;
-- who was created has no before.
create table cortex.import_changes (
  job_id uuid not null references cortex.jobs (id) on delete cascade,
  ord bigint generated always as identity,
  row_no int not null,
  address text not null,
  kind text not null check (kind in ('customer', 'lead')),
  record_id uuid not null,
  before jsonb,
  after jsonb,
  -- The same of what they said about mail, null where that was left alone.
  consent_before jsonb,
  consent_after jsonb,
  primary key (job_id, ord)
);

-- Which column was what, by the names of a file's columns, so that the next file like it needs no choosing.
create table cortex.import_mappings (
  headers text primary key,
  mapping jsonb not null,
  used_at timestamptz not null default cortex.now()
);
