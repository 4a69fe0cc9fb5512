-- The mails of a broadcast that came to rest otherwise than sent, by state: they are few among a million, and an index over
-- the state would be written each time a mail is claimed or sent. Kept by a trigger (38_broadcast_report.sql).

create table cortex.broadcast_rests (
  broadcast_id uuid not null,
  state text not null check (state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled')),
  message_id uuid not null,
  primary key (broadcast_id, state, message_id)
);

-- Broadcasts that were sent before.
insert into cortex.broadcast_rests (broadcast_id, state, message_id)
select m.broadcast_id, m.state, m.id from cortex.messages m
where m.broadcast_id is not null and m.state in ('skipped', 'failed', 'uncertain', 'unknown', 'cancelled');
