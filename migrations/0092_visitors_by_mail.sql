-- The mail whose link proved a visitor; null where the shop's server did, and for visitors from before this column.
alter table cortex.visitors add column message_id uuid;
