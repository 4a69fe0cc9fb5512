import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, until, type TestDatabase } from '#testing';

describe('the poll of a process', () => {
  let db: TestDatabase;
  const leave: (() => Promise<void>)[] = [];
  const woken = { rows: 0, mark: 0 };

  beforeAll(async () => {
    db = await testDatabase({ empty: true });
    await db.database.run('create table public.work (id int primary key)');
    const { workPoll } = db.database;
    const due = 'exists (select from public.work)';
    leave.push(workPoll.join({ due, every: 250, wake: () => (woken.rows += 1) }));
    const mark = 'select max(id)::text from public.work where id < 0';
    leave.push(workPoll.join({ due: 'false', mark, every: 500, wake: () => (woken.mark += 1) }));
  });
  afterAll(async () => {
    for (const each of leave) await each();
    await db.drop();
  });

  const waiting = async () =>
    (
      await db.database.rows<{ pid: number }>(
        "select pid from pg_stat_activity where application_name = 'cortex poll' and state = 'active' and query like 'call pg_temp.cortex_poll%'",
      )
    ).map(({ pid }) => pid);

  it('wakes who has work, again and again while there is some, and nobody else', async () => {
    await until(async () => (await waiting()).length === 1);
    expect(woken).toEqual({ rows: 0, mark: 0 });
    await db.database.run('insert into public.work values (1)');
    await until(() => woken.rows >= 2);
    expect(woken.mark).toBe(0);
    await db.database.run('delete from public.work');
  });

  it('wakes who follows a mark once for each change of it', async () => {
    await db.database.run('insert into public.work values (-1)');
    await until(() => woken.mark === 1);
    await db.database.run('delete from public.work');
    await until(() => woken.mark === 2);
  });

  it('wakes everybody when its connection is lost, and goes on with another one', async () => {
    const killed = new Set<number>();
    const before = { ...woken };
    // One that is lost between two statements is replaced without a word, so then the next one is killed.
    await until(async () => {
      for (const pid of await waiting()) {
        if (killed.has(pid)) continue;
        killed.add(pid);
        await db.database.rows('select pg_terminate_backend($1)', [pid]);
      }
      return woken.rows > before.rows && woken.mark > before.mark;
    });
    await until(async () => (await waiting()).some((pid) => !killed.has(pid)));
    const after = woken.rows;
    await db.database.run('insert into public.work values (2)');
    await until(() => woken.rows > after);
  });

  it('leaves no connection behind', async () => {
    for (const each of leave.splice(0)) await each();
    await until(async () => (await waiting()).length === 0);
  });
});
