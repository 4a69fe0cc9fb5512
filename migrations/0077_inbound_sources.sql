-- Webhooks of systems that Cortex does not know, mapped by people.

create table cortex.inbound_sources (
  id uuid primary key default uuidv7(),
  name text not null,
  -- SHA-256 of the token in its address; the token itself is shown once.
  token_hash bytea not null unique,
  -- What is read of a body; null until somebody has said it.
  mapping jsonb,
  is_on boolean not null default false,
  created_by text not null,
  created_at timestamptz not null default cortex.now()
);

-- The newest bodies that came while a webhook was not switched on, ten at most.
create table cortex.inbound_samples (
  id bigint generated always as identity primary key,
  source_id uuid not null references cortex.inbound_sources (id) on delete cascade,
  body text not null,
  at timestamptz not null default cortex.now()
);
create index inbound_samples_of on cortex.inbound_samples (source_id, id);

-- Refunds that Shopify reported, by themselves or with their order: what was given back of an order is their sum, in
-- whatever order the reports come.
create table cortex.shopify_refunds (
  refund_id text primary key,
  order_id text not null,
  amount_minor bigint not null,
  currency text not null
);
create index shopify_refunds_of on cortex.shopify_refunds (order_id);
