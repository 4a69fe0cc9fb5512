-- Time zones of which the application's data says something else than PostgreSQL's. Their local times are taken from
-- here: offsets[1] (seconds east of UTC) holds before starts[1], offsets[n + 1] from starts[n] on. Empty where both have
-- the same version of the data.
create table cortex.zone_corrections (
  zone text primary key,
  starts timestamptz[] not null,
  offsets int[] not null,
  noted_at timestamptz not null default cortex.now(),
  check (cardinality(offsets) = cardinality(starts) + 1)
);
