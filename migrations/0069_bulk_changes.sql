-- What a change to many people did to whom, so that it can be undone: tags that came or went, or who came into a list or
-- left it.
create table cortex.bulk_changes (
  job_id uuid not null references cortex.jobs (id) on delete cascade,
  ord bigint generated always as identity,
  kind text not null check (kind in ('customer', 'lead', 'member')),
  -- Of the profile or lead; the person's where it was about a list.
  record_id uuid not null,
  tags text[] not null default '{}',
  primary key (job_id, ord)
);
create index bulk_changes_record on cortex.bulk_changes (record_id);
