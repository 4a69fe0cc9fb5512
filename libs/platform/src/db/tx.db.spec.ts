import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';

describe('a repetitive transaction', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('prepares what comes again, also in its parts, and takes its connection with it', async () => {
    const backend = 'select pg_backend_pid() as pid';
    const pid = await db.database.tx(
      async (tx) => {
        const inside = db.database.inside(tx);
        for (const n of [1, 2, 3])
          expect(await inside.tx((part) => part.row('select $1::int as n', [n]))).toEqual({ n });
        expect(await tx.row('select $1::text as n', ['once'])).toEqual({ n: 'once' });
        const held = await tx.rows('select statement from pg_prepared_statements where name ~ $1', ['^again']);
        expect(held).toEqual([{ statement: 'select $1::int as n' }]);
        return (await tx.row<{ pid: number }>(backend))!.pid;
      },
      { repetitive: true },
    );
    expect((await db.database.row<{ pid: number }>(backend))!.pid).not.toBe(pid);
    expect((await db.database.row<{ mode: string }>('show plan_cache_mode'))!).toEqual({ plan_cache_mode: 'auto' });
  });

  it('undoes a part that fails, and goes on', async () => {
    const left = await db.database.tx(async (tx) => {
      const inside = db.database.inside(tx);
      await inside.run('create table public.parts (n int)');
      await expect(inside.run('insert into public.parts select 1 / $1::int', [0])).rejects.toThrow('division by zero');
      await inside.run('insert into public.parts values ($1)', [2]);
      return inside.tx((part) => part.rows('select n from public.parts'), { readOnly: true });
    });
    expect(left).toEqual([{ n: 2 }]);
  });
});
