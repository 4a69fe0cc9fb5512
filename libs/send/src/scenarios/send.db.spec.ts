import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Lifecycle } from '#automations';
import type { SendFacts } from '#emails';
import { newId, systemActor } from '#platform';
import { FakePostmark } from '#testing';
import { claimBatch } from '../claiming/claim-batch.js';
import { EmergencyStop } from '../safety/emergency-stop.js';
import { SendLoop } from '../sending/send-loop.js';
import { log, SendFixture, waitUntilReady } from './send.fixture.js';
import { readiness } from '../claiming/readiness.js';

let on: SendFixture;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.fake.close());

describe('a good day', () => {
  it('posts at most 500 a call, always with stream, metadata and one-click headers, and records by index', async () => {
    await on.queue(await on.people(620));
    const { sender } = on.senderFor();
    await on.drain(sender, 620);
    expect(await on.counts()).toEqual({ sent: 620 });
    expect(on.fake.calls.map((call) => call.size)).toEqual([500, 120]);
    const mail = on.fake.accepted[0]!;
    expect(mail).toMatchObject({ from: 'School <news@school.example>', stream: 'broadcast', subject: 'Hi Person <b>' });
    expect(mail.html).toContain('Hi Person &lt;b&gt;');
    expect(Object.keys(mail.metadata)).toEqual(['b', 'k']);
    expect(mail.headers.map((header) => header.Name)).toEqual(['List-Unsubscribe', 'List-Unsubscribe-Post']);
    const rows = await on.db.database.rows<{ email: string; provider_id: string }>(
      'select contact_email as email, provider_id from cortex.messages',
    );
    const byId = new Map(on.fake.accepted.map((accepted) => [accepted.id, accepted.to]));
    for (const row of rows) expect(byId.get(row.provider_id)).toBe(row.email);
    expect(await on.activities()).toEqual({ 'email.sent': 620 });
  });

  it('sends transactional mail first, on its own stream and without unsubscribing', async () => {
    const persons = await on.people(3, 'unsubscribed');
    await on.queue(persons);
    await on.queue(persons, { stream: 'transactional' });
    const { sender } = on.senderFor();
    await on.drain(sender, 6);
    expect(await on.counts()).toEqual({ sent: 3, 'skipped:unsubscribed': 3 });
    expect(on.fake.accepted.every((mail) => mail.stream === 'outbound' && mail.headers.length === 0)).toBe(true);
    expect(on.fake.accepted[0]!.from).toBe('School <desk@school.example>');
  });

  it('leaves header and link to Postmark where its stream handles unsubscribing', async () => {
    on.fake.handling = 'Postmark';
    await on.queue(await on.people(1));
    await on.drain(on.senderFor().sender, 1);
    expect(on.fake.accepted[0]!.headers).toEqual([]);
    expect(on.fake.accepted[0]!.html).not.toContain('nsubscribe');
  });

  it('uses our own and says so where the handling cannot be read', async () => {
    on.fake.handling = 'unreadable';
    await on.queue(await on.people(1));
    await on.drain(on.senderFor().sender, 1);
    expect(on.fake.accepted[0]!.headers).toHaveLength(2);
    expect(await on.openItems()).toEqual(['handling_unreadable']);
  });

  it('keeps mail in the outbox without a token, through the same states', async () => {
    await on.db.database.run('update cortex.settings set sender_broadcast = null, postal_address = null');
    await on.queue(await on.people(2));
    await on.drain(on.senderFor(on.configWith()).sender, 2);
    expect(await on.counts()).toEqual({ sent: 2 });
    expect(await on.db.database.rows('select distinct provider, provider_id from cortex.messages')).toEqual([
      { provider: 'outbox', provider_id: null },
    ]);
    expect(await on.activities()).toEqual({ 'email.sent': 2 });
  });

  it('never hands demo people to Postmark', async () => {
    const persons = await on.people(2);
    await on.db.database.run('update cortex.people set demo = true where person_id = $1', [persons[0]!.person_id]);
    await on.queue(persons);
    await on.drain(on.senderFor().sender, 2);
    expect(on.fake.accepted.map((mail) => mail.to)).toEqual([persons[1]!.email]);
    expect(await on.counts()).toEqual({ sent: 2 });
  });
});

describe('who must not get it any more', () => {
  it('is looked at when the mail is sent, each with its reason', async () => {
    const persons = await on.people(6);
    await on.queue(persons);
    const set = (at: number, sql: string) =>
      on.db.database.run(`update cortex.people set ${sql} where person_id = $1`, [persons[at]!.person_id]);
    await set(0, "consent_status = 'unsubscribed'");
    await set(1, "consent_status = 'unknown'");
    await set(2, 'suppressed_broadcast = true');
    await on.db.database.run(
      "insert into cortex.suppressions (address, stream, reason, origin) values ($1, 'broadcast', 'manual', 'test')",
      [persons[3]!.email],
    );
    await set(4, 'type = null');
    await on.drain(on.senderFor().sender, 6);
    expect(await on.counts()).toEqual({
      'skipped:unsubscribed': 1,
      'skipped:no_consent': 1,
      'skipped:suppressed': 2,
      'skipped:erased': 1,
      sent: 1,
    });
    expect(await on.activities()).toEqual({ 'email.skipped': 5, 'email.sent': 1 });
  });

  it('mails people who never answered only while the setting is on', async () => {
    await on.db.database.run('update cortex.settings set mail_unanswered = true');
    await on.queue(await on.people(1, 'unknown'));
    await on.queue(
      await on.db.database.rows("update cortex.people set consent_status = 'pending' returning person_id, email"),
    );
    await on.db.database.run("update cortex.people set consent_status = 'unknown'");
    await on.drain(on.senderFor().sender, 2);
    expect(await on.counts()).toEqual({ sent: 2 });
  });

  it('holds the frequency cap, within one batch too', async () => {
    await on.db.database.run(
      `update cortex.settings set frequency_cap = '{"count": 2, "per": {"n": 1, "unit": "days"}}'`,
    );
    const persons = await on.people(1);
    await on.queue([persons[0]!, persons[0]!, persons[0]!]);
    const { sender } = on.senderFor();
    await on.drain(sender, 3);
    expect(await on.counts()).toEqual({ sent: 2, 'skipped:capped': 1 });
    await on.db.clock.advance({ hours: 25 });
    await on.queue(persons);
    await on.drain(sender, 4);
    expect((await on.counts()).sent).toBe(3);
  });
});

describe('holding back', () => {
  it('sends nothing while stopped, and nothing of a paused automation', async () => {
    const automation = await on.db.database.row<{ id: string }>(
      `insert into cortex.automations (name, status, draft_graph) values ('A', 'paused', '{}') returning id`,
    );
    await on.queue(await on.people(2), {}, automation!.id);
    const { sender, config } = on.senderFor();
    await on.drain(sender, 2);
    expect(await on.counts()).toEqual({ queued: 2 });
    await on.db.database.run("update cortex.automations set status = 'live'");
    const sending = new EmergencyStop(on.db.database, config);
    expect(await sending.stop(systemActor('test'), 'wrong text')).toMatchObject({
      stopped: true,
      reason: 'wrong text',
    });
    await on.drain(sender, 2);
    expect(await on.counts()).toEqual({ queued: 2 });
    expect((await sending.resume(systemActor('test'))).stopped).toBe(false);
    await on.drain(sender, 2);
    expect(await on.counts()).toEqual({ sent: 2 });
  });

  it('cancels what waits of an automation that is stopped, once and for all', async () => {
    const automation = (await on.db.database.row<{ id: string }>(
      `insert into cortex.automations (name, status, draft_graph) values ('A', 'live', '{}') returning id`,
    ))!.id;
    const persons = await on.people(3);
    const { sender, gateway, config } = on.senderFor();
    await on.queue(persons.slice(0, 1), {}, automation);
    await on.drain(sender, 1);
    await on.queue(persons, {}, automation);
    await on.queue(persons.slice(0, 1));
    const lifecycle = new Lifecycle(on.db.database);
    await lifecycle.stop(systemActor('test'), automation, 0);
    expect(await on.counts()).toEqual({ sent: 1, cancelled: 3, queued: 1 });
    await lifecycle.resume(systemActor('test'), automation);
    await on.drain(sender, 5);
    expect(await on.counts()).toEqual({ sent: 2, cancelled: 3 });

    // Whoever stopped it died at once: nothing leaves, and the upkeep cancels.
    await on.queue(persons, {}, automation);
    await on.db.database.run("update cortex.automations set status = 'stopped'");
    await on.drain(sender, 8);
    expect(await on.counts()).toEqual({ sent: 2, cancelled: 3, queued: 3 });
    await new SendLoop(on.db.database, config, log, sender, gateway).upkeep();
    expect(await on.counts()).toEqual({ sent: 2, cancelled: 6 });
    expect(await on.db.database.rows('select 1 from cortex.outgoing')).toEqual([]);
    expect(on.fake.accepted).toHaveLength(2);
  });

  it('lets what had been claimed leave when its automation is stopped meanwhile', async () => {
    const automation = (await on.db.database.row<{ id: string }>(
      `insert into cortex.automations (name, status, draft_graph) values ('A', 'live', '{}') returning id`,
    ))!.id;
    await on.queue(await on.people(2), {}, automation);
    const { sender, config } = on.senderFor();
    await on.db.database.tx(async (tx) => {
      const ready = await readiness(tx, config, 'broadcast', 'postmark', undefined);
      const { batch } = await claimBatch(tx, (ready as { facts: SendFacts }).facts, 'real', newId(), 1);
      await new Lifecycle(on.db.database).stop(systemActor('test'), automation, 0);
      expect(batch!.mails).toHaveLength(1);
    });
    expect(await on.counts()).toEqual({ submitting: 1, cancelled: 1 });
    await on.drain(sender, 2);
  });

  it('waits for sender and postal address, says so, and goes on when they are there', async () => {
    await on.db.database.run('update cortex.settings set sender_broadcast = null, postal_address = null');
    await on.queue(await on.people(1));
    const { sender, gateway, config } = on.senderFor();
    const loop = new SendLoop(on.db.database, config, log, sender, gateway);
    await on.drain(sender, 1);
    await loop.upkeep();
    expect(await on.openItems()).toEqual(['sending_waits:postal_address']);
    await on.db.database.run("update cortex.settings set postal_address = '1 Main Street'");
    await on.drain(sender, 1);
    await loop.upkeep();
    expect(await on.openItems()).toEqual(['sending_waits:sender']);
    await on.db.database.run("update cortex.settings set sender_broadcast = 'a@school.example'");
    await on.drain(sender, 1);
    await loop.upkeep();
    expect(await on.openItems()).toEqual([]);
    expect(await on.counts()).toEqual({ sent: 1 });
  });

  it('obeys CORTEX_SENDING=off, which no screen can lift', async () => {
    await on.queue(await on.people(1));
    const { sender, config } = on.senderFor(on.configWith({ CORTEX_SENDING: 'off' }));
    await on.drain(sender, 1);
    expect(await on.counts()).toEqual({ queued: 1 });
    await expect(new EmergencyStop(on.db.database, config).resume(systemActor('test'))).rejects.toMatchObject({
      code: 'sending_off',
    });
  });
});

describe('refusals', () => {
  it('mautic#7226: goes on past a 406 in the middle of a batch and suppresses that person', async () => {
    const persons = await on.people(5);
    on.fake.inactive.add(persons[2]!.email);
    await on.queue(persons);
    await on.drain(on.senderFor().sender, 5);
    expect(await on.counts()).toEqual({ sent: 4, failed: 1 });
    expect(on.fake.accepted.map((mail) => mail.to)).not.toContain(persons[2]!.email);
    expect(await on.db.database.rows('select address, reason from cortex.suppressions')).toEqual([
      { address: persons[2]!.email, reason: 'inactive' },
    ]);
    await on.queue([persons[2]!]);
    await on.drain(on.senderFor().sender, 6);
    expect(await on.counts()).toEqual({ sent: 4, failed: 1, 'skipped:suppressed': 1 });
  });

  it('mautic#7226: records the mails of one call apart: sent, failed, and back in the queue; nothing is sent for ever', async () => {
    await on.queue(await on.people(4));
    on.fake.plan({ kind: 'items', codes: { 1: 300, 3: 429 } });
    const { sender } = on.senderFor();
    await on.drain(sender, 4);
    expect(await on.counts()).toEqual({ sent: 2, failed: 1, queued: 1 });
    expect(await on.db.database.rows("select error_code from cortex.messages where state = 'failed'")).toEqual([
      { error_code: 300 },
    ]);
    await on.db.clock.advance({ minutes: 1 });
    await waitUntilReady(sender);
    await on.drain(sender, 4);
    expect(await on.counts()).toEqual({ sent: 3, failed: 1 });
    expect(on.mostTaken).toBe(1);
    const calls = on.fake.calls.length;
    await on.db.clock.advance({ days: 1 });
    await on.drain(sender, 4);
    expect(on.fake.calls).toHaveLength(calls);
  });

  it.each([429, 503, 401])('puts a batch refused with %d back, later each time, and counts it', async (status) => {
    await on.queue(await on.people(3));
    on.fake.plan({ kind: 'status', status }, { kind: 'status', status });
    const { sender } = on.senderFor();
    await sender.sendOne();
    expect(await on.counts()).toEqual({ queued: 3 });
    expect(sender.backoff.ready()).toBe(false);
    for (let turn = 0; turn < 3; turn += 1) {
      await on.db.clock.advance({ minutes: 11 });
      await waitUntilReady(sender);
      await on.drain(sender, 3);
    }
    expect(await on.counts()).toEqual({ sent: 3 });
    expect(await on.db.database.rows('select distinct attempts from cortex.messages')).toEqual([{ attempts: 3 }]);
    expect(await on.openItems()).toEqual(status === 401 ? ['postmark_refused'] : []);
  });

  it('posts heavy mails in several calls, and puts back what was not posted when one is refused', async () => {
    const html = `<p>${'word '.repeat(80_000)}</p>`;
    await on.queue(await on.people(50), { content: { subject: 'Heavy', html, text: 'Heavy' } });
    on.fake.plan({ kind: 'accept' }, { kind: 'status', status: 503 });
    const { sender } = on.senderFor();
    await sender.sendOne();
    expect(on.fake.calls.map((call) => call.size)).toEqual([20, 20]);
    expect(await on.counts()).toEqual({ sent: 20, queued: 30 });
    await on.db.clock.advance({ minutes: 11 });
    await waitUntilReady(sender);
    await on.drain(sender, 50);
    expect(await on.counts()).toEqual({ sent: 50 });
    expect(on.mostTaken).toBe(1);
  });

  it('posts a hundred mails at once, however heavy together, and no more that are', async () => {
    const html = `<p>${'word '.repeat(4_000)}</p>`;
    await on.queue(await on.people(130), { content: { subject: 'Long', html, text: 'Long' } });
    await on.senderFor().sender.sendOne();
    expect(on.fake.calls.map((call) => call.size)).toEqual([100, 30]);
    expect(await on.counts()).toEqual({ sent: 130 });
  });

  it('puts mails back when Postmark cannot be reached at all', async () => {
    await on.queue(await on.people(1));
    const gone = await FakePostmark.start();
    const url = gone.url;
    await gone.close();
    const { sender } = on.senderFor(on.configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', POSTMARK_API_URL: url }));
    await on.drain(sender, 1);
    expect(await on.counts()).toEqual({ queued: 1 });
  });

  it('fails a mail whose template breaks for this person, and sends the others', async () => {
    const persons = await on.people(3);
    const content = { subject: 'x', html: '{% for i in (1..contact.n) %}{{ i }}{% endfor %}' };
    await on.queue([persons[0]!], { content, data: { contact: { n: 1e9 } } });
    await on.queue(persons.slice(1), { content, data: { contact: { n: 3 } } });
    await on.drain(on.senderFor().sender, 3);
    expect(await on.counts()).toEqual({ sent: 2, failed: 1 });
  });
});
