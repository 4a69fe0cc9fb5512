-- Work that was asked for and takes longer than an answer: members of static lists by file. Done in one
-- transaction each, so that nothing is half done and a killed process leaves its job queued for the next.
create table cortex.jobs (
  id uuid primary key default uuidv7(),
  kind text not null,
  status text not null default 'queued' check (status in ('queued', 'completed', 'failed', 'cancelled')),
  smart_list_id uuid references public.crm_smart_lists (id) on delete cascade,
  -- What to do with the file, and the file; emptied when the job has ended.
  action text not null,
  input bytea,
  result jsonb,
  error text,
  actor jsonb not null,
  created_at timestamptz not null default cortex.now(),
  ended_at timestamptz
);
create index jobs_queued on cortex.jobs (created_at, id) where status = 'queued';
