import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LinkTokens } from '#emails';
import { systemActor } from '#platform';
import { FakePostmark } from '#testing';
import { PostmarkGateway } from '../postmark/postmark.client.js';
import { reconcile, recoverCrashed } from './reconcile.js';
import { retryUnknown } from './retry-unknown.js';
import { Sender } from '../sending/sender.js';
import { SendLoop } from '../sending/send-loop.js';
import { log, SendFixture, waitUntilReady } from '../scenarios/send.fixture.js';

let on: SendFixture;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.fake.close());

describe('unclear outcomes', () => {
  it.each([
    { kind: 'accept_and_drop' },
    { kind: 'accept_and_cut' },
    { kind: 'hang', accept: true },
    { kind: 'status', status: 500, accept: true },
    { kind: 'status', status: 502, accept: true },
  ] as const)('finds what was taken when the reply is lost: $kind $status', async (behavior) => {
    await on.queue(await on.people(7));
    on.fake.plan(behavior);
    const { sender, gateway } = on.senderFor(on.toPostmark(), 0.3);
    await on.drain(sender, 7);
    expect(await on.counts()).toEqual({ uncertain: 7 });
    await on.db.clock.advance({ seconds: 10 });
    expect(await reconcile(on.db.database, gateway)).toBe(1);
    expect(await on.counts()).toEqual({ sent: 7 });
    expect([...on.fake.acceptedTimes().values()]).toEqual(Array(7).fill(1));
    expect(await on.activities()).toEqual({ 'email.sent': 7 });
    expect(await reconcile(on.db.database, gateway)).toBe(0);
  });

  it.each([{ kind: 'drop' }, { kind: 'hang' }] as const)(
    'calls mail unknown only after two complete searches the settle time apart: $kind',
    async (behavior) => {
      await on.queue(await on.people(3));
      on.fake.plan(behavior);
      const { sender, gateway } = on.senderFor(on.toPostmark(), 0.3);
      await on.drain(sender, 3);
      on.fake.failSearches = 1;
      const look = async (minutes: number) => {
        await on.db.clock.advance({ minutes });
        await reconcile(on.db.database, gateway);
        return on.counts();
      };
      expect(await look(1)).toEqual({ uncertain: 3 }); // this search failed
      expect(await look(1)).toEqual({ uncertain: 3 }); // the first complete one
      expect(await look(10)).toEqual({ uncertain: 3 }); // too early
      expect(on.fake.searches).toBe(2);
      expect(await look(6)).toEqual({ unknown: 3 });
      expect(await on.openItems()).toEqual(['unknown_mails']);

      await waitUntilReady(sender);
      await on.drain(sender, 3);
      expect(await on.counts()).toEqual({ unknown: 3 });
      const actor = systemActor('test');
      await expect(retryUnknown(on.db.database, actor, {}, 2)).rejects.toMatchObject({
        code: 'count_changed',
        facts: { count: 3 },
      });
      expect(await retryUnknown(on.db.database, actor, {}, 3)).toBe(3);
      await on.drain(sender, 3);
      expect(await on.counts()).toEqual({ sent: 3 });
      expect(await on.openItems()).toEqual([]);
    },
  );

  it('sends again after a server error that took nothing, once a search has shown that', async () => {
    await on.queue(await on.people(3));
    on.fake.plan({ kind: 'status', status: 500 });
    const { sender, gateway } = on.senderFor();
    await on.drain(sender, 3);
    expect(await on.counts()).toEqual({ uncertain: 3 });
    await on.db.clock.advance({ seconds: 10 });
    await reconcile(on.db.database, gateway);
    expect(await on.counts()).toEqual({ queued: 3 });
    await waitUntilReady(sender);
    await on.drain(sender, 3);
    expect(await on.counts()).toEqual({ sent: 3 });
    expect(on.mostTaken).toBe(1);
  });

  it('takes over a batch whose process died, with and without its call made', async () => {
    const persons = await on.people(4);
    await on.queue(persons.slice(0, 2));
    const { sender, gateway, config } = on.senderFor();
    // Dies after the commit and before the call.
    const died = new PostmarkGateway({ token: 'x', url: 'http://127.0.0.1:9', timeoutSeconds: 1 });
    died.post = () => Promise.reject(new Error('killed'));
    const tokens = new LinkTokens(on.db.database, config);
    const other = new Sender(on.db.database, config, log, tokens, died);
    await expect(other.sendOne()).rejects.toThrow('killed');
    // Dies after the call and before the record.
    await on.queue(persons.slice(2));
    died.post = async (mails) => {
      await gateway.post(mails);
      throw new Error('killed');
    };
    await expect(other.sendOne()).rejects.toThrow('killed');
    expect(await on.counts()).toEqual({ submitting: 4 });
    expect(await recoverCrashed(on.db.database)).toBe(0);
    await on.db.clock.advance({ minutes: 3 });
    expect(await recoverCrashed(on.db.database)).toBe(2);
    await reconcile(on.db.database, gateway);
    expect(await on.counts()).toEqual({ uncertain: 2, sent: 2 });
    await on.db.clock.advance({ minutes: 16 });
    await reconcile(on.db.database, gateway);
    expect(await on.counts()).toEqual({ unknown: 2, sent: 2 });
    await on.drain(sender, 4);
    expect(on.fake.accepted).toHaveLength(2);
  });

  it('queues transactional mail of unknown fate again where the setting says so', async () => {
    await on.db.database.run('update cortex.settings set retry_unknown_transactional = true');
    await on.queue(await on.people(1), { stream: 'transactional' });
    on.fake.plan({ kind: 'drop' });
    const { sender, gateway } = on.senderFor();
    await on.drain(sender, 1);
    await reconcile(on.db.database, gateway);
    await on.db.clock.advance({ minutes: 16 });
    await reconcile(on.db.database, gateway);
    await waitUntilReady(sender);
    await on.drain(sender, 1);
    expect(await on.counts()).toEqual({ sent: 1 });
  });
});

describe('several at once', () => {
  it('sends every mail once with two workers of several lanes, in trouble', async () => {
    await on.queue(await on.people(400));
    let call = 0;
    const chaotic = await FakePostmark.start({
      chaos: () =>
        [{ kind: 'accept' }, { kind: 'accept_and_drop' }, { kind: 'status', status: 429 }][(call += 1) % 3] as {
          kind: 'accept';
        },
    });
    try {
      const config = on.configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', POSTMARK_API_URL: chaotic.url });
      const loops = [1, 2].map(() => {
        const { sender, gateway } = on.senderFor(config);
        return new SendLoop(on.db.database, config, log, sender, gateway);
      });
      await on.db.clock.reset();
      for (const loop of loops) loop.start();
      for (let turn = 0; turn < 300 && (await on.counts()).sent !== 400; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const now = await on.counts();
        expect(Object.values(now).reduce((a, b) => a + b, 0)).toBe(400);
      }
      await Promise.all(loops.map((loop) => loop.stop()));
      expect(await on.counts()).toEqual({ sent: 400 });
      expect(chaotic.accepted).toHaveLength(400);
      expect(Math.max(...chaotic.acceptedTimes().values())).toBe(1);
    } finally {
      await chaotic.close();
    }
  });
});
