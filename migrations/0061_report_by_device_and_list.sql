-- What a broadcast's report reads by device, and by list where it went to several.

-- On what a mail was opened first; null: not known. Written only where a mail is opened.
alter table cortex.messages add column opened_on text;
-- Which of the lists that its broadcast was for its person was in, by their place there, the rules of its own as the last;
-- null where it was for one list, or for rules only.
alter table cortex.messages add column lists smallint[];
-- On what a link was followed; null: not known.
alter table cortex.broadcast_clicks add column device text;
