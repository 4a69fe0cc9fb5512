-- What Postmark is asked to remove of people who were erased.
create table cortex.removals_at_postmark (
  id uuid primary key default uuidv7(),
  -- The address, encrypted; null once Postmark has taken the request.
  sealed text,
  -- On whose behalf it is asked: an address of ours.
  requested_by text not null,
  -- Postmark's number of the request, by which it is looked up.
  request_id bigint,
  noted_at timestamptz not null default cortex.now(),
  done_at timestamptz,
  failures int not null default 0,
  -- Null: given up.
  next_try_at timestamptz default cortex.now()
);
create index removals_at_postmark_open on cortex.removals_at_postmark (next_try_at) where done_at is null;
