-- How the experiment at a split of a published version ended. The rule it ended by is in that version's drawing.

create table cortex.experiment_results (
  version_id uuid not null references cortex.automation_versions (id) on delete cascade,
  node_id text not null,
  decided_at timestamptz not null default cortex.now(),
  -- The path that won; null: no difference was found.
  winner text,
  -- Everybody who comes to the split from then on takes the winner.
  takes_all boolean not null,
  -- The figures it was decided on.
  result jsonb not null,
  primary key (version_id, node_id)
);
