/**
 * What people wait for on an automation's live screen when 1,000,000 runs, 4,000,000 steps and 1,000,000 mails stand
 * behind it: the list of runs, a run's trace and the statistics. Also what keeping the counters costs a write.
 */
import { countByStep } from '#emails';
import { automationStats, Counters, runPage, runView } from '#engine';
import type { Database } from '#platform';
import { withDatabase } from './ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from './server-cpu.js';

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
      `insert into cortex.automation_runs (id, automation_id, version_id, version, person_id, contact_email, entry_key,
         status, node_id, wake_at, entered_at, ended_at, visits)
       select id, $1, $2, 1, person_id, 'person' || n % 200000 || '@example.com', id::text, status,
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
    `insert into cortex.automation_count_changes
     select automation_id, 'run', '', status, '', count(*) from cortex.automation_runs group by 1, 4
     union all
     select r.automation_id, 'step', s.node_id, coalesce(s.port, ''), case when s.left_at is null then 'here' else 'left' end,
       count(*) from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id group by 1, 3, 4, 5
     union all
     select automation_id, 'mail', node_id, state, case when state = 'skipped' then reason else '' end, count(*)
     from cortex.messages where automation_id is not null group by 1, 3, 4, 5
     union all
     select automation_id, 'mail_outcome', node_id, 'delivered', '', count(delivered_at)
     from cortex.messages where automation_id is not null group by 1, 3
     union all
     select automation_id, 'mail_outcome', node_id, 'opened', '', count(opened_at)
     from cortex.messages where automation_id is not null group by 1, 3`,
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
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await measure('statistics of all time', () => automationStats(database, AUTOMATION, {}));
    await measure('statistics of the last 24 hours', () => automationStats(database, AUTOMATION, { from: ago(1) }));
    await measure('statistics of the last 7 days', () => automationStats(database, AUTOMATION, { from: ago(7) }), 3);
    const all = { from: '2000-01-01T00:00:00Z' };
    const mails = () => countByStep(database, AUTOMATION, all);
    await measure('(for comparison: all time, mails counted one by one)', mails, 1);
    const aside = table.length - 1;
    await measure(
      '(for comparison: all time, everything counted)',
      () => automationStats(database, AUTOMATION, all),
      1,
    );
    console.table(table);
    const [kept, counted] = [
      await automationStats(database, AUTOMATION, {}),
      await automationStats(database, AUTOMATION, all),
    ];
    const sorted = (value: unknown): unknown =>
      value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, one]) => [key, sorted(one)]),
          )
        : value;
    if (JSON.stringify(sorted(kept)) !== JSON.stringify(sorted(counted)))
      throw new Error('The counters are not right.');
    await cost(database, pid);
    console.log(`Must: each at most ${MUST} ms.`);
    if (table.slice(0, aside).some((row) => Number(row['ms (median)']) > MUST)) process.exitCode = 1;
  },
  { shared_buffers: '1GB', max_wal_size: '8GB', max_parallel_workers_per_gather: '0', fsync: 'off' },
);
