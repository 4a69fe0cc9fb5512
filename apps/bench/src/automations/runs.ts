/**
 * What people wait for on an automation's live screen when 1,000,000 runs, 4,000,000 steps and 1,000,000 mails stand
 * behind it: the list of runs, a run's trace and the statistics. Also what keeping the counters costs a write.
 */
import { countByStep } from '#emails';
import { automationStats, Counters, runPage, runView, visitPage } from '#engine';
import type { Database } from '#platform';
import { withDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const RUNS = Number(process.env.BENCH_RUNS ?? 1_000_000);
const ROUNDS = 7;
const MUST = 300;
const DAYS = 90;
const AUTOMATION = '00000000-0000-7000-8000-0000000000a1';
const VERSION = '00000000-0000-7000-8000-0000000000b1';
const CONTENT = '00000000-0000-7000-8000-0000000000c1';

/** Run n: entered evenly over the days, oldest first. One in five waits, one in twenty was taken out, few failed. */
const RUN = `select n, ('10000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
  ('20000000-0000-7000-8000-' || lpad(to_hex(n * 7919::bigint % 200000), 12, '0'))::uuid as person_id,
  now() - make_interval(secs => (${RUNS} - n) * ${DAYS * 86_400}::float8 / ${RUNS}) as at,
  case when n % 5 = 0 then 'waiting' when n % 20 = 1 then 'exited' when n % 50000 = 3 then 'failed' else 'completed' end as status
  from generate_series(1, ${RUNS}) n`;

async function fill(database: Database): Promise<void> {
  await database.tx(async (tx) => {
    // Without triggers and the checking of keys; the counters are set from what was inserted.
    await tx.run('set local session_replication_role = replica');
    await tx.run(`insert into cortex.automations (id, name, draft_graph, status) values ($1, 'Big', '{}', 'live')`, [
      AUTOMATION,
    ]);
    await tx.run(
      `insert into cortex.automation_versions (id, automation_id, number, graph, settings) values ($2, $1, 1, '{}', '{}')`,
      [AUTOMATION, VERSION],
    );
    await tx.run(
      `insert into cortex.mail_contents (id, hash, subject, html) values ($1, '\\x01', 'Hello', '<p>Hello</p>')`,
      [CONTENT],
    );
    await tx.run(
      `insert into cortex.automation_runs (id, automation_id, version_id, version, person_id, entry_key,
         status, node_id, wake_at, entered_at, ended_at, visits)
       select id, $1, $2, 1, person_id, id::text, status,
         case when status = 'waiting' and n % 50000 = 0 then 'rare' when status = 'waiting' then 'wait' else 'end' end,
         case when status = 'waiting' then now() + interval '3 days' end, at,
         case when status <> 'waiting' then at + interval '1 hour' end, 4 from (${RUN}) r`,
      [AUTOMATION, VERSION],
    );
    await tx.run(
      `insert into cortex.automation_run_steps (run_id, node_id, visit, ord, entered_at, left_at, port, outcome)
       select r.id, s.node_id, 1, s.ord, r.at, case when s.ord < 4 or r.status <> 'waiting' then r.at end,
         case when s.ord < 4 or r.status <> 'waiting' then s.port end,
         case when s.ord = 3 then jsonb_build_object('message_id', r.id) else '{"values": {"metadata.value": 49}}' end
       from (${RUN}) r cross join lateral (values ('start', 1, 'next'), ('filter', 2, case when r.n % 3 = 0 then 'no' else 'yes' end),
         ('mail', 3, 'next'), (case when r.n % 50000 = 0 then 'rare' else 'wait' end, 4, 'next')) s(node_id, ord, port)`,
    );
    await tx.run(
      `insert into cortex.messages (id, dedupe_key, automation_id, version, run_id, node_id, visit, person_id, contact_email,
         stream, content_id, state, reason, created_at, sent_at, delivered_at, opened_at)
       select id, 'run:' || n, $1, 1, id, 'mail', 1, person_id, 'person' || n % 200000 || '@example.com', 'broadcast', $2,
         case when n % 10 = 0 then 'skipped' else 'sent' end, case when n % 10 = 0 then 'not_subscribed' end, at,
         case when n % 10 > 0 then at end, case when n % 10 > 0 then at end, case when n % 10 > 6 then at end
       from (${RUN}) r`,
      [AUTOMATION, CONTENT],
    );
    await tx.run(
      `insert into cortex.people (person_id, email, address)
       select ('20000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'buyer' || n || '@example.com', 'buyer' || n || '@example.com'
       from generate_series(0, 199999) n`,
    );
  });
  for (const table of ['automation_runs', 'automation_run_steps', 'messages', 'people']) {
    await database.run(`vacuum analyze cortex.${table}`);
  }
}

/** As the migration fills them: by one counting of everything. Answers milliseconds. */
async function setCounters(database: Database): Promise<number> {
  const began = performance.now();
  await database.run(
    `insert into cortex.automation_hour_changes (automation_id, hour, what, node_id, state, detail, n)
     select automation_id, cortex.hour_of(entered_at), 'run', '', status, '', count(*) from cortex.automation_runs group by 1, 2, 5
     union all
     select r.automation_id, cortex.hour_of(s.entered_at), 'step', s.node_id, coalesce(s.port, ''),
       case when s.left_at is null then 'here' else 'left' end,
       count(*) from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id group by 1, 2, 4, 5, 6
     union all
     select automation_id, cortex.hour_of(created_at), 'mail', node_id, state, case when state = 'skipped' then reason else '' end, count(*)
     from cortex.messages where automation_id is not null group by 1, 2, 4, 5, 6
     union all
     select automation_id, cortex.hour_of(created_at), 'mail_outcome', node_id, 'delivered', '', count(delivered_at)
     from cortex.messages where automation_id is not null group by 1, 2, 4
     union all
     select automation_id, cortex.hour_of(created_at), 'mail_outcome', node_id, 'opened', '', count(opened_at)
     from cortex.messages where automation_id is not null group by 1, 2, 4`,
  );
  await new Counters(database).fold();
  return performance.now() - began;
}

const table: Record<string, number | string>[] = [];
async function measure(question: string, work: () => Promise<unknown>, rounds = ROUNDS): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    await work();
    if (round > 0 || rounds === 1) times.push(performance.now() - began);
  }
  table.push({ question, 'ms (median)': median(times).toFixed(1), 'ms (worst)': Math.max(...times).toFixed(1) });
}

interface Span {
  from?: string;
  to?: string;
}

/** The statistics by counting every row, without counters. */
async function oneByOne(database: Database, { from, to }: Span): Promise<unknown> {
  const values = [AUTOMATION, from ?? '-infinity', to ?? 'infinity'];
  const within = (column: string) => `${column} >= $2 and ${column} < $3`;
  const totals = await database.row(
    `select count(*)::int as entered, count(*) filter (where status in ('active', 'waiting'))::int as inside,
       count(*) filter (where status = 'completed')::int as completed,
       count(*) filter (where status = 'exited')::int as exited, count(*) filter (where status = 'failed')::int as failed
     from cortex.automation_runs where automation_id = $1 and ${within('entered_at')}`,
    values,
  );
  const steps = await database.rows<{ node_id: string; port: string | null; here: boolean; n: number }>(
    `select s.node_id, s.port, s.left_at is null as here, count(*)::int as n
     from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
     where r.automation_id = $1 and ${within('s.entered_at')} group by 1, 2, 3`,
    values,
  );
  const mails = await database.rows<{ node_id: string; state: string; reason: string | null } & Record<string, number>>(
    `select node_id, state, reason, count(*)::int as n, count(delivered_at)::int as delivered, count(opened_at)::int as opened
     from cortex.messages where automation_id = $1 and ${within('created_at')} group by 1, 2, 3`,
    values,
  );
  type Node = { entered: number; here_now: number; left: number; ports: Record<string, number>; messages?: unknown };
  const nodes: Record<string, Node> = {};
  for (const { node_id, port, here, n } of steps) {
    const node = (nodes[node_id] ??= { entered: 0, here_now: 0, left: 0, ports: {} });
    node.entered += n;
    node[here ? 'here_now' : 'left'] += n;
    if (port !== null) node.ports[port] = (node.ports[port] ?? 0) + n;
  }
  const none = { ...(await countByStep(database, AUTOMATION, {})).get('mail')! };
  for (const name of Object.keys(none)) if (name !== 'skipped') none[name as 'candidates'] = 0;
  none.skipped = Object.fromEntries(Object.keys(none.skipped).map((reason) => [reason, 0]));
  for (const { node_id, state, reason, n, delivered, opened } of mails) {
    const counts = ((nodes[node_id]!.messages as typeof none | undefined) ??= structuredClone(none));
    counts.candidates += n!;
    if (state === 'skipped') counts.skipped[reason!] = (counts.skipped[reason!] ?? 0) + n!;
    else counts[state as 'sent'] += n!;
    counts.delivered += delivered!;
    counts.opened += opened!;
  }
  return { ...totals, nodes };
}

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      )
    : value;

/** Microseconds of the server's processor per mail marked as sent, in statements of 500, with and without counters. */
async function cost(database: Database, pid: number): Promise<void> {
  const spent: Record<string, number[]> = { replica: [], origin: [] };
  for (let round = 0; round < 6; round += 1) {
    for (const role of ['replica', 'origin'] as const) {
      const before = await readServerCpu(pid);
      for (let batch = 0; batch < 20; batch += 1) {
        const from = (round * 40 + batch + (role === 'origin' ? 20 : 0)) * 500;
        await database.tx(async (tx) => {
          await tx.run(`set local session_replication_role = ${role}`);
          await tx.run(
            `update cortex.messages set clicked_at = now(), state = 'sent' where id in (
               select ('10000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid from generate_series($1::int, $1 + 499) n)`,
            [from + 1],
          );
        });
      }
      spent[role]!.push(microsecondsBetween(before, await readServerCpu(pid)) / 10_000);
    }
  }
  console.log(
    `Updating a mail: ${median(spent.replica!).toFixed(1)} µs without triggers, ${median(spent.origin!).toFixed(1)} µs with the counters (server CPU, 500 in a statement).`,
  );
}

await withDatabase(
  async ({ database, pid }) => {
    const began = performance.now();
    await fill(database);
    console.log(`Filled in ${((performance.now() - began) / 1000).toFixed(0)} s.`);
    console.log(`Counting everything once: ${(await setCounters(database)).toFixed(0)} ms.`);
    const list = (more: object) => () => runPage(database, AUTOMATION, { limit: 50, ...more });
    await measure('runs, first page', list({}));
    await measure('runs, waiting or active', list({ status: ['active', 'waiting'] }));
    await measure('runs, completed', list({ status: 'completed' }));
    await measure('runs, failed (20 of them)', list({ status: 'failed' }));
    await measure('runs at a step with 200,000', list({ node_id: 'wait' }));
    await measure('runs at a step with 20', list({ node_id: 'rare' }));
    await measure('runs at a step with none', list({ node_id: 'nowhere' }));
    await measure('runs of an address', list({ contact_email: 'buyer4711@example.com' }));
    const { items, next_cursor } = await runPage(database, AUTOMATION, { limit: 50, node_id: 'wait' });
    await measure('runs at a step, second page', list({ node_id: 'wait', cursor: next_cursor! }));
    await measure('one run with its trace', () => runView(database, items[0]!.id));
    const visits = (more: { node_id: string; figure: 'entered' | 'here' | 'left'; port?: string }) => () =>
      visitPage(database, AUTOMATION, { limit: 50, ...more });
    await measure('visits of a step with 200,000 there', visits({ node_id: 'wait', figure: 'entered' }));
    await measure('those there now', visits({ node_id: 'wait', figure: 'here' }));
    await measure('those there now, of 20', visits({ node_id: 'rare', figure: 'here' }));
    await measure('those who left', visits({ node_id: 'wait', figure: 'left' }));
    await measure(
      'those who left by a way that nobody took',
      visits({ node_id: 'wait', figure: 'left', port: 'none' }),
    );
    const ago = (days: number) => ({ from: new Date(Date.now() - days * 86_400_000).toISOString() });
    const between = { from: ago(33.3).from, to: ago(2.2).from };
    const statistics = (span: Span) => () => automationStats(database, AUTOMATION, span);
    await measure('statistics of all time', statistics({}));
    await measure('statistics of the last 24 hours', statistics(ago(1)));
    await measure('statistics of the last 7 days', statistics(ago(7)));
    await measure('statistics of the last 30 days', statistics(ago(30)));
    await measure('statistics of a span of 31 days, both ends inside an hour', statistics(between));
    const aside = table.length;
    await measure('(for comparison: the last 24 hours, everything counted)', () => oneByOne(database, ago(1)), 1);
    await measure('(for comparison: all time, everything counted)', () => oneByOne(database, {}), 1);
    console.table(table);
    for (const span of [{}, ago(1), ago(7), ago(30), between]) {
      const [kept, counted] = [await automationStats(database, AUTOMATION, span), await oneByOne(database, span)];
      if (JSON.stringify(sorted(kept)) !== JSON.stringify(sorted(counted)))
        throw new Error(`The counters are not right: ${JSON.stringify([span, kept, counted])}`);
    }
    await cost(database, pid);
    console.log(`Must: each at most ${MUST} ms.`);
    if (table.slice(0, aside).some((row) => Number(row['ms (median)']) > MUST)) process.exitCode = 1;
  },
  { shared_buffers: '1GB', max_wal_size: '8GB', max_parallel_workers_per_gather: '0', fsync: 'off' },
);
