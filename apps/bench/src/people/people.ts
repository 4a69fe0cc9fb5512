/**
 * Many people: in by file, out by file, and looked at. Rows per second of an import stand beside those of the fastest way
 * that PostgreSQL has for the same rows into the same tables: COPY with all triggers, which keeps no way back, writes no
 * file of results and asks for nobody by their address; and of COPY into a bare table, with the keys and indexes of leads and
 * without triggers. They take turns in one run.
 * Then a worker as production starts it imports BENCH_ROWS rows (100,000; a million for the figures of the README) in files
 * of up to 250,000, the same file once more, and exports everybody; its memory is watched. At the end the directory's pages
 * and searches are timed over all of them.
 */
import pg from 'pg';
import { Contacts, type ContactQuery } from '#directory';
import { createLog, systemActor, type Database } from '#platform';
import { everyone, type Group } from '#rules';
import { RuleQuestions } from '#smart-lists';
import { ExportPeople, ImportPeople, SteppedJobs, UndoImport } from '#transfers';
import { CopyIn } from '../data/copy-in.js';
import { PEOPLE, withDatabase } from '../data/ingest-database.js';
import { randomNumbers } from '../data/population.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { watchWorker, type WorkerMemory } from '../measuring/worker-memory.js';
import { copyInto, copyOf, csvOf } from './people-file.js';

const ROWS = Number(process.env.BENCH_ROWS ?? 100_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Rows that each side writes in a round. */
const TURN = Number(process.env.BENCH_TURN ?? 10_000);
const PER_FILE = 250_000;
const CALLS = 200;
const LIMIT = 50;
const actor = systemActor('bench');

interface Cost {
  rows: number;
  seconds: number;
  process: number;
  postgres: number;
}
interface Kind {
  costs: Cost[];
  work: (from: number, host: string) => Promise<unknown>;
}

await withDatabase(
  async ({ url, pid, database }) => {
    const imports = new ImportPeople(database);
    const questions = new RuleQuestions(database, new Contacts(database));
    const exports = new ExportPeople(database, questions);
    const works = [imports, new UndoImport(database), exports];
    const jobs = new SteppedJobs(database, works, createLog('error', 'bench'));
    const keep = async (csv: Buffer) => (await imports.keep(csv)).media_id;
    const start = async (media_id: string, consent_source?: string) =>
      imports.start(actor, {
        media_id,
        dry_run: false,
        unknown: 'lead',
        tags: [],
        ...(consent_source ? { consent_source } : {}),
      });

    /** What `work` costs for each of so many rows: microseconds of processor. */
    const cost = async (rows: number, work: () => Promise<unknown>): Promise<Cost> => {
      const [postgres, cpu, began] = [await readServerCpu(pid), process.cpuUsage(), performance.now()];
      await work();
      const used = process.cpuUsage(cpu);
      return {
        rows,
        seconds: (performance.now() - began) / 1000,
        process: (used.user + used.system) / rows,
        postgres: microsecondsBetween(postgres, await readServerCpu(pid)) / rows,
      };
    };

    await database.run('vacuum analyze');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("set cortex.history = 'true'");
    await client.query('create schema if not exists bench');
    await client.query('create table bench.leads (like public.purchase_leads including all)');
    const copyWork =
      (table: string): Kind['work'] =>
      async (from, host) => {
        const copy = new CopyIn(copyInto(table), copyOf(from, from + TURN, host));
        client.query(copy);
        await copy.done;
      };
    const kinds: Record<string, Kind> = {
      'COPY with triggers': { costs: [], work: copyWork('public.purchase_leads') },
      'COPY into a bare table': { costs: [], work: copyWork('bench.leads') },
      'import, new people': {
        costs: [],
        work: async (from, host) => {
          await start(await keep(csvOf(from, from + TURN, host)));
          while (await jobs.once());
        },
      },
      'import, half with a yes': {
        costs: [],
        work: async (from, host) => {
          await start(await keep(csvOf(from, from + TURN, host, true)), 'The old shop');
          while (await jobs.once());
        },
      },
    };
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [n, { costs, work }] of Object.values(kinds).entries()) {
        const made = await cost(TURN, () => work(round * TURN, `side${n}.example`));
        // The first round warms up.
        if (round > 0) costs.push(made);
        await database.run('checkpoint');
      }
    }
    await client.end();
    tellRounds(kinds);
    await assertEverybody(database, PEOPLE + TURN * (ROUNDS + 1) * 3);

    const env = {
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SECRET: 'only for this benchmark, 32 characters',
      DATABASE_URL: url,
    };
    await inboxIsEmpty(database, env);
    /** What a worker of production takes for jobs that `begin` starts; and until everything that they caused is matched. */
    const byWorker = async (what: string, rows: number, begin: () => Promise<unknown>) => {
      let jobsEnded = 0;
      const began = performance.now();
      const left = async () => {
        const [open] = await database.rows<{ jobs: number; inbox: number }>(
          `select (select count(*)::int from cortex.jobs where status = 'running') as jobs,
             (select count(*)::int from (select from cortex.activity_inbox limit 1) i) as inbox`,
        );
        if (open!.jobs === 0) jobsEnded ||= performance.now() - began;
        return open!.jobs + open!.inbox;
      };
      let begun = 0;
      const memory = await watchWorker(database, env, {
        begin: async () => {
          begun = performance.now();
          await begin();
        },
        left,
      });
      tellWorker(what, rows, (jobsEnded - (begun - began)) / 1000, memory);
    };

    const files: [number, string][] = [];
    for (let from = 0; from < ROWS; from += PER_FILE) {
      const to = Math.min(ROWS, from + PER_FILE);
      files.push([to - from, await keep(csvOf(from, to, 'worker.example'))]);
    }
    await byWorker('imported, all new', ROWS, async () => {
      for (const [, file] of files) await start(file);
    });
    const [sameRows, same] = files[0]!;
    await byWorker('imported again, unchanged', sameRows, () => start(same));
    const { all, leads } = (await database.row<{ all: number; leads: number }>(
      `select count(*)::int as all, count(*) filter (where type = 'lead')::int as leads
       from cortex.people where type is not null`,
    ))!;
    const rules: Group = { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] };
    await byWorker('exported', leads, () => exports.start(actor, { rules }));
    await database.run('vacuum analyze');
    await lookAt(database, all);
  },
  { autovacuum: 'on' },
);

/** Of the rounds before, so that the worker is asked for its own work alone. */
async function inboxIsEmpty(database: Database, env: Record<string, string>): Promise<void> {
  const left = async () =>
    (await database.row<{ n: number }>('select count(*)::int as n from cortex.activity_inbox'))!.n;
  await watchWorker(database, env, { begin: () => Promise.resolve(), left });
}

async function assertEverybody(database: Database, expected: number): Promise<void> {
  const found = (await database.row<{ n: number }>(
    `select count(*)::int as n from cortex.people p where ${everyone}`,
  ))!;
  if (found.n !== expected) throw new Error(`${found.n} people are in the directory, not ${expected}.`);
}

function spread(values: number[], digits = 0): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

function tellRounds(kinds: Record<string, Kind>): void {
  const [ceiling] = Object.values(kinds);
  console.log(
    `\n${ROUNDS} rounds of ${TURN} rows each in turn, into a directory of ${PEOPLE} and more; medians (spread).`,
  );
  console.table(
    Object.entries(kinds).map(([name, { costs }]) => ({
      way: name,
      'rows/s': spread(costs.map(({ rows, seconds }) => rows / seconds)),
      '÷ COPY': spread(
        costs.map(({ seconds }, at) => ceiling!.costs[at]!.seconds / seconds),
        2,
      ),
      'process CPU, µs': spread(costs.map((each) => each.process)),
      'PostgreSQL CPU, µs': spread(costs.map((each) => each.postgres)),
    })),
  );
}

function tellWorker(what: string, rows: number, seconds: number, memory: WorkerMemory): void {
  const megabytes = (['idle', 'early', 'late', 'most'] as const).map((name) => memory[name].toFixed(0));
  console.log(
    `By a worker of production, ${rows} rows ${what}: ${seconds.toFixed(1)} s, ${(rows / seconds).toFixed(0)} rows/s, ` +
      `all that they cause matched after ${memory.seconds.toFixed(1)} s; ${memory.cpu.toFixed(0)} s of its processor; ` +
      `resident MB before ${megabytes[0]}, first quarter ${megabytes[1]}, last quarter ${megabytes[2]}, at most ${megabytes[3]}.`,
  );
}

/** Pages and searches, as the screen asks for them. */
async function lookAt(database: Database, all: number): Promise<void> {
  const contacts = new Contacts(database);
  const people = await database.rows<{ first_name: string; last_name: string; address: string }>(
    `select first_name, last_name, address from cortex.people where last_name is not null
     order by md5(person_id::text) limit $1`,
    [CALLS],
  );
  const random = randomNumbers(1);
  const someone = () => people[Math.floor(random() * people.length)]!;
  const page = (query: Partial<ContactQuery> = {}) =>
    contacts.list({ sort: '-created_at', limit: LIMIT, ...query }).then(({ next_cursor }) => next_cursor);
  let cursor = await page();
  for (let seen = 0; seen < all / 2 && cursor; seen += 1_000) cursor = await page({ limit: 1_000, cursor });
  const works: [string, () => Promise<unknown>][] = [
    ['first page', () => page()],
    ['a page in the middle', () => page({ cursor: cursor! })],
    ['first page by name', () => page({ sort: 'name' })],
    ['search: a last name', () => page({ q: someone().last_name })],
    ['search: first and last name', () => page({ q: `${someone().first_name} ${someone().last_name}` })],
    ['search: the beginning of an address', () => page({ q: someone().address.slice(0, 12) })],
    ['search: the middle of an address', () => page({ q: someone().address.slice(3, 15) })],
    ['search: a whole address', () => page({ q: someone().address })],
  ];
  const table = [];
  for (const [what, work] of works) {
    for (let n = 0; n < 20; n += 1) await work();
    const walls: number[] = [];
    for (let n = 0; n < CALLS; n += 1) {
      const begin = performance.now();
      await work();
      walls.push(performance.now() - begin);
    }
    const sorted = walls.toSorted((a, b) => a - b);
    table.push({
      what,
      'median, ms': median(walls).toFixed(1),
      'p95, ms': sorted[Math.floor(CALLS * 0.95)]!.toFixed(1),
    });
  }
  console.log(`The directory of ${all} people, ${CALLS} calls each:`);
  console.table(table);
}
