-- What accounts that are linked with this one said about mail, beside `linked_consent` and kept by the same triggers: until
-- when one of them has paused, and the topics that one of them turned off. Null: nothing of it.
alter table cortex.people add column linked_paused_until timestamptz, add column linked_topics_off uuid[];

-- Erasing somebody empties the reports about their mails. Without it all reports are read, with the person locked.
-- Built by hand beforehand where there are many (see the changelog), so that reports are taken in meanwhile.
-- squawk-ignore require-concurrent-index-creation
create index if not exists webhook_events_message on cortex.webhook_events (message_id) where message_id is not null;
