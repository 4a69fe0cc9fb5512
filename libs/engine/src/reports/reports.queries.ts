import { addressOf, addressShown } from '#directory';
import { countByStep, keptCounts, splitSpan, type CountSpan, type MessageCounts, type SplitSpan } from '#emails';
import { decodeCursor, encodeCursor, notFound, type Database, type Tx } from '#platform';
import { runStatus, type RunStatus } from '#contracts';

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

const COLUMNS = `r.id, r.automation_id, r.version, ${addressShown('p')} as contact_email, p.id as contact_id, r.status,
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
  return page<BareRun>(db, SELECT, filter, ['r.automation_id = $1'], [automationId], true);
}

/** Runs of one person in all automations, newest first, each with its latest steps and its automation’s name. */
export function runsOfPerson(
  db: Database,
  filter: RunFilter & { contact_email: string },
): Promise<{ items: (RunView & { automation_name: string })[]; next_cursor: string | null }> {
  return page(db, SELECT_NAMED, filter, [], []);
}

/** A run before its steps are read. */
type BareRun = Omit<RunView, 'steps'>;

async function page<T extends BareRun>(
  db: Database,
  select: string,
  filter: RunFilter,
  where: string[],
  values: unknown[],
  byStatus = false,
): Promise<{ items: (T & Pick<RunView, 'steps'>)[]; next_cursor: string | null }> {
  const bind = (value: unknown) => `$${values.push(value)}`;
  if (filter.contact_email !== undefined) where.push(personIs(bind(addressOf(filter.contact_email) ?? '')));
  // The newest of each status, out of the index: with all of them in one question a rare status or an empty step would
  // be looked for through every run of the automation.
  const each = byStatus && filter.contact_email === undefined && (filter.status ?? filter.node_id) !== undefined;
  const statuses = filter.status === undefined ? undefined : [...new Set([filter.status].flat())];
  if (each) where.push('r.status = w.status');
  else if (statuses) where.push(`r.status = any (${bind(statuses)}::text[])`);
  if (filter.node_id !== undefined) where.push(`r.node_id = ${bind(filter.node_id)}`);
  const after = decodeCursor(filter.cursor, 2);
  if (after) where.push(`(r.entered_at, r.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
  const most = bind(filter.limit + 1);
  const found = `${select} where ${where.join(' and ')}`;
  const sorted = `order by entered_at desc, id desc limit ${most}`;
  const source = each
    ? `unnest(${bind(statuses ?? runStatus.options)}::text[]) w(status) cross join lateral (select * from (${found}) f ${sorted}) q`
    : `(${found}) q`;
  const rows = await db.rows<T & Exact>(
    `select q.*, q.entered_at::text as entered_exact from ${source} ${sorted}`,
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
  const row = await db.row<BareRun>(`${SELECT} where r.id = $1`, [id]);
  if (!row) throw notFound('run');
  return (await withSteps(db, [row], 1_000))[0]!;
}

/** What happened at step `s`; a mail's step tells what became of the mail since. */
export const outcomeNow = `case when m.id is null then s.outcome
  else s.outcome || jsonb_build_object('mail', m.state, 'mail_reason', m.reason) end`;
export const itsMail = `left join cortex.messages m on m.id = (s.outcome ->> 'message_id')::uuid`;

async function withSteps<T extends BareRun>(
  db: Database,
  runs: readonly T[],
  most: number,
): Promise<(T & Pick<RunView, 'steps'>)[]> {
  if (runs.length === 0) return [];
  const steps = await db.rows<StepView & { run_id: string; ord: number }>(
    `select s.run_id, s.node_id, s.visit, s.ord, s.entered_at, s.left_at, s.port, ${outcomeNow} as outcome
     from unnest($1::uuid[]) w(run_id)
     cross join lateral (
       select run_id, node_id, visit, ord, entered_at, left_at, port, outcome from cortex.automation_run_steps
       where run_id = w.run_id order by ord desc limit $2) s
     ${itsMail}
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

type StepCount = { node_id: string; port: string | null; here: boolean; visits: number };

/**
 * What happened at each step, over all versions; `from` and `to` bound when the step was entered. Whole hours, and all
 * time, are read from the counters; in what remains of an hour at either end the rows themselves are counted.
 */
export async function automationStats(db: Database, automationId: string, range: CountSpan): Promise<AutomationStats> {
  return db.tx(
    async (tx) => {
      const { hours, ends } = await splitSpan(tx, range);
      const stats: AutomationStats = { entered: 0, inside: 0, completed: 0, exited: 0, failed: 0, nodes: {} };
      if (hours) await addCounters(stats, tx, automationId, hours);
      for (const end of ends) await addRows(stats, tx, automationId, end);
      for (const [node_id, messages] of await countByStep(tx, automationId, range))
        if (node_id !== '') nodeOf(stats, node_id).messages = messages;
      return stats;
    },
    { isolation: 'REPEATABLE READ', readOnly: true },
  );
}

const nodeOf = (stats: AutomationStats, id: string): NodeStats =>
  (stats.nodes[id] ??= { entered: 0, here_now: 0, left: 0, ports: {} });

function addRuns(stats: AutomationStats, status: RunStatus, n: number): void {
  stats.entered += n;
  stats[status === 'active' || status === 'waiting' ? 'inside' : status] += n;
}

function addStep(stats: AutomationStats, { node_id, port, here, visits }: StepCount): void {
  const node = nodeOf(stats, node_id);
  node.entered += visits;
  if (here) node.here_now += visits;
  else node.left += visits;
  if (port !== null) node.ports[port] = (node.ports[port] ?? 0) + visits;
}

async function addCounters(
  stats: AutomationStats,
  tx: Tx,
  automationId: string,
  hours: NonNullable<SplitSpan['hours']>,
): Promise<void> {
  for (const { what, node_id, state, detail, n } of await keptCounts(tx, automationId, ['run', 'step'], hours)) {
    if (what === 'run') addRuns(stats, state as RunStatus, n);
    else addStep(stats, { node_id, port: state || null, here: detail === 'here', visits: n });
  }
}

async function addRows(
  stats: AutomationStats,
  tx: Tx,
  automationId: string,
  { from, to }: SplitSpan['ends'][number],
): Promise<void> {
  const values = [automationId, from, to];
  const runs = await tx.rows<{ status: RunStatus; n: number }>(
    `select status, count(*)::int as n from cortex.automation_runs
     where automation_id = $1 and entered_at >= $2 and entered_at < $3 group by 1`,
    values,
  );
  for (const { status, n } of runs) addRuns(stats, status, n);
  const steps = await tx.rows<StepCount>(
    `select s.node_id, s.port, s.left_at is null as here, count(*)::int as visits
     from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
     where r.automation_id = $1 and s.entered_at >= $2 and s.entered_at < $3 group by 1, 2, 3`,
    values,
  );
  for (const step of steps) addStep(stats, step);
}
