-- Broadcasts whose mails leave one after the other: spread over some hours, or at each person's own time of day.

alter table cortex.broadcasts
  add column spread jsonb,
  add column local_time boolean not null default false,
  -- When the worker begins, where it is not the time that was chosen: east of here that time comes earlier.
  add column begins_at timestamptz,
  -- Its mails leave by turns (broadcast_turns): from when they are counted, the last one that was put into the queue, and
  -- when the feeder last looked, to see what became due while nothing ran.
  add column by_turns boolean not null default false,
  add column turns_from timestamptz,
  add column turn_after int,
  add column turn_message uuid,
  add column looked_at timestamptz,
  -- Its turns are still to be forgotten when it has ended.
  add column turns_kept boolean not null default false;
-- The table has a row for each broadcast.
-- squawk-ignore require-concurrent-index-creation
create index broadcasts_turns_kept on cortex.broadcasts (id) where turns_kept;

-- When each mail of such a broadcast may leave, in the order in which they do. Not in the queue, where what is not due would
-- take the places of what is; and not on the mail, which has enough indexes.
create table cortex.broadcast_turns (
  broadcast_id uuid not null,
  -- Seconds after `turns_from`.
  due_after int not null,
  message_id uuid not null,
  primary key (broadcast_id, due_after, message_id)
);
