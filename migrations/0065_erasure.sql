-- Erasing a person: what is kept of an address so that it is never mailed again, and entries of the audit that are emptied.

-- What makes the hashes below differ between installations, so that no table of hashes of known addresses fits them.
create table cortex.erasure_salt (
  one boolean primary key default true check (one),
  value text not null
);
insert into cortex.erasure_salt (value) values (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));

-- Addresses that are never mailed again; no more than a hash of each is kept.
create table cortex.erased_addresses (
  hash bytea primary key,
  erased_at timestamptz not null default cortex.now()
);

-- What an entry said before it was emptied, as the hash that its seal was made of. Null: it was never emptied.
alter table cortex.audit add column erased_hash bytea;
