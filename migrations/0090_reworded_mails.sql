-- What mail steps of earlier versions say from now on: when publishing, somebody chose that the new words also reach
-- those who finish on the version they entered. A version itself never changes.
create table cortex.reworded_mails (
  automation_id uuid not null references cortex.automations (id) on delete cascade,
  node_id text not null,
  -- The version that brought the words; they are for those before it.
  version int not null,
  content_id uuid not null references cortex.mail_contents (id),
  primary key (automation_id, node_id)
);
