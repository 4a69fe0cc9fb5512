-- Activities from browsers: what a write key signs with, whom a visitor turned out to be, and how much a key has recorded.

-- Sealed by the vault: with it the shop's server signs the addresses of its users. Null for server keys, and for write keys
-- from before this column, which can prove nobody.
alter table cortex.api_keys add column signing_secret text;

-- Each visitor whose identity was proven: once, and of one person for ever.
create table cortex.visitors (
  anonymous_id text primary key,
  person_id uuid not null,
  proven_at timestamptz not null default cortex.now()
);
create index visitors_person on cortex.visitors (person_id);

-- What a write key has taken of its day, in units of visit-limits.ts, reserved by the thousand.
create table cortex.write_key_days (
  key_id uuid not null references cortex.api_keys (id) on delete cascade,
  day date not null,
  taken int not null,
  primary key (key_id, day)
);
