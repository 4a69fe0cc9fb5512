-- The mails of a step, newest first: the people behind a figure of mails in Live. It takes the place of the index by step
-- alone, so that writing a mail costs what it did. Where there are many mails, build it by hand before the release:
-- create index concurrently messages_of_step on cortex.messages (automation_id, node_id, created_at, id) where automation_id is not null;
-- squawk-ignore require-concurrent-index-creation
create index if not exists messages_of_step on cortex.messages (automation_id, node_id, created_at, id)
  where automation_id is not null;
-- squawk-ignore require-concurrent-index-deletion
drop index if exists cortex.messages_automation;
