-- The batches of a broadcast, for the page on which it is sent. Their ids are ordered by time. A batch may hold mails of
-- several broadcasts and of automations; what became of each mail stands with the mail.
create table cortex.broadcast_batches (
  broadcast_id uuid not null,
  batch_id uuid not null,
  primary key (broadcast_id, batch_id)
);

-- What Postmark said where it did not take a batch as it should: { status, code, message }.
alter table cortex.send_batches add column trouble jsonb;

-- The clicks of people by device, for the people behind these numbers. A row for each click on a broadcast since its
-- report exists.
-- squawk-ignore require-concurrent-index-creation
create index broadcast_clicks_device on cortex.broadcast_clicks (broadcast_id, (coalesce(device, 'unknown')), message_id)
  where not machine;
