import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BroadcastReports } from '#broadcasts';
import type { SendFacts } from '#emails';
import { newId } from '#platform';
import { SentBroadcasts } from './broadcasts.fixture.js';
import { claimBatch } from '../claiming/claim-batch.js';
import { EmailSentMatching } from '../recording/email-sent-matching.js';
import { reconcile } from '../safety/reconcile.js';
import { recordBatch } from '../recording/record-results.js';
import { retryUnknown } from '../safety/retry-unknown.js';
import { waitUntilReady, type SendFixture } from './send.fixture.js';

const facts: SendFacts = {
  provider: 'postmark',
  message_stream: 'broadcast',
  stream: 'broadcast',
  public_url: 'https://cortex.school.example',
  workspace: { name: 'School', postal_address: '1 Main Street' },
  sender: 'School <news@school.example>',
  unsubscribe: 'ours',
  track: false,
};

let sent: SentBroadcasts;
let on: SendFixture;

beforeAll(async () => {
  sent = await SentBroadcasts.make();
  on = sent.on;
});
afterAll(() => on.db.drop());
beforeEach(() => sent.reset());
afterEach(() => on.fake.close());

describe('a broadcast', () => {
  it('goes from its draft to everybody once, and its job says so', async () => {
    await on.people(1_200);
    const id = await sent.draft();
    await sent.send(id);
    expect(await sent.statuses(id)).toEqual(['preparing', 'queued']);
    await sent.work(id);
    expect(await sent.statuses(id)).toEqual(['sending', 'processing']);
    await sent.drain(on.senderFor().sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ candidates: 1_200, sent: 1_200, queued: 0 });
    expect([on.fake.accepted.length, on.mostTaken]).toEqual([1_200, 1]);
    expect(on.fake.accepted[0]).toMatchObject({ stream: 'broadcast', subject: 'News' });
  });

  it('is paused within one batch, says how many have left, and goes on where it was', async () => {
    await on.people(1_200);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    const { sender } = on.senderFor();
    await sender.sendOne();
    const paused = await sent.lifecycle.pause(sent.actor, id);
    expect(paused).toMatchObject({ status: 'paused', counts: { sent: 500, queued: 700 } });
    await sent.drain(sender, id);
    expect(await sent.statuses(id)).toEqual(['paused', 'paused']);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ sent: 500, queued: 700 });
    // Nothing of it stands in the way of other mail.
    expect(await on.db.database.rows('select 1 from cortex.outgoing')).toEqual([]);
    await sent.lifecycle.resume(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    expect([on.fake.accepted.length, on.mostTaken]).toEqual([1_200, 1]);
  });

  it('is not claimed while it is paused, also where its mails are still in the queue', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    await on.db.database.run("update cortex.broadcasts set status = 'paused' where id = $1", [id]);
    await on.senderFor().sender.sendOne();
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ queued: 3, sent: 0 });
  });

  it('is cancelled within one batch: what has left stays sent, all others are cancelled', async () => {
    await on.people(1_200);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    const { sender } = on.senderFor();
    await sender.sendOne();
    await sent.lifecycle.cancel(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.statuses(id)).toEqual(['cancelled', 'cancelled']);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ sent: 500, queued: 0, cancelled: 700 });
    expect(on.fake.accepted.length).toBe(500);
  });

  it('that is cancelled while a call is under way leaves nothing behind of what the call gives back', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    const { batch } = await on.db.database.tx((tx) => claimBatch(tx, facts, 'real', newId()));
    await sent.lifecycle.cancel(sent.actor, id);
    await sent.work(id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ submitting: 3, cancelled: 0 });
    const results = batch!.mails.map((mail) => ({ id: mail.id, kind: 'again' as const, code: 0, reason: 'Later.' }));
    await on.db.database.tx((tx) => recordBatch(tx, batch!.id, 'postmark', { results }, new EmailSentMatching()));
    await on.db.clock.advance({ seconds: 2 });
    await sent.work(id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ submitting: 0, queued: 0, cancelled: 3 });
    expect(await on.db.database.rows('select 1 from cortex.outgoing')).toEqual([]);
  });

  it('can be undone while its minute runs, and leaves after it', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.send(id, 60);
    await sent.work(id);
    expect(await sent.statuses(id)).toEqual(['scheduled']);
    expect(await sent.lifecycle.cancel(sent.actor, id)).toMatchObject({ status: 'draft', scheduled_at: null });
    await sent.send(id, 60);
    await on.db.clock.advance({ seconds: 61 });
    await sent.drain(on.senderFor().sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  });

  it('listmonk#1801: asks before it leaves late when it was due while nothing ran', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.lifecycle.schedule(sent.actor, id, new Date('2026-03-01T12:00:00Z'), 3);
    await on.db.clock.set('2026-03-01T12:30:00Z');
    await sent.work(id);
    expect(await sent.broadcasts.get(id)).toMatchObject({
      status: 'paused',
      reason: expect.stringContaining('12:00:00'),
    });
    expect(await on.openItems()).toEqual([`broadcast:${id}`]);
    await sent.lifecycle.resume(sent.actor, id);
    expect(await on.openItems()).toEqual([]);
    await sent.drain(on.senderFor().sender, id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ sent: 3 });
  });

  it('pauses itself when too many of its mails are refused, and says why', async () => {
    await on.people(600);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    on.fake.plan({ kind: 'items', codes: Object.fromEntries(Array.from({ length: 60 }, (_, at) => [at, 300])) });
    const { sender } = on.senderFor();
    await sender.sendOne();
    expect(await sent.broadcasts.get(id)).toMatchObject({
      status: 'paused',
      reason: '60 of 500 e-mails were refused.',
      counts: { sent: 440, failed: 60, queued: 100 },
    });
    expect(await on.openItems()).toContain(`broadcast:${id}`);
    await sent.drain(sender, id);
    expect((await sent.broadcasts.get(id)).counts.queued).toBe(100);
    await sent.lifecycle.resume(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  });

  it('lets system mail pass', async () => {
    const persons = await on.people(1_200);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    await on.senderFor().sender.sendOne();
    await on.queue(persons.slice(0, 1), { stream: 'transactional' });
    // Another one: whoever has just found no system mail looks for it again a quarter of a second later.
    await on.senderFor().sender.sendOne();
    expect(on.fake.accepted.at(-1)!.stream).toBe('outbound');
  });

  it('asks consent, caps and quiet hours again when its mails are claimed', async () => {
    const [left, other] = await on.people(2);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    await on.db.database.run("update cortex.people set consent_status = 'unsubscribed' where person_id = $1", [
      left!.person_id,
    ]);
    await on.db.database.run(`update cortex.settings set quiet_hours = '{"from": "09:00", "to": "12:00"}'`);
    const { sender } = on.senderFor();
    await sent.drain(sender, id);
    expect((await sent.broadcasts.get(id)).status).toBe('sending');
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ queued: 1, skipped: { unsubscribed: 1 } });
    await on.db.clock.set('2026-03-01T12:00:01Z');
    await sent.drain(sender, id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ sent: 1, skipped: { unsubscribed: 1 } });
    expect(on.fake.accepted.map(({ to }) => to)).toEqual([other!.email]);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  });

  it('goes only to who wants the topic of its template', async () => {
    const [wants] = await on.people(2);
    const { id: topic } = (await on.db.database.row<{ id: string }>(
      "insert into cortex.topics (name, default_on) values ('Rare', false) returning id",
    ))!;
    const { id: template_id } = (await on.db.database.row<{ id: string }>(
      "insert into cortex.templates (name, subject, html, topic_id) values ('T', 'Rare', '<p>x</p>', $1) returning id",
      [topic],
    ))!;
    await on.db.database.run(
      "insert into cortex.topic_choices (person_id, topic_id, wanted, at, said_by, source) values ($1, $2, true, cortex.now(), 'person', 'test')",
      [wants!.person_id, topic],
    );
    const id = await sent.draft();
    await sent.broadcasts.save(sent.actor, id, { template_id });
    expect(await sent.broadcasts.audience(id)).toMatchObject({ will_receive: 1, skipped: { topic_off: 1 } });
    await sent.send(id);
    await sent.drain(on.senderFor().sender, id);
    expect(on.fake.accepted.map(({ to }) => to)).toEqual([wants!.email]);
  });

  it('goes on when somebody sends its mails of unknown fate again', async () => {
    await on.people(2);
    const id = await sent.draft();
    await sent.send(id);
    await sent.drain(on.senderFor().sender, id);
    await on.db.database.run("update cortex.messages set state = 'unknown' where broadcast_id = $1", [id]);
    await on.db.database.run("update cortex.send_batches set outcome = 'unknown'");
    await retryUnknown(on.db.database, sent.actor, { broadcast_id: id }, 2);
    expect(await sent.statuses(id)).toEqual(['sending', 'processing']);
    await sent.drain(on.senderFor().sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    expect(on.fake.accepted.length).toBe(4);
  });
});

describe('a broadcast that was cancelled', () => {
  it('stays cancelled when somebody sends its mails of unknown fate again', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    const { batch } = await on.db.database.tx((tx) => claimBatch(tx, facts, 'real', newId(), 1));
    await on.db.database.run("update cortex.messages set state = 'unknown' where batch_id = $1", [batch!.id]);
    await on.db.database.run(
      "update cortex.send_batches set outcome = 'unknown', settled_at = cortex.now() where id = $1",
      [batch!.id],
    );
    await sent.lifecycle.cancel(sent.actor, id);
    await sent.drain(on.senderFor().sender, id);
    await retryUnknown(on.db.database, sent.actor, { broadcast_id: id }, 1);
    await sent.drain(on.senderFor().sender, id);
    expect(await sent.statuses(id)).toEqual(['cancelled', 'cancelled']);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ sent: 1, cancelled: 2, queued: 0 });
  });
});

describe('the batches of a broadcast', () => {
  const batches = (id: string, more: { limit?: number; cursor?: string } = {}) =>
    new BroadcastReports(on.db.database, sent.broadcasts).batches(id, { limit: 10, ...more });

  it('are listed by number, the latest first, each with what became of its mails', async () => {
    await on.people(1_200);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    expect(await batches(id)).toEqual({ items: [], next_cursor: null, begun: 0, expected: 3 });
    const { sender } = on.senderFor();
    on.fake.plan({ kind: 'items', codes: { 0: 300, 1: 406, 2: 406, 3: 429 } });
    await sender.sendOne();
    const [first] = (await batches(id)).items;
    expect(first).toMatchObject({ number: 1, state: 'settled', mails: 500, accepted: 496, refused: 3, put_back: 1 });
    expect(first!.trouble).toMatchObject({ code: 429, message: 'Rate limit exceeded.' });
    expect(first!.refusals.map(({ code, mails }) => [code, mails])).toEqual([
      [406, 2],
      [300, 1],
    ]);
    await waitUntilReady(sender);
    const { batch } = await on.db.database.tx((tx) => claimBatch(tx, facts, 'real', newId()));
    expect((await batches(id)).items[0]).toMatchObject({ number: 2, state: 'in_call', open: 500, accepted: 0 });
    const results = batch!.mails.map((mail) => ({
      id: mail.id,
      kind: 'sent' as const,
      provider_id: null,
      subject: '',
    }));
    await on.db.database.tx((tx) => recordBatch(tx, batch!.id, 'postmark', { results }, new EmailSentMatching()));
    await on.db.clock.advance({ minutes: 1 });
    await sent.drain(sender, id);
    const page = await batches(id, { limit: 2 });
    expect([page.begun, page.expected, page.items.map(({ number }) => number)]).toEqual([3, 3, [3, 2]]);
    const last = await batches(id, { limit: 2, cursor: page.next_cursor! });
    expect(last.items).toMatchObject([{ number: 1, accepted: 496, put_back: 1 }]);
    const all = [...page.items, ...last.items];
    for (const one of all) expect(one.mails).toBe(one.accepted + one.refused + one.put_back + one.open + one.unknown);
    expect(all.reduce((sum, { accepted }) => sum + accepted, 0)).toBe((await sent.counts(id)).sent);
  });

  it('whose answer is lost are looked up, and then say what was found', async () => {
    await on.people(3);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    on.fake.plan({ kind: 'accept_and_drop' });
    await on.senderFor().sender.sendOne();
    expect((await batches(id)).items).toMatchObject([{ state: 'looked_up', open: 3, searches: 0 }]);
    await reconcile(on.db.database, on.senderFor().gateway);
    expect((await batches(id)).items).toMatchObject([{ state: 'settled', open: 0, accepted: 3, searches: 1 }]);
  });

  it('say how fast mail leaves: assumed at first, then as it was in the last days', async () => {
    await on.people(1_000);
    const id = await sent.draft();
    const sending = async () => (await sent.broadcasts.audience(id)).sending;
    expect(await sending()).toEqual({ calls: 2, seconds: 20, per_second: 50, measured: false });
    const batch = (from: number, to: number, outcome = 'answered', provider = 'postmark') =>
      on.db.database.run(
        `insert into cortex.send_batches (id, stream, facts, size, message_ids, claimed_by, claimed_at, settled_at, outcome)
         values ($1, 'broadcast', jsonb_build_object('provider', $2::text), 500, '{}', $1, cortex.now() - make_interval(secs => $3),
           cortex.now() - make_interval(secs => $4), $5)`,
        [newId(), provider, from, to, outcome],
      );
    // Two lanes side by side, a pause because Postmark was busy, and an hour in which nothing was sent.
    await batch(4_000, 3_990);
    await batch(3_995, 3_980);
    await batch(3_980, 3_978, 'busy');
    await batch(3_970, 3_960);
    await batch(300, 290);
    await batch(250, 100, 'found');
    await batch(50, 1, 'answered', 'outbox');
    expect(await sending()).toEqual({ calls: 2, seconds: 25, per_second: 40, measured: true });
  });
});

describe('two people who become one', () => {
  it('keep one mail of a broadcast', async () => {
    const [first, second] = await on.people(2);
    const id = await sent.draft();
    await sent.send(id);
    await sent.work(id);
    await on.db.database.tx(async (tx) => {
      await tx.run('select cortex.merge_people($1, $2)', [first!.person_id, second!.person_id]);
    });
    await sent.drain(on.senderFor().sender, id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ candidates: 2, sent: 1, skipped: { duplicate: 1 } });
    expect(on.fake.accepted.map(({ to }) => to)).toEqual([second!.email]);
  });

  it('keep one also when it happens while the broadcast is prepared', async () => {
    const [first, second] = await on.people(2);
    const id = await sent.draft();
    await sent.send(id);
    // The audience is fixed, and everybody frozen.
    await sent.loop.once();
    await sent.loop.once();
    await on.db.database.run(
      `insert into cortex.person_merges (person_id, into_person_id, merged_at) values ($1, $2, cortex.now())`,
      [first!.person_id, second!.person_id],
    );
    await sent.drain(on.senderFor().sender, id);
    expect((await sent.broadcasts.get(id)).counts).toMatchObject({ candidates: 2, sent: 1, skipped: { duplicate: 1 } });
  });
});
