/** A set of rows that a statement made or took away, with `sign`: 1 those that came, -1 those that went. */
const changes = {
  insert: { tables: 'new table as new_rows', moved: 'select *, 1 as sign from new_rows' },
  delete: { tables: 'old table as old_rows', moved: 'select *, -1 as sign from old_rows' },
  update: {
    tables: 'old table as old_rows new table as new_rows',
    moved: 'select *, 1 as sign from new_rows union all select *, -1 as sign from old_rows',
  },
} as const;

const into = 'insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)';

/** What a set of rows of a table adds to the counters. */
const counted = new Map(
  Object.entries<(moved: string) => string>({
    automation_runs: (moved) => `${into}
  select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', sum(sign)
  from (${moved}) moved
  group by 1, 2, status having sum(sign) <> 0;`,

    // Steps are added up before their run is looked up: a statement about many of them asks for few runs.
    automation_run_steps: (moved) => `${into}
  select r.automation_id, s.hour, 'step', s.node_id, s.port, s.place, sum(s.n)
  from (
    select run_id, cortex.hour_of(entered_at) as hour, node_id, coalesce(port, '') as port,
      case when left_at is null then 'here' else 'left' end as place, sum(sign) as n
    from (${moved}) moved
    group by 1, 2, 3, 4, 5 having sum(sign) <> 0) s
  join cortex.automation_runs r on r.id = s.run_id
  group by r.automation_id, s.hour, s.node_id, s.port, s.place having sum(s.n) <> 0;`,

    messages: (moved) => `with counted as (
    select coalesce(automation_id, broadcast_id) as automation_id, cortex.hour_of(created_at) as hour,
      coalesce(node_id, '') as node_id, state,
      case when state = 'skipped' then coalesce(reason, 'other') else '' end as reason, sum(sign) as n,
      sum(sign) filter (where delivered_at is not null) as delivered,
      sum(sign) filter (where opened_at is not null) as opened,
      sum(sign) filter (where clicked_at is not null) as clicked,
      sum(sign) filter (where bounced_at is not null) as bounced,
      sum(sign) filter (where complained_at is not null) as complained,
      sum(sign) filter (where unsubscribed_at is not null) as unsubscribed
    from (${moved}) moved
    where coalesce(automation_id, broadcast_id) is not null group by 1, 2, 3, 4, 5)
  ${into}
  select automation_id, hour, 'mail', node_id, state, reason, n from counted where n <> 0
  union all
  select automation_id, hour, 'mail_outcome', node_id, o.outcome, '', sum(o.n) from counted
  cross join lateral (values ('delivered', delivered), ('opened', opened), ('clicked', clicked), ('bounced', bounced),
    ('complained', complained), ('unsubscribed', unsubscribed)) o(outcome, n)
  where o.n <> 0 group by automation_id, hour, node_id, o.outcome having sum(o.n) <> 0;`,
  }),
);

const trigger = (table: string, happening: keyof typeof changes): string => {
  const name = `cortex.count_${table}_${happening}`;
  const { tables, moved } = changes[happening];
  return `create or replace function ${name}() returns trigger
  language plpgsql
as $$
begin
  ${counted.get(table)!(moved)}
  return null;
end
$$;
create or replace trigger count_${happening} after ${happening} on cortex.${table}
  referencing ${tables} for each statement execute function ${name}();
`;
};

/** The triggers that keep the counters of automations: one function for each table and kind of statement. */
export const counterTriggers =
  (): string => `-- Generated from libs/engine/src/reports/counter-triggers.ts by \`npm run gen\`. Do not edit: change that file.
--
-- Statistics without reading every run, step and mail: counters, kept by the statements that change those tables.
-- No statement touches a counter itself, which would make it a row that everybody waits for: each adds what it changed
-- to automation_hour_changes, and a job folds these into automation_counts and automation_hour_counts now and then. A
-- counter is the sum of both and therefore right in every snapshot, folded or not. Mails of a broadcast are counted under
-- its id. A trigger with transition tables may name one event only, and a function that asks what happened would hold its
-- text three times.

${[...counted.keys()]
  .flatMap((table) => (['insert', 'delete', 'update'] as const).map((happening) => trigger(table, happening)))
  .join('\n')}`;
