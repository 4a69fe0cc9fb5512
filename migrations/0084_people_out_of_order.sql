-- What 0083 replaces. Old processes find the new index as well.
-- squawk-ignore require-concurrent-index-deletion
drop index if exists cortex.people_created;
