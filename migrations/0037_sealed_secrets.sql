-- Values that only the application can read: encrypted under CORTEX_SECRET before they come here. A drawing names them by
-- id; a row never changes, except that it is encrypted anew when CORTEX_SECRET does.
create table cortex.secret_values (
  id uuid primary key default uuidv7(),
  sealed text not null,
  set_by text not null,
  set_at timestamptz not null default cortex.now()
);

-- Kept answers hold API keys and invitation links in the clear. From now on they are encrypted, as `sealed`; `answer` goes
-- in a later release, once no process of the one before writes it.
delete from cortex.request_keys;
alter table cortex.request_keys add column sealed text;

-- Rows that were written with secrets in the clear. SQL has no key, so the application takes these at its next start,
-- encrypts what they hold, and deletes each row here as it is done.
create table cortex.unsealed (
  place text not null check (place in ('draft', 'version', 'operations', 'backtest', 'call', 'signing')),
  id text not null,
  primary key (place, id)
);
insert into cortex.unsealed
select 'draft', id::text from cortex.automations where draft_graph @? '$.nodes[*].config.headers'
union all
select 'version', id::text from cortex.automation_versions where graph @? '$.nodes[*].config.headers'
union all
select 'operations', automation_id || ':' || revision from cortex.automation_operations
where operations @? '$[*].** ? (exists (@.headers))'
union all
select 'backtest', id::text from cortex.backtests where graph @? '$.nodes[*].config.headers'
union all
select 'call', id::text from cortex.webhook_calls where headers <> '{}'
union all
select 'signing', id::text from cortex.webhook_secrets;
