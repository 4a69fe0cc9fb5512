-- What support does with one person, effect by effect, so that a process that dies between two of them is followed by one
-- that goes on; and what two linked accounts have in common.

create table cortex.contact_actions (
  id uuid primary key,
  action text not null,
  person_id uuid not null,
  input jsonb not null default '{}',
  -- What was found out before it began, and what the effects go by.
  plan jsonb not null default '{}',
  -- Whoever asked for it.
  actor jsonb not null,
  state text not null default 'running' check (state in ('running', 'done', 'partly', 'failed')),
  created_at timestamptz not null default cortex.now(),
  ended_at timestamptz,
  -- How often it was begun to carry it out, and from when on another process may take it up.
  tries int not null default 1,
  resume_at timestamptz not null
);
create index contact_actions_person on cortex.contact_actions (person_id, id desc);
create index contact_actions_running on cortex.contact_actions (resume_at) where state = 'running';

create table cortex.contact_action_effects (
  action_id uuid not null references cortex.contact_actions (id) on delete cascade,
  ord int not null,
  name text not null,
  label text not null,
  state text not null default 'waiting' check (state in ('waiting', 'begun', 'done', 'not_needed', 'failed', 'unclear')),
  detail text not null default '',
  -- What the effects behind it have to know of it, such as the id of the payment that it made.
  kept jsonb,
  at timestamptz,
  primary key (action_id, ord)
);

-- Who stands linked into whom is asked from both sides. The table has a row for each pair that somebody linked by hand.
-- squawk-ignore require-concurrent-index-creation
create index if not exists person_links_into on cortex.person_links (into_person_id);

-- The strictest answer about mail of the accounts linked with this one, where it is a no or is not confirmed yet; kept by
-- triggers. Null: nobody is linked, or nobody of them holds mail back.
alter table cortex.people add column linked_consent text;
