-- A broadcast's mail, made for everybody who would get it before anybody does, and what came out.

create table cortex.broadcast_rehearsals (
  id uuid primary key default uuidv7(),
  broadcast_id uuid not null unique references cortex.broadcasts (id) on delete cascade,
  status text not null default 'running' check (status in ('running', 'completed', 'failed')),
  -- What was rehearsed: this revision of the draft, as it was then.
  revision int not null,
  topic_id uuid,
  email_from text,
  content jsonb not null,
  audience jsonb not null,
  expected int not null,
  -- The last person to look at, and the one up to whom has been looked.
  people_until uuid,
  people_cursor uuid,
  recipients int not null default 0,
  problems jsonb not null default '{}',
  worst jsonb not null default '[]',
  distinct_mails int not null default 0,
  largest_bytes int not null default 0,
  links jsonb not null default '[]',
  created_at timestamptz not null default cortex.now(),
  ended_at timestamptz
);
create index broadcast_rehearsals_running on cortex.broadcast_rehearsals (id) where status = 'running';

-- What different mails there were, while they are counted.
create table cortex.rehearsed_mails (
  rehearsal_id uuid not null references cortex.broadcast_rehearsals (id) on delete cascade,
  hash bigint not null,
  primary key (rehearsal_id, hash)
);
