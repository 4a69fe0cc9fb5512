create table public.crm_smart_lists (
  id uuid primary key default uuidv7(),
  name text not null,
  kind text not null default 'rules' check (kind in ('rules', 'static')),
  rules jsonb,
  folder text,
  user_count int,
  counted_at timestamptz,
  count_ms int,
  revision int not null default 1,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now(),
  check (kind = 'static' or rules is not null)
);

-- Members of static lists, and the kept membership of rule lists that are used somewhere.
create table cortex.list_members (
  smart_list_id uuid not null references public.crm_smart_lists (id) on delete cascade,
  person_id uuid not null,
  entered_at timestamptz not null default cortex.now(),
  next_check_at timestamptz,
  primary key (smart_list_id, person_id)
);
create index list_members_person on cortex.list_members (person_id);
create index list_members_check on cortex.list_members (next_check_at) where next_check_at is not null;

-- Who uses what (a list, a template, another automation), written by the user's side at save.
create table cortex.uses (
  user_kind text not null,
  user_id uuid not null,
  used_kind text not null,
  used_id uuid not null,
  primary key (user_kind, user_id, used_kind, used_id)
);
create index uses_used on cortex.uses (used_kind, used_id);
