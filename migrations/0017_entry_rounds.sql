-- Starts by the clock: schedules over a list, and dates of people.

-- Up to when the schedule, or the dates, of an automation have been looked at: what lies before never comes again.
create table cortex.entry_clocks (
  automation_id uuid primary key references cortex.automations (id) on delete cascade,
  counted_until timestamptz not null,
  took_ms int not null default 0,
  found int not null default 0
);

-- Occasions on which everybody in a list is to come in, until it is written down who that is.
create table cortex.entry_rounds (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  occasion text not null,
  smart_list_id uuid not null,
  due_at timestamptz not null,
  primary key (automation_id, occasion)
);

-- Who is to come in on such an occasion; taken in by chunks. No foreign key: a round can be a million rows, and what
-- belongs to no live automation is cleared away by the tick.
create table cortex.entry_queue (
  automation_id uuid not null,
  occasion text not null,
  person_id uuid not null,
  due_at timestamptz not null,
  primary key (automation_id, occasion, person_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
