import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemActor } from '#platform';
import { beat, guardRestore } from './restore-guard.js';
import { keyHash } from '../posting/post-batch.js';
import { EmergencyStop } from './emergency-stop.js';
import { SendFixture } from '../scenarios/send.fixture.js';

let on: SendFixture;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('delete from cortex.heartbeat');
});
afterEach(() => on.fake.close());

const silentFor = (minutes: number) =>
  on.db.database.run(
    `insert into cortex.heartbeat (at) values (clock_timestamp() - make_interval(mins => $1))
     on conflict (one) do update set at = excluded.at`,
    [minutes],
  );
const beatAge = async () =>
  (await on.db.database.row<{ s: number }>(
    'select extract(epoch from clock_timestamp() - at)::float8 as s from cortex.heartbeat',
  ))!.s;

describe('the heartbeat', () => {
  it('is written at once and then moves forward only', async () => {
    await beat(on.db.database);
    expect(await beatAge()).toBeLessThan(60);
    await silentFor(3);
    await beat(on.db.database);
    expect(await beatAge()).toBeLessThan(60);
    await silentFor(-3);
    await beat(on.db.database);
    expect(await beatAge()).toBeLessThan(-60);
  });
});

describe('a start', () => {
  it.each([
    ['for the first time', undefined],
    ['after a short silence', 8],
  ])('%s sends as usual', async (_when, minutes) => {
    if (minutes !== undefined) await silentFor(minutes);
    const { gateway, config } = on.senderFor();
    expect(await guardRestore(on.db.database, config, gateway)).toBe(false);
    expect(await on.openItems()).toEqual([]);
  });

  it('without a token has nothing to guard', async () => {
    await silentFor(600);
    expect(await guardRestore(on.db.database, on.configWith({ CORTEX_RESTORED: '1' }), null)).toBe(false);
  });

  it('from a copy stops sending, and sends nothing again that Postmark shows', async () => {
    const persons = await on.people(5);
    const queued = await on.queue(persons);
    const { sender, gateway, config } = on.senderFor();
    await on.drain(sender, 5);
    // The copy was taken when three of them were still waiting; one more was queued by nobody but the copy.
    await on.db.database.run(
      `update cortex.messages set state = 'queued', provider_id = null, sent_at = null, batch_id = null where id = any($1::uuid[])`,
      [queued.slice(0, 3).map((one) => one.message_id)],
    );
    await on.db.database.run("delete from public.crm_activities where metadata ->> 'message_id' = any($1)", [
      queued.slice(0, 3).map((one) => one.message_id),
    ]);
    const [fresh] = await on.queue(persons.slice(0, 1));
    await silentFor(11);

    expect(await guardRestore(on.db.database, config, gateway)).toBe(true);
    expect(await on.counts()).toEqual({ sent: 5, queued: 1 });
    expect(await on.activities()).toEqual({ 'email.sent': 5 });
    expect(await on.openItems()).toEqual(['sending_after_restore']);
    const item = await on.db.database.row<{ facts: object }>('select facts from cortex.attention');
    expect(item!.facts).toMatchObject({ marked: 3, complete: true });
    await on.drain(sender, 6);
    expect(on.fake.accepted).toHaveLength(5);

    await new EmergencyStop(on.db.database, config).resume(systemActor('test'));
    expect(await on.openItems()).toEqual([]);
    await on.drain(sender, 6);
    expect(on.mostTaken).toBe(1);
    expect(on.fake.acceptedTimes().get(keyHash(fresh!.dedupe_key))).toBe(1);
  });

  it('says so when Postmark could not be asked to the end, or when somebody says that it is a copy', async () => {
    await beat(on.db.database);
    const { gateway } = on.senderFor();
    on.fake.failSearches = 10;
    const config = on.configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', CORTEX_RESTORED: '1' });
    expect(await guardRestore(on.db.database, config, gateway)).toBe(true);
    expect(await new EmergencyStop(on.db.database, config).state()).toMatchObject({
      stopped: true,
      stopped_by: 'cortex',
    });
    const item = await on.db.database.row<{ detail: string; facts: object }>(
      'select detail, facts from cortex.attention',
    );
    expect(item!.facts).toMatchObject({ marked: 0, complete: false });
    expect(item!.detail).toContain('could not say everything');
  });
});
