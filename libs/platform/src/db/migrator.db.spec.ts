import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDataSource, Database, migrate } from '#platform';
import { MIGRATIONS, testDatabase, until, type TestDatabase } from '#testing';

describe('migrate', () => {
  let db: TestDatabase;
  let folder: string;
  const write = (name: string, text: string) => writeFile(join(folder, name), text);

  beforeAll(async () => {
    db = await testDatabase({ empty: true });
    folder = await mkdtemp(join(tmpdir(), 'cortex-migrations-'));
    await mkdir(join(folder, 'repeatable'));
    await write('0001_first.sql', 'create table public.first (id int); insert into public.first values (1);');
    await write(
      'repeatable/10_total.sql',
      'create or replace view public.total as select sum(id) as sum from public.first;',
    );
  });
  afterAll(async () => {
    await db.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('works once when several processes start together', async () => {
    const sources = await Promise.all(
      [1, 2, 3, 4].map(() => createDataSource({ url: db.url, applicationName: 'racer', poolSize: 2 }).initialize()),
    );
    const reports = await Promise.all(sources.map((source) => migrate(source, folder)));
    await Promise.all(sources.map((source) => source.destroy()));
    expect(reports.filter((report) => report.applied.length > 0)).toHaveLength(1);
    expect(await db.database.rows('select id from public.first')).toEqual([{ id: 1 }]);
    const ledger = await db.database.rows<{ name: string }>('select name from cortex.migrations');
    expect(ledger).toEqual([{ name: '0001_first_0000000000001' }]);
  });

  it('does nothing the second time', async () => {
    expect(await migrate(db.database.source, folder)).toEqual({ applied: [], repeated: [] });
  });

  it('runs a repeatable file again when its text changed', async () => {
    await write(
      'repeatable/10_total.sql',
      'create or replace view public.total as select sum(id) + 1 as sum from public.first;',
    );
    expect(await migrate(db.database.source, folder)).toEqual({ applied: [], repeated: ['10_total.sql'] });
    expect(await db.database.row('select sum::int from public.total')).toEqual({ sum: 2 });
  });

  it('keeps the whole files before a failing one and nothing of the failing one', async () => {
    await write('0002_second.sql', 'create table public.second (id int);');
    await write('0003_third.sql', 'create table public.third (id int); select 1 / 0;');
    await expect(migrate(db.database.source, folder)).rejects.toThrow(/0003_third\.sql failed: division by zero/);
    const made = await db.database.rows("select relname from pg_class where relname in ('second', 'third')");
    expect(made).toEqual([{ relname: 'second' }]);
    await write('0003_third.sql', 'create table public.third (id int);');
    const mended = await migrate(db.database.source, folder);
    expect(mended.applied).toEqual(['0003_third_0000000000003']);
  });

  it('lets the others pass while it waits for a lock, and comes again', async () => {
    const [holder, reader] = await Promise.all(
      [1, 2].map(async () => {
        const client = new pg.Client({ connectionString: db.url });
        await client.connect();
        return client;
      }),
    );
    try {
      await holder!.query('begin');
      await holder!.query('select from public.first');
      await write('0004_fourth.sql', 'alter table public.first add column more int;');
      const migrated = migrate(db.database.source, folder);
      const waits = async () =>
        (await db.database.rows("select from pg_locks where not granted and relation = 'public.first'::regclass"))
          .length > 0;
      await until(waits);
      // It stands in the queue behind the migration, and would stand there as long as the holder's transaction.
      expect((await reader!.query('select id from public.first')).rows).toEqual([{ id: 1 }]);
      await holder!.query('commit');
      expect((await migrated).applied).toEqual(['0004_fourth_0000000000004']);
    } finally {
      await Promise.all([holder!.end(), reader!.end()]);
    }
  });

  it('runs the repeatable files again when it was killed after a numbered one', async () => {
    await write('0005_fifth.sql', 'drop view public.total;');
    await write('repeatable/05_broken.sql', 'select 1 / 0;');
    await expect(migrate(db.database.source, folder)).rejects.toThrow(/05_broken\.sql failed/);
    await rm(join(folder, 'repeatable/05_broken.sql'));
    expect(await migrate(db.database.source, folder)).toEqual({ applied: [], repeated: ['10_total.sql'] });
    expect(await db.database.row('select sum::int from public.total')).toEqual({ sum: 2 });
  });

  it('refuses when a file that was applied has been edited', async () => {
    await write('0001_first.sql', 'create table public.first (id bigint);');
    await expect(migrate(db.database.source, folder)).rejects.toThrow(
      /0001_first\.sql was changed after it had been applied/,
    );
  });

  it('brings an empty database to the state of our own migrations, twice without a difference', async () => {
    const own = await testDatabase({ empty: true });
    const copy = join(folder, 'own');
    await cp(MIGRATIONS, copy, { recursive: true });
    const database = new Database(own.database.source);
    expect((await migrate(database.source, copy)).applied.length).toBeGreaterThan(5);
    expect(await migrate(database.source, copy)).toEqual({ applied: [], repeated: [] });
    await own.drop();
  });
});
