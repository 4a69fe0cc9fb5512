-- Addresses whose rows in the shop's tables cannot be brought into the directory, whatever is tried: their turn in
-- cortex.pending is over until one of those rows changes.
create table cortex.set_aside (
  address text collate "C" primary key,
  -- How often it failed since its rows last changed.
  attempts int not null,
  sqlstate text not null,
  -- What its rows looked like then, see cortex.address_fingerprint.
  fingerprint text not null,
  since timestamptz not null default clock_timestamp()
);
