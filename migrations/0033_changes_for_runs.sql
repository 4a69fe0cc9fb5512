-- Changes of people that are no activity, for the runs that wait for rules to hold, or leave by rules. Without a person
-- it is a setting, and concerns everybody who waits for what depends on settings.
create table cortex.run_changes (
  seq bigint generated always as identity primary key,
  person_id uuid,
  what text not null check (what in ('person', 'enrollment', 'static_list', 'setting'))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
