-- One mail to many people at one time: what it says, for whom, how far it has come, and whom it leaves out and why.

create table cortex.broadcasts (
  id uuid primary key default uuidv7(),
  name text not null,
  status text not null default 'draft'
    check (status in ('draft', 'scheduled', 'preparing', 'sending', 'paused', 'sent', 'failed', 'cancelled')),
  -- Counts the saves; by field, the revision that last changed it: who saves another field overwrites nothing.
  revision int not null default 1,
  field_revisions jsonb not null default '{}',

  subject text not null default '',
  preheader text not null default '',
  email_from text,
  topic_id uuid,
  include_smart_list_ids uuid[] not null default '{}',
  exclude_smart_list_ids uuid[] not null default '{}',
  rules jsonb,
  -- A template, or what follows.
  template_id uuid,
  editor text not null default 'html' check (editor in ('html', 'mjml', 'unlayer')),
  design jsonb,
  html text not null default '',
  text text,
  generated_text text,

  scheduled_at timestamptz,
  started_at timestamptz,
  frozen_at timestamptz,
  finished_at timestamptz,
  -- Why it is paused or failed, where nobody decided so.
  reason text,

  -- Pinned when it is sent or scheduled.
  content_id uuid references cortex.mail_contents (id),
  job_id uuid,
  -- Freezing: the audience with the rules of its lists and the instant at which all of it is asked, the last person to
  -- look at, and the one up to whom has been looked.
  audience jsonb,
  freeze_until uuid,
  freeze_cursor uuid,
  candidates int not null default 0,
  -- Of these, how many have no mail, by reason: the rows of broadcast_exclusions, counted.
  left_out jsonb not null default '{}',
  -- Up to which of its mails has been put into the queue.
  fed_until uuid,
  -- It was paused, cancelled or given up, and something of it may still be under way: when to look after it next.
  settle_at timestamptz,
  -- Mails that the provider answered about since it was last started, and those of them that it refused.
  answered int not null default 0,
  refused int not null default 0,

  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);
-- What the worker looks for.
create index broadcasts_busy on cortex.broadcasts (status) where status in ('preparing', 'sending');
create index broadcasts_due on cortex.broadcasts (scheduled_at) where status = 'scheduled';
create index broadcasts_settle on cortex.broadcasts (settle_at) where settle_at is not null;
create index broadcasts_changed on cortex.broadcasts (updated_at desc, id desc);

-- Who was in the audience when it was frozen and gets no mail.
create table cortex.broadcast_exclusions (
  broadcast_id uuid not null,
  person_id uuid not null,
  reason text not null,
  primary key (broadcast_id, person_id)
);
create index broadcast_exclusions_person on cortex.broadcast_exclusions (person_id);

-- A broadcast's mails in the order in which they were frozen. Where there are many mails it is built by hand before:
-- create index concurrently messages_of_broadcast on cortex.messages (broadcast_id, id) where broadcast_id is not null;
-- squawk-ignore require-concurrent-index-creation
create index if not exists messages_of_broadcast on cortex.messages (broadcast_id, id) where broadcast_id is not null;
-- It held the mails of broadcasts, and there are none yet.
-- squawk-ignore require-concurrent-index-deletion
drop index cortex.messages_broadcast;

-- Those of its mails that stand in the queue; other mail writes nothing to it. There are none yet, so that building it is
-- one look at what waits.
-- squawk-ignore require-concurrent-index-creation
create index outgoing_of_broadcast on cortex.outgoing (broadcast_id, (coalesce(not_before, created_at)))
  where broadcast_id is not null;
