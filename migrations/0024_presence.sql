-- Who has an automation open in the editor now: a row for each browser tab, gone half a minute after the tab is. Nothing
-- of it is worth keeping over a crash, so it is not logged.
create unlogged table cortex.presence (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  tab uuid not null,
  user_id text not null references cortex_staff."user" (id) on delete cascade,
  -- The step that is open, and whether this tab has the first say on it while it is active.
  node_id text,
  holds boolean not null default false,
  active_at timestamptz not null default cortex.now(),
  seen_at timestamptz not null default cortex.now(),
  primary key (automation_id, tab)
);
create index presence_seen on cortex.presence (seen_at);
create index presence_user on cortex.presence (user_id);

-- The editor's own name for what it sent, so that it knows its work again when the answer was lost.
alter table cortex.automation_operations add column batch uuid;
