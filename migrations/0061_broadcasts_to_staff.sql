-- A broadcast may go to the people who work here instead of to the people of lists.

alter table cortex.broadcasts add column to_staff boolean not null default false;
