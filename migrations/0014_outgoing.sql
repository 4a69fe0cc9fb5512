-- What waits to be sent stands in a narrow table of its own. An index that names a message's state, or a column that
-- sending fills in, turns each claim and each result into a write to every index of the widest table; without such
-- indexes both are heap-only updates. A row here is a hint and `messages.state` the truth: a claim drops a row whose
-- message is no longer queued.

create table cortex.outgoing (
  stream text not null,
  created_at timestamptz not null,
  message_id uuid not null,
  person_id uuid not null,
  contact_email citext not null,
  automation_id uuid,
  version int,
  broadcast_id uuid,
  -- Whether the mail names its own sender, so that it does not wait for the workspace's.
  own_sender boolean not null,
  demo boolean not null,
  not_before timestamptz,
  primary key (stream, created_at, message_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

insert into cortex.outgoing
select stream, created_at, id, person_id, contact_email, automation_id, version, broadcast_id, email_from is not null, demo, not_before
from cortex.messages where state = 'queued';

-- Finds a mail by Postmark's id. Webhooks name batch and key too; this is for whatever does not. The hash of the id,
-- since ids are long and random; the message itself says whether it is the one.
create table cortex.provider_ids (
  hash bigint not null,
  message_id uuid not null
);
create index provider_ids_hash on cortex.provider_ids (hash);
insert into cortex.provider_ids
select hashtextextended(provider_id, 0), id from cortex.messages where provider_id is not null;

drop index cortex.messages_open, cortex.messages_unknown, cortex.messages_provider;
alter table cortex.messages drop column phase, drop column not_before, drop column batch_index;

-- Batches whose mails may be unknown.
create index send_batches_unknown on cortex.send_batches (claimed_at) where outcome = 'unknown';
-- Ids do not get smaller by compressing them; trying costs as much as the rest of the batch's row.
alter table cortex.send_batches alter column message_ids set storage external;
