-- Signing in: tries that are counted in the database, second factors, and the way back for a forgotten password.

-- One row for each slot of an account, an address or a device. Names are hashed into a fixed number of slots, so that
-- whoever makes up accounts or addresses cannot make the table grow without end. A row that was not used for a day goes.
create table cortex.sign_in_tries (
  key bytea primary key,
  tries int not null,
  last_at timestamptz not null,
  blocked_until timestamptz
);
create index sign_in_tries_by_age on cortex.sign_in_tries (last_at);

-- The secret is encrypted. Until it is confirmed by a code, nobody is asked for one.
create table cortex.staff_second_factors (
  staff_id text primary key references cortex_staff."user" (id) on delete cascade,
  secret bytea not null,
  -- The time step of the last code that was taken: none is taken twice.
  last_step bigint not null default 0,
  created_at timestamptz not null default cortex.now(),
  confirmed_at timestamptz
);

-- Only hashes; a code that was used is gone.
create table cortex.staff_recovery_codes (
  staff_id text not null references cortex.staff_second_factors (staff_id) on delete cascade,
  code_hash bytea not null,
  primary key (staff_id, code_hash)
);

-- At most one open link for each member, and only its hash; a used one is gone.
create table cortex.staff_password_resets (
  staff_id text primary key references cortex_staff."user" (id) on delete cascade,
  token_hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default cortex.now(),
  expires_at timestamptz not null
);

alter table cortex.settings add column admins_need_second_factor boolean not null default false;
