/**
 * It defines jobs that nothing handles.
 * @fresh-modules
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { createLog } from '#platform';
import { defineJob, Queue } from '#queue';
import { testDatabase, until, type TestDatabase } from '#testing';

const never = { tries: 1, first: 0, factor: 1 };
const buried = defineJob({ name: 'test.buried', payload: z.object({ id: z.number() }), retry: never });
const fragile = defineJob({
  name: 'test.fragile',
  payload: z.object({ id: z.number() }),
  retry: { tries: 3, first: 0, factor: 1 },
  deadLetter: buried,
});
const plain = defineJob({
  name: 'test.plain',
  payload: z.object({ id: z.number() }),
  retry: { tries: 2, first: 1, factor: 1 },
});
const tick = defineJob({ name: 'test.tick', payload: z.object({}), policy: 'exclusive', retry: never });

describe('the queue', () => {
  let db: TestDatabase;
  let queue: Queue;
  const done: number[] = [];
  const attempts: number[] = [];
  const dead: number[] = [];
  const stored = async (name: string) =>
    (await db.database.row<{ n: number }>('select count(*)::int as n from pgboss.job where name = $1', [name]))!.n;

  beforeAll(async () => {
    db = await testDatabase({ empty: true });
    queue = new Queue({ database: db.database, log: createLog('silent', 'test') });
    await queue.handle(plain, async ({ payload }) => void done.push(payload.id), { batchSize: 100 });
    await queue.handle(
      fragile,
      async ({ payload, retry }) => {
        attempts.push(retry);
        if (payload.id === 13) throw new Error('unlucky');
        done.push(payload.id);
      },
      { batchSize: 10 },
    );
    await queue.handle(buried, async ({ payload }) => void dead.push(payload.id));
    await queue.start();
  });
  afterAll(async () => {
    await queue.stop();
    await db.drop();
  });

  it('shows a job to nobody before its transaction commits, and handles it then', async () => {
    await db.database.tx(async (tx) => {
      await queue.enqueue(tx, plain, { id: 1 });
      expect(await stored('test.plain')).toBe(0);
    });
    await until(() => done.includes(1));
  });

  it('knows nothing of a job whose transaction rolled back', async () => {
    const before = await stored('test.plain');
    await expect(
      db.database.tx(async (tx) => {
        await queue.enqueue(tx, plain, { id: 2 });
        await queue.enqueueMany(tx, plain, [{ id: 2 }, { id: 2 }]);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await stored('test.plain')).toBe(before);
    expect(done).not.toContain(2);
  });

  it('works off many jobs at once', async () => {
    const ids = Array.from({ length: 1000 }, (_, at) => 1000 + at);
    await db.database.tx((tx) =>
      queue.enqueueMany(
        tx,
        plain,
        ids.map((id) => ({ id })),
      ),
    );
    await until(() => ids.every((id) => done.includes(id)));
  });

  it('counts the retries of a failing job, lets its neighbors through and hands it on at the end', async () => {
    await queue.enqueueMany(undefined, fragile, [{ id: 12 }, { id: 13 }, { id: 14 }]);
    await until(() => dead.includes(13));
    expect(attempts.filter((retry) => retry > 0)).toEqual([1, 2]);
    expect(done).toEqual(expect.arrayContaining([12, 14]));
    expect(done.filter((id) => id === 12)).toHaveLength(1);
    expect(queue.unhandled()).toEqual(['test.tick']);
  });

  it('keeps one exclusive job per key', async () => {
    expect(await queue.enqueue(undefined, tick, {}, { singletonKey: 'a' })).toEqual(expect.any(String));
    expect(await queue.enqueue(undefined, tick, {}, { singletonKey: 'a' })).toBeUndefined();
    expect(await queue.enqueue(undefined, tick, {}, { singletonKey: 'b' })).toEqual(expect.any(String));
  });

  it('keeps one job per slot of time, however often it is asked and even when it is done', async () => {
    const before = done.length;
    const asked = await Promise.all(
      [1, 2, 3].map(() => queue.enqueue(undefined, plain, { id: 5000 }, { singletonKey: 'slot', onceEvery: 86_400 })),
    );
    expect(asked.filter((id) => id !== undefined)).toHaveLength(1);
    await until(() => done.length > before);
    expect(
      await queue.enqueue(undefined, plain, { id: 5000 }, { singletonKey: 'slot', onceEvery: 86_400 }),
    ).toBeUndefined();
  });

  it('refuses a payload that does not fit, and a name twice', async () => {
    await expect(queue.enqueue(undefined, plain, { id: 'one' } as never)).rejects.toThrow();
    expect(() => defineJob({ name: 'test.plain', payload: z.object({}), retry: never })).toThrow(/defined twice/);
  });

  it('finishes what it has in hand when it is stopped, and leaves the rest to the next one', async () => {
    const slow = new Queue({ database: db.database, log: createLog('silent', 'test') });
    let begun = false;
    let finished = false;
    await slow.handle(tick, async () => {
      begun = true;
      await pause(300);
      finished = true;
    });
    await slow.start();
    await until(() => begun);
    await slow.stop();
    expect(finished).toBe(true);
  });

  it('takes back within seconds what a killed process had in hand', async () => {
    await db.database.tx(async (tx) => {
      await queue.enqueue(tx, plain, { id: 77 });
      // What such a process leaves behind: an active job without a sign of life.
      const left = await tx.run(
        `update pgboss.job set state = 'active', started_on = now() - interval '1 minute',
           heartbeat_on = now() - interval '1 minute' where name = 'test.plain' and data ->> 'id' = '77'`,
      );
      expect(left).toBe(1);
    });
    await until(() => done.includes(77));
  }, 30_000);
});
