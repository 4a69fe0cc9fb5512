-- What a broadcast brought: enrollments and payments after a click, and against those who were held out.

-- Days after somebody's last click within which an enrollment or a payment counts for that mail.
alter table cortex.settings
  add column attribution_days int not null default 5 check (attribution_days between 1 and 30);

create table cortex.broadcast_results (
  broadcast_id uuid primary key,
  -- When to measure next; null: what was measured last stays.
  measure_at timestamptz,
  measured_at timestamptz,
  -- Numbers of people and sums; intervals are made of them when they are shown.
  results jsonb
);
create index broadcast_results_due on cortex.broadcast_results (measure_at) where measure_at is not null;
