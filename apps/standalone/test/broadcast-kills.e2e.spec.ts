import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { keyHash } from '#send';
import { seedLeads, type Behavior, type FakeReport, type TestDatabase } from '#testing';
import { faults } from './fault-automations.js';
import type { FakePostmarkProcess, PatientCaller, Processes } from './fault-harness.js';
import { Killer, patiently, startProduct, stopProduct, type Point, type Product } from './killer.js';

/** Broadcasts are sent until there were so many; `npm run test:faults` wants more, with more people. */
const wantedKills = Number(process.env.CORTEX_FAULT_KILLS ?? 6);
const peopleCount = Number(process.env.CORTEX_FAULT_PEOPLE ?? 1_000);
const MOST_BROADCASTS = 200;

/** Single mails are refused now and then: for good, and because Postmark knows the address as dead. */
const ways: Behavior[] = [...faults, { kind: 'items', codes: { 0: 406, 3: 300 } }, { kind: 'accept' }];

const inState = (state: string): Point => ({ seen: `exists (select from cortex.messages where state = '${state}')` });
/** The five steps of the protocol, and any moment. */
const points: Record<string, Point> = {
  'as people are frozen': { seen: "exists (select from cortex.broadcasts where status = 'preparing')" },
  'with mails being submitted': inState('submitting'),
  'as Postmark takes a batch': 'next call',
  'with mails recorded and mails queued': {
    seen: 'exists (select from cortex.outgoing where broadcast_id is not null)',
  },
  'with mails whose fate is not known': inState('uncertain'),
  'at any moment': 'at any moment',
};

interface Seen {
  status: string;
  candidates: number;
  mails: number;
  left_out: number;
  open: number;
  sent: number;
}

describe('broadcasts while processes are killed and Postmark misbehaves', () => {
  let product: Product;
  let db: TestDatabase;
  let fake: FakePostmarkProcess;
  let processes: Processes;
  let caller: PatientCaller;
  let killer: Killer;
  let sums = 0;
  let pauses = 0;

  beforeAll(async () => {
    const people = Array.from({ length: peopleCount }, (_, n) => ({
      email: `person${n}@school.example`,
      first_name: 'Ada',
      consent: n % 10 === 0 ? 'unsubscribed' : 'subscribed',
    }));
    product = await startProduct(ways, async ({ database }) => {
      await seedLeads(database, people);
      await database.run('update cortex.settings set frequency_cap = null');
    });
    ({ db, fake, processes, caller } = product);
    killer = new Killer(product, points, wantedKills);
  }, 240_000);

  afterAll(async () => {
    await killer?.stop().catch(() => undefined);
    if (product) await stopProduct(product);
  });

  /** What is committed, all of it at one moment; in every such state everybody is accounted for. */
  async function look(id: string): Promise<Seen> {
    const seen = (await patiently(() =>
      db.database.row<Seen>(
        `select b.status, b.candidates,
           (select count(*)::int from cortex.broadcast_exclusions e where e.broadcast_id = b.id) as left_out,
           count(m.id)::int as mails,
           count(m.id) filter (where m.state in ('queued', 'submitting', 'uncertain'))::int as open,
           count(m.id) filter (where m.state = 'sent')::int as sent
         from cortex.broadcasts b left join cortex.messages m on m.broadcast_id = b.id
         where b.id = $1 group by b.id`,
        [id],
      ),
    ))!;
    expect(seen.mails + seen.left_out).toBe(seen.candidates);
    sums += 1;
    return seen;
  }

  /** Asks for a change of status until it is there: an answer may be lost on the way. */
  async function change(id: string, act: string, is: (status: string) => boolean, body: object = {}): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if (is((await look(id)).status)) return;
      await caller.call('POST', `/email/broadcasts/${id}/${act}`, body).catch(() => pause(100));
    }
    throw new Error(`The broadcast could not be changed: ${act}.`);
  }

  async function sendOne(n: number): Promise<string> {
    const { id } = await caller.call('POST', '/email/broadcasts', {
      name: `News ${n}`,
      subject: 'Hello {{ contact.first_name | default: "there" }}',
      html: '<p>News for {{ contact.email }}</p>',
      rules: { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] },
    });
    const { will_receive } = await caller.call('POST', `/email/broadcasts/${id}/audience`);
    await change(id, 'send', (status) => status !== 'draft', { confirm: will_receive });
    let paused = false;
    const limit = Date.now() + 300_000;
    for (;;) {
      const { status, sent, mails, open } = await look(id);
      if (status === 'sent' && open === 0) break;
      if (Date.now() > limit)
        throw new Error(`It does not end: ${status}, ${open} of ${mails} open. ${processes.said}`);
      if (status === 'sending' && !paused && sent > mails / 3) {
        // Once in the middle it rests, and goes on.
        paused = true;
        pauses += 1;
        await change(id, 'pause', (now) => now !== 'sending');
      }
      // Also where it paused itself, because too many were refused.
      if (status === 'paused') await change(id, 'resume', (now) => now !== 'paused');
      await patiently(() => db.clock.advance({ seconds: 12 }));
      await pause(150);
    }
    const { counts } = await caller.call('GET', `/email/broadcasts/${id}`);
    const skipped = Object.values<number>(counts.skipped).reduce((all, each) => all + each, 0);
    const { candidates, sent, failed, unknown, cancelled } = counts;
    expect(skipped + sent + failed + unknown + cancelled).toBe(candidates);
    expect([candidates, counts.queued, counts.submitting, counts.uncertain]).toEqual([peopleCount, 0, 0, 0]);
    return id;
  }

  it('reach everybody at most once, and account for everybody in every state', async () => {
    killer.start();
    const ids: string[] = [];
    while (!killer.isDone && ids.length < MOST_BROADCASTS) ids.push(await sendOne(ids.length));
    await killer.stop();
    const report = await fake.report();
    await nobodyTwice(report);
    expect(await processes.stop()).toEqual([0, 0, 0, 0]);
    const unknown = await db.database.row<{ n: number }>(
      "select count(*)::int as n from cortex.messages where state = 'unknown'",
    );
    process.stdout.write(
      `${killer.kills} kills survived (${killer.told()}) by ${ids.length} broadcasts to ${peopleCount} people, each paused once (${pauses}); ` +
        `${processes.restarts} processes ended by themselves; ${report.accepted.length} mails taken once, ${unknown!.n} unknown; the sums held in ${sums} states.\n`,
    );
  }, 3_600_000);

  async function nobodyTwice(report: FakeReport): Promise<void> {
    const taken = new Map<string, number>();
    for (const { k } of report.accepted) taken.set(k, (taken.get(k) ?? 0) + 1);
    expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
    const mails = await db.database.rows<{ dedupe_key: string; state: string }>(
      'select dedupe_key, state from cortex.messages',
    );
    const wrong = mails.filter(
      ({ dedupe_key, state }) => (taken.get(keyHash(dedupe_key)) ?? 0) !== (state === 'sent' ? 1 : 0),
    );
    expect(wrong).toEqual([]);
    const unclear = report.calls.filter(
      ({ kind, status }) => !(kind === 'accept' || kind === 'items' || status === 429),
    );
    const unknown = mails.filter(({ state }) => state === 'unknown').length;
    expect(unknown).toBeLessThanOrEqual(500 * (killer.kills + unclear.length));
  }
});
