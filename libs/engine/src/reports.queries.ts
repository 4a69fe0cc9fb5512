import { addressOf } from '#directory';
import { countByStep, type MessageCounts } from '#emails';
import { decodeCursor, encodeCursor, notFound, type Database } from '#platform';
import type { RunStatus } from '#contracts';

export interface StepView {
  node_id: string;
  visit: number;
  entered_at: Date;
  left_at: Date | null;
  port: string | null;
  outcome: Record<string, unknown>;
}

export interface RunView {
  id: string;
  automation_id: string;
  version: number;
  contact_email: string;
  contact_id: string | null;
  status: RunStatus;
  node_id: string | null;
  wake_at: Date | null;
  entered_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
  steps: StepView[];
}

const STEPS_IN_LISTS = 100;

const COLUMNS = `r.id, r.automation_id, r.version, r.contact_email::text as contact_email, p.id as contact_id, r.status,
  r.node_id, r.wake_at, r.entered_at, r.ended_at, r.end_reason`;
const FROM = 'from cortex.automation_runs r left join cortex.people p on p.person_id = r.person_id';
const SELECT = `select ${COLUMNS} ${FROM}`;
const SELECT_NAMED = `select ${COLUMNS}, a.name as automation_name ${FROM} join cortex.automations a on a.id = r.automation_id`;

export interface RunFilter {
  contact_email?: string;
  /** Any of these; all when absent. */
  status?: RunStatus | readonly RunStatus[];
  node_id?: string;
  limit: number;
  cursor?: string;
}

/** Instants with the database's microseconds, for the cursor. */
type Exact = { entered_exact: string };

/** Runs of an automation, newest first, each with its latest steps in order. */
export function runPage(
  db: Database,
  automationId: string,
  filter: RunFilter,
): Promise<{ items: RunView[]; next_cursor: string | null }> {
  return page<RunView>(db, SELECT, filter, ['r.automation_id = $1'], [automationId]);
}

/** Runs of one person in all automations, newest first, each with its latest steps and its automation’s name. */
export function runsOfPerson(
  db: Database,
  filter: RunFilter & { contact_email: string },
): Promise<{ items: (RunView & { automation_name: string })[]; next_cursor: string | null }> {
  return page(db, SELECT_NAMED, filter, [], []);
}

async function page<T extends RunView>(
  db: Database,
  select: string,
  filter: RunFilter,
  where: string[],
  values: unknown[],
): Promise<{ items: T[]; next_cursor: string | null }> {
  const bind = (value: unknown) => `$${values.push(value)}`;
  if (filter.contact_email !== undefined) where.push(personIs(bind(addressOf(filter.contact_email) ?? '')));
  if (filter.status !== undefined) where.push(`r.status = any (${bind([filter.status].flat())}::text[])`);
  if (filter.node_id !== undefined) where.push(`r.node_id = ${bind(filter.node_id)}`);
  const after = decodeCursor(filter.cursor, 2);
  if (after) where.push(`(r.entered_at, r.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
  const rows = await db.rows<T & Exact>(
    `select q.*, q.entered_at::text as entered_exact from (${select} where ${where.join(' and ')}) q
     order by entered_at desc, id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  const shown = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? shown.at(-1) : undefined;
  return {
    items: await withSteps(
      db,
      shown.map(({ entered_exact: _exact, ...run }) => run as unknown as T),
      STEPS_IN_LISTS,
    ),
    next_cursor: last ? encodeCursor([last.entered_exact, last.id]) : null,
  };
}

/** Whoever has this address, and those merged into them. */
const personIs = (address: string): string => `r.person_id in (
  select person_id from cortex.people where address = ${address}
  union all
  select k.person_id from cortex.person_links k join cortex.people p on p.person_id = k.into_person_id
  where p.address = ${address})`;

/** @throws AppError 404 */
export async function runView(db: Database, id: string): Promise<RunView> {
  const row = await db.row<RunView>(`${SELECT} where r.id = $1`, [id]);
  if (!row) throw notFound('run');
  return (await withSteps(db, [row], 1_000))[0]!;
}

async function withSteps<T extends RunView>(db: Database, runs: readonly T[], most: number): Promise<T[]> {
  if (runs.length === 0) return [];
  const steps = await db.rows<StepView & { run_id: string; ord: number }>(
    // A mail's step tells what became of the mail since.
    `select s.run_id, s.node_id, s.visit, s.ord, s.entered_at, s.left_at, s.port, case when m.id is null then s.outcome
       else s.outcome || jsonb_build_object('mail', m.state, 'mail_reason', m.reason) end as outcome
     from unnest($1::uuid[]) w(run_id)
     cross join lateral (
       select run_id, node_id, visit, ord, entered_at, left_at, port, outcome from cortex.automation_run_steps
       where run_id = w.run_id order by ord desc limit $2) s
     left join cortex.messages m on m.id = (s.outcome ->> 'message_id')::uuid
     order by s.run_id, s.ord`,
    [runs.map((run) => run.id), most],
  );
  return runs.map((run) => ({
    ...run,
    steps: steps.filter((step) => step.run_id === run.id).map(({ run_id: _run, ord: _ord, ...step }) => step),
  }));
}

export interface NodeStats {
  entered: number;
  here_now: number;
  left: number;
  ports: Record<string, number>;
  messages?: MessageCounts;
}

export interface AutomationStats {
  entered: number;
  inside: number;
  completed: number;
  exited: number;
  failed: number;
  nodes: Record<string, NodeStats>;
}

/** What happened at each step, over all versions; `from` and `to` bound when the step was entered. */
export async function automationStats(
  db: Database,
  automationId: string,
  range: { from?: string; to?: string },
): Promise<AutomationStats> {
  const values = [automationId, range.from ?? null, range.to ?? null];
  const within = (column: string) =>
    `($2::timestamptz is null or ${column} >= $2) and ($3::timestamptz is null or ${column} < $3)`;
  return db.tx(
    async (tx) => {
      const totals = await tx.row<Omit<AutomationStats, 'nodes'>>(
        `select count(*)::int as entered, count(*) filter (where status in ('active', 'waiting'))::int as inside,
           count(*) filter (where status = 'completed')::int as completed,
           count(*) filter (where status = 'exited')::int as exited, count(*) filter (where status = 'failed')::int as failed
         from cortex.automation_runs where automation_id = $1 and ${within('entered_at')}`,
        values,
      );
      const steps = await tx.rows<{ node_id: string; port: string | null; here: boolean; visits: number }>(
        `select s.node_id, s.port, s.left_at is null as here, count(*)::int as visits
         from cortex.automation_runs r join cortex.automation_run_steps s on s.run_id = r.id
         where r.automation_id = $1 and ${within('s.entered_at')} group by 1, 2, 3`,
        values,
      );
      const mails = await countByStep(tx, automationId, range);
      const nodes: Record<string, NodeStats> = {};
      for (const { node_id, port, here, visits } of steps) {
        const node = (nodes[node_id] ??= { entered: 0, here_now: 0, left: 0, ports: {} });
        node.entered += visits;
        if (here) node.here_now += visits;
        else node.left += visits;
        if (port !== null) node.ports[port] = (node.ports[port] ?? 0) + visits;
      }
      for (const [node_id, messages] of mails) {
        if (node_id === '') continue;
        (nodes[node_id] ??= { entered: 0, here_now: 0, left: 0, ports: {} }).messages = messages;
      }
      return { ...totals!, nodes };
    },
    { isolation: 'REPEATABLE READ', readOnly: true },
  );
}
