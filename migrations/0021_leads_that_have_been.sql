-- A monitor over leads leaves out, before anything else, the leads that have brought somebody in or were there at its
-- publishing: soon that is nearly all of them, every minute.
create index automation_runs_lead on cortex.automation_runs (automation_id, lead_id) where lead_id is not null;
create index automation_seen_key on cortex.automation_seen (automation_id, entry_key) include (person_id)
  where entry_key <> 'once';
