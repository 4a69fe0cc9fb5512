-- Senders that may be chosen, beside the workspace's two. While there is none, mail may name any sender.
create table cortex.senders (
  id uuid primary key default uuidv7(),
  -- As it stands in a mail: a name and an address, or an address.
  mailbox text not null,
  -- The address alone, in small letters.
  address text not null unique,
  created_by text not null,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
