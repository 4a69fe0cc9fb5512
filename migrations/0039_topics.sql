-- What people can choose among, besides all or nothing: topics, and a pause.
--
-- Expand only. A process of the release before queues and claims mail without looking at topics or pauses; both are new,
-- so that nothing it holds can name one.

create table cortex.topics (
  id uuid primary key default uuidv7(),
  name text not null,
  description text not null default '',
  -- Where it stands among the others, counted from 0.
  position int not null default 0,
  -- Whether people who never chose get it.
  default_on boolean not null default true,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);

-- What a person said about a topic; no row: nothing. Which of two answers stands is decided as for consent
-- (`cortex.settle_consent`). Rows go along when people are merged (`cortex.hand_over`).
create table cortex.topic_choices (
  person_id uuid not null,
  topic_id uuid not null references cortex.topics (id) on delete cascade,
  wanted boolean not null,
  at timestamptz not null,
  said_by text not null,
  source text,
  primary key (person_id, topic_id)
);
create index topic_choices_topic on cortex.topic_choices (topic_id);

-- No marketing mail until then. `paused_at`: when they asked for it, or ended it.
alter table cortex.people add column paused_until timestamptz, add column paused_at timestamptz;

-- The claim asks about the topic without reading the message.
alter table cortex.outgoing add column topic_id uuid;
