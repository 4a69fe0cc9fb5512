import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { createLog, readConfig } from '#platform';
import { Queue } from '#queue';
import { testDatabase, until, type TestDatabase } from '#testing';
import { createWorker } from '#worker';
import { Housekeeping } from './housekeeping.js';
import { Schedules } from './schedules.js';

describe('the worker', () => {
  let db: TestDatabase;
  let worker: Awaited<ReturnType<typeof createWorker>>;
  const log = createLog('silent', 'test');
  const jobs = (name: string) =>
    db.database.rows<{ state: string }>('select state::text from pgboss.job where name = $1', [name]);

  beforeAll(async () => {
    db = await testDatabase();
    const config = readConfig({ DATABASE_URL: db.url });
    worker = await createWorker({
      config,
      database: db.database,
      log,
      queue: new Queue({ database: db.database, log }),
    });
  });
  afterAll(async () => {
    await worker.close();
    await db.drop();
  });

  it('makes one job of many ticks, and does it', async () => {
    const schedules = worker.get(Schedules);
    await Promise.all([schedules.tick(), schedules.tick(), schedules.tick()]);
    const deadline = Date.now() + 10_000;
    while ((await jobs('housekeeping.partitions'))[0]?.state !== 'completed' && Date.now() < deadline) await pause(20);
    await schedules.tick();
    expect(await jobs('housekeeping.partitions')).toEqual([{ state: 'completed' }]);
  });

  it('counts lifetime values anew at once when the workspace has another currency, without waiting for the minute', async () => {
    const [profile] = await db.database.rows<{ id: string }>(
      "insert into public.unified_profiles (email) values ('ann@currency.example') returning id",
    );
    await db.database.run(
      "insert into public.transactions (profile_id, amount_minor, currency) values ($1, 500, 'EUR'), ($1, 700, 'USD')",
      [profile!.id],
    );
    // Twice: beside one of them the clock's own may stand, and then no other is made.
    for (const [currency, minor] of [
      ['USD', 700],
      ['EUR', 500],
    ]) {
      await db.database.run('update cortex.settings set currency = $1', [currency]);
      const counted =
        "select from cortex.people where address = 'ann@currency.example' and lifetime_value_minor = $1 and not exists (select from cortex.pending)";
      await until(async () => (await db.database.row(counted, [minor])) !== undefined);
    }
    // Those of the clock name their slot.
    const own = "select from pgboss.job where name = 'directory.repair' and singleton_on is null";
    expect(await db.database.rows(own)).not.toEqual([]);
  });

  it('forgets requests after a day, refused bodies after a month, and makes the months ahead', async () => {
    await db.database.run(
      "insert into cortex.request_keys (caller, key, request_hash) values ('a', 'old', ''), ('a', 'older', '')",
    );
    const refused = `insert into cortex.source_rejects (source_id, code, reason, route, is_cut, unused, stranger)
      values ('a', 'invalid_json', $1, 'POST /activities', false, false, false)`;
    await db.database.run(refused, ['old']);
    const used = 'insert into cortex.link_proofs (message_id, anonymous_id) values (gen_random_uuid(), $1)';
    await db.database.run(used, ['old']);
    await db.clock.advance({ days: 400 });
    await db.database.run(refused, ['new']);
    await db.database.run(used, ['new']);
    await db.database.run("insert into cortex.request_keys (caller, key, request_hash) values ('a', 'new', '')");
    await worker.get(Housekeeping).forgetRequests();
    expect(await db.database.rows('select key from cortex.request_keys')).toEqual([{ key: 'new' }]);
    expect(await db.database.rows('select reason from cortex.source_rejects')).toEqual([{ reason: 'new' }]);
    expect(await db.database.rows('select anonymous_id as by from cortex.link_proofs')).toEqual([{ by: 'new' }]);
    await worker.get(Housekeeping).makePartitions();
    const ahead = db.clock.now();
    ahead.setUTCMonth(ahead.getUTCMonth() + 2, 1);
    const month = `crm_activities_${ahead.toISOString().slice(0, 7).replace('-', '_')}`;
    expect(await db.database.row(`select to_regclass('cortex.${month}') is not null as made`)).toEqual({ made: true });
    await db.clock.reset();
  });
});
