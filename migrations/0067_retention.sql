-- How long each kind of data is kept, and how far the nightly deletion of what is older has come.

-- Months for each kind; null: for ever. Calls of webhook steps went after thirty days before there was a setting.
alter table cortex.settings add column retention jsonb not null
  default '{"activities_months": null, "mails_months": null, "webhook_calls_months": 1, "rejected_months": null}';

-- The last deletion of a kind; one without an end goes on in the next night.
create table cortex.retention_rounds (
  kind text primary key,
  -- What is older goes.
  before timestamptz not null,
  deleted bigint not null default 0,
  began_at timestamptz not null default cortex.now(),
  ended_at timestamptz,
  -- From here on nothing has been deleted, also by earlier rounds with a shorter time.
  known_since timestamptz not null
);

-- How far that deletion has come in each table, in pages of it.
create table cortex.retention_places (
  kind text not null references cortex.retention_rounds (kind) on delete cascade,
  place text not null,
  page bigint not null default 0,
  is_done boolean not null default false,
  primary key (kind, place)
);
