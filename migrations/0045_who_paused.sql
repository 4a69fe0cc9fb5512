-- Who said that marketing mail is paused, and where: a colleague cannot end what the person asked for. Null, as processes
-- of the release before write it: the person, on the preferences page.

alter table cortex.people add column paused_by text, add column paused_source text;
