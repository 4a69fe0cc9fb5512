import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase, type Behavior, type TestDatabase } from '#testing';
import { FakePostmarkProcess, OwnPostgres, PatientCaller, Processes, productOf } from './fault-harness.js';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-fault-test';
/** What runs, in the order in which `Processes.start` is given it. */
const roles = ['api', 'worker', 'worker', 'npm start'] as const;
const victims = [
  'worker',
  'application of npm start',
  'api',
  'other worker',
  'database',
  'npm start',
  'application of npm start',
] as const;
const indexOf = { api: 0, worker: 1, 'other worker': 2, 'npm start': 3 } as const;

/** Where the way is hit: at any moment, as the next batch comes to Postmark, or once this SQL is true. */
export type Point = 'at any moment' | 'next call' | { seen: string };

/** Repeats what failed because the database had just been killed. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 100) throw error;
      await pause(200);
    }
  }
}

/** The built product in processes that can be killed, over a PostgreSQL and a fake Postmark of its own. */
export interface Product {
  processes: Processes;
  postgres: OwnPostgres;
  fake: FakePostmarkProcess;
  db: TestDatabase;
  caller: PatientCaller;
}

/** @param prepare fills the database before anything runs */
export async function startProduct(
  ways: Behavior[],
  prepare: (db: TestDatabase) => Promise<unknown> = () => Promise.resolve(),
): Promise<Product> {
  const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
  const postgres = await OwnPostgres.start();
  const db = await testDatabase({ poolSize: 6, cluster: postgres.url });
  await db.clock.set('2026-11-20T09:00:00Z');
  const fake = await FakePostmarkProcess.start(ways);
  await prepare(db);
  const processes = new Processes(productOf(db.url, fake.url, key));
  await processes.start(roles);
  await db.database.run('update cortex.settings set settle_seconds = 60');
  const caller = new PatientCaller(`http://127.0.0.1:${await processes.port}`, key);
  return { processes, postgres, fake, db, caller };
}

export async function stopProduct({ processes, fake, db, postgres }: Product): Promise<void> {
  await processes.stop();
  await fake.close();
  await db.drop();
  await postgres.close();
}

/** Kills one process after the other, in every part of the way, until it has done so often enough or is stopped. */
export class Killer {
  /** How often what was killed where. */
  readonly killed = new Map<string, number>();
  private killing = true;
  private running: Promise<void> | undefined;

  constructor(
    private readonly product: Product,
    private readonly points: Readonly<Record<string, Point>>,
    private readonly wanted: number,
  ) {}

  get kills(): number {
    return [...this.killed.values()].reduce((sum, n) => sum + n, 0);
  }

  get isDone(): boolean {
    return this.kills >= this.wanted;
  }

  start(): void {
    this.running = this.keepKilling();
    // A test that waits for something else hears of it in `stop`.
    this.running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.killing = false;
    await this.running;
  }

  /** Such as “2 worker at any moment, 1 database as people are frozen”. */
  told(): string {
    return [...this.killed].map(([what, n]) => `${n} ${what}`).join(', ');
  }

  private async keepKilling(): Promise<void> {
    const { processes, postgres } = this.product;
    const points = Object.entries(this.points);
    for (let turn = 0; this.killing && turn < this.wanted; turn += 1) {
      await pause(300 + ((turn * 337) % 700));
      const [name, point] = points[turn % points.length]!;
      await this.reach(point);
      if (!this.killing) return;
      const victim = victims[turn % victims.length]!;
      if (victim === 'database') await postgres.kill();
      else if (victim === 'application of npm start') await processes.killApplication(indexOf['npm start']);
      else await processes.kill(indexOf[victim]);
      const what = `${victim === 'other worker' ? 'worker' : victim} ${name}`;
      this.killed.set(what, (this.killed.get(what) ?? 0) + 1);
    }
  }

  /** Settled when the way is where it shall be hit, or after a few seconds when it does not come there. */
  private async reach(point: Point): Promise<void> {
    const { fake, db } = this.product;
    if (point === 'at any moment') return;
    if (point === 'next call') return fake.nextCall(AbortSignal.timeout(3000)).catch(() => undefined);
    for (let look = 0; look < 100; look += 1) {
      const seen = await patiently(() => db.database.row<{ there: boolean }>(`select ${point.seen} as there`));
      if (seen!.there) return;
      await pause(30);
    }
  }
}
