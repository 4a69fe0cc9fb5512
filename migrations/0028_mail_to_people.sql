-- A mail goes to a person: their address is read when the mail is queued and again when it is claimed, so that what waits
-- follows a person who changes it. Only mail to a colleague, about somebody else, has an address of its own.
--
-- Expand: the two new columns have defaults, so that processes of the release before may go on writing both tables.
-- Contract: `outgoing.contact_email` was a copy that nobody reads any more. Processes of the release before still write
-- it: what they queue after this fails, rolls back with its run, and is tried again by processes of this release.

-- Written once, when the mail is queued.
alter table cortex.messages add column to_colleague boolean not null default false;
alter table cortex.outgoing add column to_colleague boolean not null default false;

-- Of what waits, only tests for members of staff have neither automation nor broadcast.
update cortex.messages m set to_colleague = true
from cortex.outgoing o
where o.message_id = m.id and o.automation_id is null and o.broadcast_id is null;
update cortex.outgoing set to_colleague = true where automation_id is null and broadcast_id is null;

alter table cortex.outgoing drop column contact_email;
