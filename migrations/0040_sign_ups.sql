-- Sign-up forms, and who signed up by one: with the words they agreed to, from where, and whether they confirmed.

create table cortex.sign_up_forms (
  id uuid primary key default uuidv7(),
  name text not null,
  topic_ids uuid[] not null default '{}',
  consent_text text not null,
  double_opt_in boolean not null,
  redirect_url text,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);

create table cortex.sign_ups (
  id uuid primary key default uuidv7(),
  -- Stays when the form goes: a link that was mailed still confirms.
  form_id uuid not null,
  form_name text not null,
  address text collate "C" not null,
  first_name text,
  topic_ids uuid[] not null,
  -- As the person saw it.
  consent_text text not null,
  double_opt_in boolean not null,
  ip text not null,
  -- Whoever shares an address: an IPv4 address, or the network of an IPv6 one.
  network text not null,
  created_at timestamptz not null default cortex.now(),
  -- When it was worked off: until then nothing but this row says that somebody signed up.
  handled_at timestamptz,
  person_id uuid,
  -- The mail that asks; several sign-ups of one address within a day share it.
  message_id uuid,
  -- A lead that was made for it, and goes with it when it is never confirmed.
  lead_id uuid,
  confirmed_at timestamptz,
  confirmed_ip text
);
create index sign_ups_network on cortex.sign_ups (network, created_at);
create index sign_ups_address on cortex.sign_ups (address, created_at);
create index sign_ups_message on cortex.sign_ups (message_id) where message_id is not null;
create index sign_ups_open on cortex.sign_ups (created_at) where handled_at is null;
create index sign_ups_form on cortex.sign_ups (form_id);
create index sign_ups_created on cortex.sign_ups (created_at);

-- What a new form starts with.
alter table cortex.settings
  add column double_opt_in boolean not null default true,
  add column consent_text text not null default
    'Yes, I would like to get news and offers by e-mail. I can unsubscribe at any time, with the link in every e-mail.';
