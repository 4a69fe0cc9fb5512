-- What staff write about a person, and the views of the directory that they keep.

-- Rows go along when people are merged (`cortex.hand_over`).
create table cortex.contact_notes (
  id uuid primary key default uuidv7(),
  person_id uuid not null,
  text text not null,
  -- Who wrote it: `staff:<id>` or `key:<id>`, and the address or the name that is shown.
  author_id text not null,
  author text not null,
  written_at timestamptz not null default cortex.now(),
  edited_at timestamptz
);
create index contact_notes_person on cortex.contact_notes (person_id, written_at, id);

create table cortex.directory_views (
  id uuid primary key default uuidv7(),
  -- Null when that colleague is gone: what they shared stays.
  owner_id text references cortex_staff."user" (id) on delete set null,
  owner text not null,
  name text not null,
  shared boolean not null,
  q text not null,
  type text,
  rules jsonb,
  sort text not null,
  -- The columns in their order; none: the usual ones.
  columns text[] not null,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
create index directory_views_owner on cortex.directory_views (owner_id);
create index directory_views_shared on cortex.directory_views (shared, name, id) where shared;
