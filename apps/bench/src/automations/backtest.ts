/**
 * Goals 15 and 14: a backtest of recorded activities through ten steps, against reading the same activities and
 * testing the entry rule once for each (json-rules-engine, facts at hand). A B A B, processor time of this process and
 * of PostgreSQL together. Then the memory of a worker as production starts it, while it carries out a backtest of a
 * third of the time and one of all of it: flat means that three times the activities take no more. BENCH_ACTIVITIES, a
 * million when absent, of a tenth as many people; BENCH_ROUNDS, two when absent.
 */
import { Automations } from '#automations';
import { Backtests } from '#engine';
import { newId, readConfig, systemActor, Vault } from '#platform';
import { compileBench, drawing, replay, log } from './backtest-drawing.js';
import { withDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { watchWorker, type WorkerMemory } from '../measuring/worker-memory.js';
import { Decider } from '#rules/engine';
import type { Database } from '#platform';
import type { DraftSettings } from '#graph';

const ACTIVITIES = Number(process.env.BENCH_ACTIVITIES ?? 1_000_000);
const PEOPLE = Math.max(100, Math.floor(ACTIVITIES / 10));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2);
const PAGE = 5_000;
const MUST = 3;
const STRETCH = 1.5;
const MEMORY_MUST = 300;
const MEMORY_STRETCH = 200;
const TO = new Date('2026-05-01T00:00:00Z');
const FROM = new Date('2026-04-01T00:00:00Z');
const SHORT = new Date('2026-04-11T00:00:00Z');

interface Cost {
  process: number;
  postgres: number;
  wall: number;
}

await withDatabase(async ({ url, pid, database }) => {
  await seed(database);
  const version = compileBench(newId());
  const arms = {
    'reading and testing': () => readAndTest(database, undefined),
    'the same, type first': () => readAndTest(database, 'cart.left'),
    backtest: async () => {
      const result = await replay(database, version, { from: FROM, to: TO }, log);
      entered = result.entered;
      steps = Object.values(result.nodes).reduce((sum, node) => sum + node.entered, 0);
    },
  };
  type Arm = keyof typeof arms;
  const names = Object.keys(arms) as Arm[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Arm, Cost[]>;
  let entered = 0;
  let steps = 0;
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of names) measured[name].push(await cost(pid, arms[name]));
  const of = (name: Arm, part: keyof Cost) => median(measured[name].map((each) => each[part]));
  const total = (name: Arm) => of(name, 'process') + of(name, 'postgres');
  const ratios = (arm: Arm) =>
    measured.backtest.map((each, at) => {
      const other = measured[arm][at]!;
      return (each.process + each.postgres) / (other.process + other.postgres);
    });
  console.log(
    `${ACTIVITIES.toLocaleString('en')} activities of ${PEOPLE.toLocaleString('en')} people; ${entered.toLocaleString('en')} entered, ${steps.toLocaleString('en')} steps`,
  );
  console.table(
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          'µs process / activity': round(of(name, 'process') / ACTIVITIES),
          'µs PostgreSQL / activity': round(of(name, 'postgres') / ACTIVITIES),
          seconds: round(of(name, 'wall') / 1e6),
        },
      ]),
    ),
  );
  const ratio = total('backtest') / total('reading and testing');
  const spread = ratios('reading and testing');
  console.log(
    `Goal 15: ${round(ratio)} × (${round(Math.min(...spread))}–${round(Math.max(...spread))}; must ${MUST}, stretch ${STRETCH}). ` +
      `Against asking the rule only where the type is the asked one: ${round(total('backtest') / total('the same, type first'))} ×.`,
  );
  const memory = [await remembered(database, url, SHORT), await remembered(database, url, TO)];
  console.log('Goal 14, its replaying half: the worker as production starts it, resident memory.');
  console.table(
    memory.map((each) => ({
      activities: each.activities.toLocaleString('en'),
      seconds: round(each.seconds),
      'worker CPU, s': round(each.cpu),
      'before, MB': Math.round(each.idle),
      'first quarter, MB': Math.round(each.early),
      'last quarter, MB': Math.round(each.late),
      'at most, MB': Math.round(each.most),
      'must, MB': `${MEMORY_MUST}, flat`,
      'stretch, MB': MEMORY_STRETCH,
    })),
  );
  if (ratio > MUST || memory.some(({ most }) => most > MEMORY_MUST)) process.exitCode = 1;
});

/** A worker's memory while it carries out a backtest that ends then, ordered as people order it. */
async function remembered(database: Database, url: string, to: Date): Promise<WorkerMemory & { activities: number }> {
  const actor = systemActor('bench');
  const { id } = await new Automations(database, new Vault(database, readConfig({}))).create(actor, {
    ...drawing,
    settings: drawing.settings as DraftSettings,
  });
  const backtests = new Backtests(database);
  let ordered = '';
  const memory = await watchWorker(
    database,
    { DATABASE_URL: url },
    {
      begin: async () => (ordered = await backtests.start(actor, id, { from: FROM, to })),
      left: async () => {
        const { status, progress, error } = await backtests.get(ordered);
        if (status === 'failed') throw new Error(error ?? 'The backtest failed.');
        return status === 'completed' ? 0 : Math.max(1 - progress, Number.EPSILON);
      },
    },
  );
  const { n } = (await database.row<{ n: number }>(
    'select count(*)::int as n from public.crm_activities where occurred_at >= $1 and occurred_at < $2',
    [FROM, to],
  ))!;
  return { ...memory, activities: n };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function cost(pid: number, work: () => Promise<unknown>): Promise<Cost> {
  const before = await readServerCpu(pid);
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  return {
    process: used.user + used.system,
    postgres: microsecondsBetween(before, await readServerCpu(pid)),
    wall: (performance.now() - began) * 1000,
  };
}

/**
 * What anybody must do at least: every activity of the window once, page by page, and the entry rule asked of each, or
 * of those of one type.
 */
async function readAndTest(database: Database, only: string | undefined): Promise<number> {
  const decider = new Decider({ now: TO, timezone: 'UTC' });
  const { start } = compileBench('00000000-0000-7000-8000-000000000000');
  if (start?.by !== 'activity' || !start.where) throw new Error('The drawing starts by an activity.');
  let after = { at: FROM.toISOString(), id: '00000000-0000-0000-0000-000000000000' };
  let held = 0;
  for (;;) {
    const page = await database.rows<{
      id: string;
      type: string;
      metadata: object;
      exact: string;
      occurred_at: Date;
      person_id: string;
    }>(
      `select id, person_id, type, metadata, occurred_at, occurred_at::text as exact from public.crm_activities
       where occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz and (occurred_at, id) > ($1::timestamptz, $3::uuid)
       order by occurred_at, id limit $4`,
      [after.at, TO.toISOString(), after.id, PAGE],
    );
    for (const { type, metadata } of page)
      if ((only === undefined || type === only) && (await decider.decideWhere(start.where, { metadata }))) held += 1;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return held;
    after = { at: last.exact, id: last.id };
  }
}

/** People with a month of visits, films and orders, spread evenly, and written in the order in which they happened. */
async function seed(database: Database): Promise<void> {
  await database.tx(async (tx) => {
    await tx.run("set local session_replication_role = 'replica'");
    await tx.run("select cortex.ensure_activity_partitions('2026-04-01', '2026-05-01')");
    await tx.run(
      `insert into public.purchase_leads (email, country, tags, created_at)
       select 'p' || n || '@example.com', case when n % 3 = 0 then 'DE' else 'FR' end,
         case when n % 5 = 0 then array['vip'] else '{}' end, timestamptz '2026-01-01' from generate_series(1, $1::int) n`,
      [PEOPLE],
    );
    await tx.run(
      `insert into cortex.people (address, id, email, type, country, tags, created_at, consent_status, tags_folded)
       select d.address, d.id, d.email, d.type, d.country, d.tags, d.created_at, 'subscribed', cortex.fold_all(d.tags)
       from cortex.directory_definition d where d.type = 'lead'`,
    );
    await tx.run(
      `insert into public.crm_activities (contact_email, type, metadata, occurred_at, received_at, source, person_id)
       select p.email, case n % 10 when 0 then 'cart.left' when 1 then 'video.watched' when 2 then 'video.watched' else 'page.visited' end,
         jsonb_build_object('page', (array['pricing', 'course', 'blog', 'home'])[1 + (n * 7) % 4], 'total', (n * 37) % 200, 'ref', 'r' || n),
         at, at, 'bench', p.person_id
       from (select person_id, email, row_number() over () as at_n from cortex.people where type = 'lead') p
       cross join lateral (
         select k * $2::int + p.at_n as n, timestamptz '2026-04-01' + interval '30 days' * ((k * 7919 + p.at_n * 104729) % 1000003) / 1000003 as at
         from generate_series(0, $1::int - 1) k) a
       order by at`,
      [Math.ceil(ACTIVITIES / PEOPLE), 3],
    );
  });
  await database.source.query('create index on public.crm_activities (occurred_at, id)');
  await database.source.query('vacuum (analyze) public.crm_activities');
  await database.source.query('vacuum (analyze) cortex.people');
  await database.source.query('vacuum (analyze) public.purchase_leads');
}
