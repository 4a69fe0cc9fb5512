-- Notes for waiting runs that a setting or the membership of a static list has changed; changes of people and
-- enrollments are noted beside those for lists (36_list_membership.sql).
create or replace function cortex.touch_runs_of_settings() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cortex.run_changes (what) values ('setting');
  return null;
end
$$;
create or replace trigger touch_runs after update on cortex.settings
  for each row when (old.timezone is distinct from new.timezone or old.mail_unanswered is distinct from new.mail_unanswered
    or old.currency is distinct from new.currency)
  execute function cortex.touch_runs_of_settings();
-- Whoever waits for a list of rules waits for its rules too. Few lists are edited, so this is like a setting.
create or replace trigger touch_runs_of_rules after update on public.crm_smart_lists
  for each row when (old.rules is distinct from new.rules) execute function cortex.touch_runs_of_settings();

create or replace function cortex.touch_runs_of_member() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cortex.run_changes (person_id, what)
  select distinct c.person_id, 'static_list' from changed c
  where exists (select from public.crm_smart_lists l where l.id = c.smart_list_id and l.kind = 'static')
    and exists (select from cortex.automation_runs r where r.person_id = c.person_id and r.status = 'waiting');
  return null;
end
$$;
create or replace trigger touch_runs_in after insert on cortex.list_members
  referencing new table as changed for each statement execute function cortex.touch_runs_of_member();
create or replace trigger touch_runs_out after delete on cortex.list_members
  referencing old table as changed for each statement execute function cortex.touch_runs_of_member();
