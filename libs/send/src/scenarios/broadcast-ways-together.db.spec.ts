import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BroadcastTest } from '#contracts';
import { newId } from '#platform';
import { SentBroadcasts } from './broadcasts.fixture.js';
import { claimBatch } from '../claiming/claim-batch.js';
import { waitUntilReady, type SendFixture } from './send.fixture.js';

const RUNS = 8;
const STEPS = 120;
const PEOPLE = 90;

let sent: SentBroadcasts;
let on: SendFixture;

beforeAll(async () => {
  sent = await SentBroadcasts.make();
  on = sent.on;
});
afterAll(() => on.db.drop());
beforeEach(() => sent.reset());
afterEach(() => on.fake.close());

/** Numbers from 0 to 1 that are the same for a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let killed = 0;

/** Ends every connection that is in the middle of something, as a database that is killed does. */
async function kill(): Promise<void> {
  const gone = await on.db.database.rows(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  );
  killed += gone.length;
}

const survived = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

describe('hold-out, test and spread together', () => {
  it.each(Array.from({ length: RUNS }, (_, at) => at + 1))(
    'account for everybody in every state, whatever is killed, paused or resumed (%i)',
    async (seed) => {
      const next = numbers(seed);
      const pick = (n: number) => Math.floor(next() * n);
      const test: BroadcastTest = {
        on: 'subject',
        variants: Array.from({ length: 2 + pick(3) }, (_, at) => ({ subject: `Variant ${at}` })),
        percent: 10 + pick(41),
        wait: { n: 5 + pick(40), unit: 'minutes' },
        winner_by: 'clicks',
      };
      await on.people(PEOPLE);
      const id = await sent.draft({
        holdout_percent: pick(40),
        test: next() < 0.7 ? test : null,
        spread: next() < 0.7 ? { n: 10 + pick(90), unit: 'minutes' } : null,
      });
      await sent.send(id);
      const { will_receive, skipped } = await sent.broadcasts.audience(id);
      const { sender } = on.senderFor();
      const status = async () => (await sent.broadcasts.get(id)).status;
      const act = async (name: 'pause' | 'resume') => survived(sent.lifecycle[name](sent.actor, id));
      for (let step = 0; step < STEPS; step += 1) {
        const dice = next();
        if (dice < 0.4) await survived(sent.loop.once());
        else if (dice < 0.6) await survived(sender.sendOne());
        else if (dice < 0.8) await on.db.clock.advance({ minutes: 1 + pick(8) });
        else if (dice < 0.87) await Promise.all([survived(sent.loop.once()), survived(kill())]);
        else if (dice < 0.92) await Promise.all([survived(sent.loop.once()), act('pause')]);
        else await act('resume');
        await sent.assertSum(id);
        await waitUntilReady(sender);
      }
      for (let turn = 0; turn < 60 && (await status()) !== 'sent'; turn += 1) {
        if ((await status()) === 'paused') await act('resume');
        await sent.pass(sender, id, 9, 9);
      }
      const { counts } = await sent.broadcasts.get(id);
      expect(counts).toMatchObject({
        candidates: PEOPLE,
        sent: will_receive,
        queued: 0,
        skipped: { held_out: skipped.held_out ?? 0 },
      });
      expect(new Set(on.fake.accepted.map(({ to }) => to)).size).toBe(will_receive);
      expect(on.mostTaken).toBe(1);
      expect(await status()).toBe('sent');
    },
    240_000,
  );

  it('were killed in the middle of something', () => {
    expect(killed).toBeGreaterThan(0);
  });

  it('leaves a mail of a call alone that is under way while it is paused', async () => {
    await on.people(30);
    const id = await sent.draft({ spread: { n: 1, unit: 'minutes' } });
    await sent.send(id);
    await sent.work(id);
    await on.db.clock.advance({ minutes: 2 });
    await sent.work(id);
    const { sender } = on.senderFor();
    const facts = {
      provider: 'postmark' as const,
      message_stream: 'broadcast',
      stream: 'broadcast' as const,
      public_url: 'https://cortex.school.example',
      workspace: { name: 'School', postal_address: '1 Main Street' },
      sender: 'School <news@school.example>',
      unsubscribe: 'ours' as const,
      track: false,
    };
    await on.db.database.tx((tx) => claimBatch(tx, facts, 'real', newId(), 10));
    await sent.lifecycle.pause(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.counts(id)).toMatchObject({ submitting: 10, queued: 20 });
    await sent.lifecycle.resume(sent.actor, id);
    await sent.pass(sender, id, 2, 1);
    expect(await sent.counts(id)).toMatchObject({ submitting: 10, sent: 20, queued: 0 });
  }, 60_000);
});
