-- What comes in by key and webhook: when it came last, how much of it, and the bodies that were refused. And what types
-- of activities are called.

-- A source is an API key or an inbound webhook by its id, or `stripe`, `shopify` or `postmark`.
create table cortex.source_states (
  source_id text primary key,
  last_accepted_at timestamptz,
  last_refused_at timestamptz
);

-- Counts of the last day, by minute. Written every two seconds at most, by process.
create table cortex.source_minutes (
  minute timestamptz not null,
  source_id text not null,
  accepted int not null,
  rejected int not null,
  -- Accepted because another system's client sends it, and not used.
  unused int not null,
  primary key (minute, source_id)
);

-- The newest refused bodies of each source, a hundred at most.
create table cortex.source_rejects (
  id bigint generated always as identity primary key,
  source_id text not null,
  at timestamptz not null default cortex.now(),
  code text not null,
  reason text not null,
  -- Where in the body, as a JSON pointer.
  pointer text,
  route text not null,
  -- Its beginning; null where none was read.
  body text,
  is_cut boolean not null,
  unused boolean not null,
  -- Of somebody who could not say who they are; of these fewer are kept.
  stranger boolean not null
);
create index source_rejects_of on cortex.source_rejects (source_id, id);

-- What a type is called on screens; a null label: somebody was asked, and wants none.
create table cortex.activity_type_labels (
  type text primary key,
  label text,
  set_by text not null,
  set_at timestamptz not null default cortex.now()
);
