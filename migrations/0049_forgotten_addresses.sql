-- From where somebody signed up is proof of their consent, and not kept without end.
--
-- Expand only: processes of the release before write both columns, and read neither of a sign-up as old as that.

-- squawk-ignore ban-drop-not-null
alter table cortex.sign_ups alter column ip drop not null, alter column network drop not null;
-- A row for each filled-in form: built in a moment.
-- squawk-ignore require-concurrent-index-creation
create index sign_ups_addresses on cortex.sign_ups (created_at) where ip is not null;
