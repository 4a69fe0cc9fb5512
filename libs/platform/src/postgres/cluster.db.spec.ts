import { appendFile, chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { boundLog, startCluster, stopCluster, type Cluster } from './cluster.js';

let home: string;
let cluster: Cluster;
const settings = () => ({ dataDir: home, settings: { fsync: 'off' } });
const log = () => readFile(join(home, 'postgres.log'), 'utf8');

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cortex-cluster-'));
  await chmod(home, 0o711);
  cluster = await startCluster(settings());
}, 120_000);
afterAll(async () => {
  await stopCluster(home);
  await rm(home, { recursive: true, force: true });
});

async function fail(sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client(cluster.url);
  await client.connect();
  await client.query('create table if not exists people (email text primary key)');
  await client.query("insert into people values ('planted@secret.example') on conflict do nothing");
  await expect(client.query(sql, values)).rejects.toThrow();
  await client.end();
}

describe('the log of the PostgreSQL that comes along', () => {
  it('has no values of statements that failed', async () => {
    await fail("insert into people values ('planted@secret.example')");
    await fail('insert into people values ($1)', ['planted@secret.example']);
    await fail("select 'planted-number'::int");
    await fail('select $1::text::int', ['planted-parameter']);
    expect(await log()).not.toContain('planted');
    expect(await log()).toContain('ready to accept connections');
  });

  it('is shortened while the server runs, and kept once', async () => {
    await boundLog(home);
    await expect(stat(join(home, 'postgres.log.1'))).rejects.toThrow();
    await appendFile(join(home, 'postgres.log'), 'x'.repeat(11 * 1024 * 1024));
    await boundLog(home);
    expect((await stat(join(home, 'postgres.log.1'))).size).toBeGreaterThan(11 * 1024 * 1024);
    const client = new pg.Client(cluster.url);
    await client.connect();
    await client.query("do $$ begin raise log 'written after the cut'; end $$");
    await client.end();
    expect(await log()).toMatch(/written after the cut/);
    expect((await log()).length).toBeLessThan(10_000);
  });
});

describe('a server that was killed', () => {
  it('is followed by another one as soon as its last process has let go', async () => {
    const client = new pg.Client(cluster.url);
    client.on('error', () => undefined);
    await client.connect();
    const busy = client.query('select pg_sleep(2)').catch(() => undefined);
    process.kill(cluster.pid, 'SIGKILL');
    const next = await startCluster(settings());
    expect(next.pid).not.toBe(cluster.pid);
    cluster = next;
    await client.end().catch(() => undefined);
    await busy;
    expect(await log()).toMatch(
      /lock file "postmaster\.pid" already exists|pre-existing shared memory block|ready to accept/,
    );
  }, 60_000);
});
