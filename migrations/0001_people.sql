-- People: the shop's tables (other programs write them with plain SQL) and the kept directory row.

-- By name, because a role called cortex would otherwise find its own schema first.
create extension if not exists citext schema public;
create extension if not exists pg_trgm schema public;
create schema if not exists cortex;

-- The only clock of this database. One expression and STABLE, so that it inlines into index conditions.
-- The test harness replaces its body by one that reads a setting; production must not read one,
-- because any role may set a custom setting.
create function cortex.now() returns timestamptz
  language sql stable parallel safe
  return now();

-- Folding for comparison; the TypeScript twin is fold() in libs/rules.
create function cortex.fold(value text) returns text
  language sql immutable strict parallel safe
  return translate(lower(normalize(value) collate "pg_unicode_fast"), 'ς', 'σ');

create function cortex.fold_all(tags text[]) returns text[]
  language sql immutable strict parallel safe
  return array(select cortex.fold(tag) from unnest(tags) with ordinality as t(tag, ord) order by ord);

-- The one form in which an address identifies a person. Text too long for an index is no address: an
-- index of ours must never refuse a row of the shop. Not STRICT, so that the CASE can be inlined.
create function cortex.address(email citext) returns text
  language sql immutable parallel safe
  return case when octet_length(email::text) <= 800 then cortex.fold(btrim(email::text)) end;

create table public.courses (
  id uuid primary key default uuidv7(),
  title text not null,
  price_minor bigint,
  currency char(3),
  created_at timestamptz not null default cortex.now()
);

create table public.unified_profiles (
  id uuid primary key default uuidv7(),
  email citext unique,
  first_name text,
  last_name text,
  phone text,
  country text,
  timezone text,
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
create index unified_profiles_address on public.unified_profiles ((cortex.address(email)) collate "C", created_at, id);

create table public.purchase_leads (
  id uuid primary key default uuidv7(),
  email citext,
  first_name text,
  last_name text,
  phone text,
  country text,
  timezone text,
  tags text[] not null default '{}',
  course_id uuid references public.courses (id) on delete set null,
  external_id text unique,
  source text,
  attributes jsonb not null default '{}',
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
create index purchase_leads_address on public.purchase_leads ((cortex.address(email)) collate "C", created_at desc, id desc);
create index purchase_leads_created on public.purchase_leads (created_at, id);

create table public.transactions (
  id uuid primary key default uuidv7(),
  profile_id uuid not null references public.unified_profiles (id) on delete cascade,
  external_id text unique,
  amount_minor bigint not null,
  refunded_minor bigint not null default 0,
  currency char(3) not null,
  status text not null default 'paid' check (status in ('paid', 'refunded', 'partly_refunded', 'failed')),
  occurred_at timestamptz not null default cortex.now(),
  created_at timestamptz not null default cortex.now()
);
create index transactions_profile on public.transactions (profile_id, occurred_at);

create table public.enrollments (
  id uuid primary key default uuidv7(),
  profile_id uuid not null references public.unified_profiles (id) on delete cascade,
  course_id uuid not null references public.courses (id),
  lead_id uuid references public.purchase_leads (id) on delete set null,
  transaction_id uuid references public.transactions (id) on delete set null,
  status text not null default 'active' check (status in ('active', 'cancelled', 'completed')),
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
create index enrollments_profile on public.enrollments (profile_id, course_id, created_at);
create index enrollments_lead on public.enrollments (lead_id) where lead_id is not null;

-- One row per person, kept by the triggers of repeatable/ and by the HTTP path. A row whose type is
-- NULL is a placeholder: invisible in the view, never deleted, so that a person keeps its key.
create table cortex.people (
  person_id uuid primary key default uuidv7(),
  address text collate "C" not null unique,
  id uuid,
  email citext,
  type text check (type in ('customer', 'lead')),
  first_name text,
  last_name text,
  phone text,
  country text,
  timezone text,
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  created_at timestamptz,
  lifetime_value_minor bigint not null default 0,
  -- Never indexed: an index would make every update non-HOT and triple the cost of an activity.
  last_activity timestamptz,
  consent_status text not null default 'unknown'
    check (consent_status in ('unknown', 'subscribed', 'pending', 'unsubscribed')),
  consent_source text,
  consent_at timestamptz,
  consent_text text,
  suppressed_broadcast boolean not null default false,
  suppressed_transactional boolean not null default false,
  demo boolean not null default false,
  -- Both kept by the trigger fold_person, whoever writes.
  name_folded text not null default '',
  tags_folded text[] not null default '{}'
) with (fillfactor = 80);

-- Not generated columns: their expressions are planned anew for every statement, which costs a shop's write 0.1 ms.
create function cortex.fold_person() returns trigger
  language plpgsql
as $$
declare
  tag text;
begin
  if tg_op = 'UPDATE' and new.first_name is not distinct from old.first_name
    and new.last_name is not distinct from old.last_name and new.tags = old.tags then
    return new;
  end if;
  new.name_folded := cortex.fold(coalesce(new.first_name, '') || ' ' || coalesce(new.last_name, ''));
  new.tags_folded := '{}';
  foreach tag in array new.tags loop
    new.tags_folded := new.tags_folded || cortex.fold(tag);
  end loop;
  return new;
end
$$;
create trigger fold_person before insert or update of first_name, last_name, tags on cortex.people
  for each row execute function cortex.fold_person();
-- Not unique: two addresses may swap profiles in one statement, and a shop may give a lead and a profile one id.
create index people_public_id on cortex.people (id) where id is not null;
create index people_created on cortex.people (created_at desc, person_id) where type is not null;
create index people_tags on cortex.people using gin (tags_folded);
create index people_search on cortex.people using gin (address gin_trgm_ops, name_folded gin_trgm_ops);

-- A merge made by hand: source rows, activities and ids stay as they are, so unlinking removes one row.
create table cortex.person_links (
  person_id uuid primary key references cortex.people (person_id),
  into_person_id uuid not null references cortex.people (person_id),
  created_at timestamptz not null default cortex.now(),
  created_by text,
  check (person_id <> into_person_id)
);

-- Public ids that a person had before; with the ids of its leads and profiles they keep every old link working.
create table cortex.former_ids (
  id uuid primary key,
  person_id uuid not null
);
create index former_ids_person on cortex.former_ids (person_id);

-- What a statement of the shop touched, until the deferred sweep at commit has handled it: addresses, and
-- activities that have no person yet (three parallel arrays).
create unlogged table cortex.touched (
  txid xid8 not null default pg_current_xact_id(),
  addresses text[] not null default '{}',
  activity_ids uuid[] not null default '{}',
  activity_times timestamptz[] not null default '{}',
  activity_addresses text[] not null default '{}'
);
create index touched_txid on cortex.touched (txid);

-- What a sweep could not handle: the view answers for these addresses from the live definition, and a job
-- repairs them. A row with an activity asks for that activity's person and inbox row too; with a person, for
-- the inbox row alone.
create table cortex.pending (
  id bigint generated always as identity primary key,
  address text collate "C" not null,
  activity_id uuid,
  occurred_at timestamptz,
  person_id uuid,
  attempts int not null default 0,
  noted_at timestamptz not null default clock_timestamp()
);
create index pending_address on cortex.pending (address);
create index pending_turn on cortex.pending (attempts, id);

create table cortex.trigger_errors (
  id bigint generated always as identity primary key,
  happened_at timestamptz not null default clock_timestamp(),
  trigger_name text not null,
  sqlstate text not null,
  message text not null,
  context jsonb not null default '{}'
);
