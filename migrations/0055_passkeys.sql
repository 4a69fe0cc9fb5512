-- Passkeys of staff: the keys of their devices, with which they sign in without a password.

create table cortex.staff_passkeys (
  id uuid primary key default uuidv7(),
  staff_id text not null references cortex_staff."user" (id) on delete cascade,
  name text not null,
  -- As the device names it. Whoever knows it can do nothing with it.
  credential_id bytea not null unique,
  public_key bytea not null,
  -- How often it was used, where the device counts.
  counter bigint not null default 0,
  transports text[] not null default '{}',
  -- Kept by a provider for all devices of its owner, and not on one alone.
  synced boolean not null,
  created_at timestamptz not null default cortex.now(),
  last_used_at timestamptz
);
create index staff_passkeys_by_staff on cortex.staff_passkeys (staff_id);

-- Challenges that were answered rightly, so that no answer works twice. Each is forgotten once it has run out.
create table cortex.staff_passkey_answers (
  challenge bytea primary key,
  answered_at timestamptz not null default cortex.now()
);
