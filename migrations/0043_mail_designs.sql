-- What templates were, version by version; rows of designs that are kept for other mails; pictures; how mail looks.

-- The plain text that a design says where its author wrote none.
alter table cortex.templates add column generated_text text;

-- A version never changes, but for who approved it.
create table cortex.template_versions (
  template_id uuid not null references cortex.templates (id) on delete cascade,
  number int not null,
  name text not null,
  stream text not null,
  editor text not null,
  subject text not null,
  preheader text not null,
  design jsonb,
  html text not null,
  text text,
  generated_text text,
  saved_at timestamptz not null default cortex.now(),
  saved_by text,
  approved_at timestamptz,
  approved_by text,
  primary key (template_id, number)
);

-- Templates are few. What was system mail before anybody was asked goes on as it is.
insert into cortex.template_versions
  (template_id, number, name, stream, editor, subject, preheader, design, html, text, saved_at, saved_by, approved_at)
select id, version, name, stream, editor, subject, preheader, design, html, text, updated_at,
  case version when 1 then created_by end, case stream when 'transactional' then updated_at end
from cortex.templates;

create table cortex.mail_blocks (
  id uuid primary key default uuidv7(),
  name text not null,
  row jsonb not null,
  created_by text,
  created_at timestamptz not null default cortex.now(),
  updated_at timestamptz not null default cortex.now()
);

-- Pictures of mails. The name cannot be guessed and is all that one needs to see the picture, so it never changes.
create table cortex.media (
  id uuid primary key default uuidv7(),
  name text not null unique,
  title text not null default '',
  alt text not null default '',
  content_type text not null check (content_type in ('image/jpeg', 'image/png', 'image/gif')),
  width int not null,
  height int not null,
  bytes int not null,
  created_by text,
  created_at timestamptz not null default cortex.now()
);
-- Apart, so that lists read none of it.
create table cortex.media_data (
  media_id uuid primary key references cortex.media (id) on delete cascade,
  data bytea not null
);

alter table cortex.settings add column brand jsonb not null default '{}';
