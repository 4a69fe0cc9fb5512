-- Who was said not to be the same person, so that they are not suggested again as possible duplicates.
create table cortex.different_people (
  person_id uuid not null,
  other_id uuid not null,
  said_at timestamptz not null default cortex.now(),
  said_by text not null,
  primary key (person_id, other_id),
  -- Each pair once.
  check (person_id < other_id)
);
create index different_people_other on cortex.different_people (other_id);
