-- Who came into an automation by a change to many people, so that those who have not moved on can be taken out again.
create table cortex.entered_by_jobs (
  job_id uuid not null references cortex.jobs (id) on delete cascade,
  -- Without a reference: runs are removed with their person, and nothing is to be checked then.
  run_id uuid not null,
  primary key (job_id, run_id)
);
