-- Orders that are fetched from elsewhere: from where, how far, and what was said of each order last.

-- A row for each source that was asked for once. Everything that changed before `since` is here. Between rounds
-- `round_until` is null; within one it is what `since` becomes, and `position` is the page to ask for next.
create table cortex.order_sources (
  source text primary key check (source in ('stripe', 'shop')),
  since timestamptz,
  asked_at timestamptz,
  round_until timestamptz,
  position text,
  counts jsonb,
  begun_at timestamptz,
  ended_at timestamptz,
  error text
);

-- What a source said of an order last, and when it was asked: what was asked earlier says nothing new, whenever it
-- arrives. Not tied to the order's row, which the shop may remove.
create table cortex.order_sightings (
  external_id text primary key,
  source text not null,
  asked_at timestamptz not null,
  amount_minor bigint not null,
  refunded_minor bigint not null,
  currency text not null,
  failed boolean not null
);

-- Orders that name another person at their source than here. Nothing of them was changed.
create table cortex.refused_orders (
  external_id text not null,
  source text not null,
  person_id uuid not null,
  noticed_at timestamptz not null default cortex.now(),
  primary key (source, external_id)
);

-- What a webhook said has changed, until the queue has it.
create table cortex.order_hints (
  id bigint generated always as identity primary key,
  source text not null,
  kind text not null check (kind in ('order', 'customer')),
  external_id text not null,
  noted_at timestamptz not null default cortex.now()
);
