import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { liftSuppressions, suppress, suppressionReasons, type SuppressionReason } from '#emails';
import { systemActor } from '#platform';
import type { FakeSuppression } from '#testing';
import { importSuppressions } from './import-suppressions.js';
import { log, SendFixture } from '../scenarios/send.fixture.js';
import { SuppressionMirror } from './suppression-mirror.js';

let on: SendFixture;
beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('truncate cortex.suppression_lifts');
});
afterEach(() => on.fake.close());

const mirror = () => {
  const { gateway, config } = on.senderFor();
  return new SuppressionMirror(on.db.database, config, gateway, log);
};
const there = (stream = 'broadcast') => (on.fake.suppressed.get(stream) ?? []).map((one) => one.EmailAddress).sort();
const put = (
  stream: string,
  email: string,
  reason: FakeSuppression['SuppressionReason'],
  origin: FakeSuppression['Origin'],
  at = '2026-02-28T10:00:00Z',
) => {
  const entry = { EmailAddress: email, SuppressionReason: reason, Origin: origin, CreatedAt: at };
  on.fake.suppressed.set(stream, [...(on.fake.suppressed.get(stream) ?? []), entry]);
};
const here = async () =>
  (
    await on.db.database.rows<{ line: string }>(
      "select address || ' ' || stream || ' ' || reason as line from cortex.suppressions order by 1",
    )
  ).map(({ line }) => line);
const suppressHere = (email: string, reason: SuppressionReason = 'manual', origin = 'ann@staff.example') =>
  on.db.database.tx((tx) => suppress(tx, [{ address: email, stream: 'broadcast', reason, origin }]));
const liftHere = (email: string) =>
  on.db.database.tx((tx) =>
    liftSuppressions(tx, [{ addresses: [email], streams: ['broadcast'], reasons: suppressionReasons }]),
  );

describe('the list of suppressions at Postmark', () => {
  it('gets whom we suppress and loses whom we let go, once each, on their stream', async () => {
    await suppressHere('a@school.example');
    await suppressHere('b@school.example');
    expect(await mirror().push()).toBe(2);
    expect([there('broadcast'), there('outbound')]).toEqual([['a@school.example', 'b@school.example'], []]);
    expect(await mirror().push()).toBe(0);
    await liftHere('a@school.example');
    expect(await mirror().push()).toBe(1);
    expect(there()).toEqual(['b@school.example']);
    await suppressHere('a@school.example');
    await mirror().push();
    expect(there()).toEqual(['a@school.example', 'b@school.example']);
  });

  it('gets more than one call can hold, and nobody of the sample', async () => {
    const many = Array.from({ length: 120 }, (_, n) => `n${n}@school.example`);
    await on.people(1);
    await on.db.database.run('update cortex.people set demo = true');
    await on.db.database.tx((tx) =>
      suppress(
        tx,
        [...many, 'p1@school.example'].map((address) => ({
          address,
          stream: 'broadcast' as const,
          reason: 'manual' as const,
          origin: 'x',
        })),
      ),
    );
    expect(await mirror().push()).toBe(120);
    expect(there()).toHaveLength(120);
  });

  it('is told at night what it could not be told', async () => {
    await suppressHere('a@school.example');
    on.fake.down = true;
    expect(await mirror().push()).toBe(0);
    on.fake.down = false;
    expect(await mirror().push()).toBe(1);
  });

  it('keeps whoever complained, and that is said', async () => {
    put('broadcast', 'spam@school.example', 'SpamComplaint', 'Recipient');
    await mirror().pull();
    expect(await here()).toEqual(['spam@school.example broadcast spam_complaint']);
    await liftHere('spam@school.example');
    await mirror().push();
    expect(there()).toEqual(['spam@school.example']);
    expect(await on.openItems()).toContain('suppressions_kept');
    // What a colleague lifted stays lifted, although it still stands there.
    await mirror().pull();
    expect(await here()).toEqual([]);
  });

  it('tells what its webhooks lost: bounces on both streams, complaints, and people’s own unsubscriptions', async () => {
    const [ann, bo] = await on.people(2);
    put('broadcast', 'dead@school.example', 'HardBounce', 'Recipient');
    put('broadcast', 'Staff@School.example', 'ManualSuppression', 'Admin');
    put('broadcast', ann!.email, 'ManualSuppression', 'Recipient');
    put('broadcast', bo!.email, 'SpamComplaint', 'Recipient');
    expect(await mirror().pull()).toEqual({ taken: 4, lifted: 0 });
    expect(await here()).toEqual([
      'dead@school.example broadcast hard_bounce',
      'dead@school.example transactional hard_bounce',
      `${bo!.email} broadcast spam_complaint`,
      'staff@school.example broadcast manual',
    ]);
    expect(await on.db.database.rows('select distinct consent_status, consent_by from cortex.people')).toEqual([
      { consent_status: 'unsubscribed', consent_by: 'person' },
    ]);
    expect(await mirror().pull()).toEqual({ taken: 0, lifted: 0 });
  });

  it('does not take for its own what we had put there, and does not undo a later yes', async () => {
    await suppressHere('a@school.example');
    const [ann] = await on.people(1);
    await mirror().push();
    await on.db.database.run("update cortex.people set consent_at = '2026-02-28T11:00:00Z', consent_by = 'person'");
    put('broadcast', ann!.email, 'ManualSuppression', 'Recipient');
    expect(await mirror().pull()).toEqual({ taken: 0, lifted: 0 });
    expect(await here()).toEqual(['a@school.example broadcast manual']);
  });

  it('lets go whom Postmark has reactivated, but not within the hour, not a colleague’s, and not all at once', async () => {
    put('broadcast', 'dead@school.example', 'HardBounce', 'Recipient');
    await suppressHere('a@school.example');
    await mirror().pull();
    on.fake.suppressed.clear();
    // Its own report of a minute ago may not stand on its list yet.
    await suppressHere('fresh@school.example', 'inactive', 'postmark 406');
    expect(await mirror().pull()).toEqual({ taken: 0, lifted: 2 });
    expect(await here()).toEqual(['a@school.example broadcast manual', 'fresh@school.example broadcast inactive']);
    await on.db.database.run(
      `insert into cortex.suppressions (address, stream, reason, origin, created_at)
       select 'n' || n || '@school.example', 'broadcast', 'hard_bounce', 'postmark', '2026-01-01' from generate_series(1, 30) n`,
    );
    expect(await mirror().pull()).toEqual({ taken: 0, lifted: 0 });
    expect(await on.openItems()).toContain('suppressions_vanished');
  });

  it('says nothing when it cannot be read', async () => {
    await suppressHere('old@school.example', 'hard_bounce', 'postmark');
    await on.db.clock.advance({ days: 1 });
    on.fake.down = true;
    expect(await mirror().pull()).toEqual({ taken: 0, lifted: 0 });
    expect(await here()).toEqual(['old@school.example broadcast hard_bounce']);
  });
});

describe('importing who must not get mail', () => {
  const actor = systemActor('test');
  const take = (items: Parameters<typeof importSuppressions>[2]) =>
    on.db.database.tx((tx) => importSuppressions(tx, actor, items, 'mailchimp'));

  it('holds for people who are imported afterwards, and counts for those who are known', async () => {
    const [ann] = await on.people(1);
    expect(
      await take([
        { email: 'later@school.example', reason: 'unsubscribed' },
        { email: ann!.email.toUpperCase(), reason: 'unsubscribed' },
        { email: 'dead@school.example', reason: 'hard_bounce' },
      ]),
    ).toEqual({ addresses: 3, listed: 0, added: 4, known: 1, unsubscribed: 1 });
    expect(await here()).toEqual([
      'dead@school.example broadcast hard_bounce',
      'dead@school.example transactional hard_bounce',
      'later@school.example broadcast manual',
      `${ann!.email} broadcast manual`,
    ]);
    expect(await on.db.database.rows('select consent_status, consent_source from cortex.people')).toEqual([
      { consent_status: 'unsubscribed', consent_source: 'mailchimp' },
    ]);
    await on.db.database.run("insert into public.purchase_leads (email) values ('later@school.example')");
    const [later] = await on.db.database.rows<{ person_id: string; email: string }>(
      "select person_id, email from cortex.people where address = 'later@school.example'",
    );
    await on.db.database.run("update cortex.people set consent_status = 'subscribed'");
    await on.queue([later!, ann!]);
    await on.drain(on.senderFor().sender, 2);
    expect(await on.counts()).toEqual({ 'skipped:suppressed': 2 });
  });

  it('twice changes nothing, and what a person said since then stays', async () => {
    const [ann] = await on.people(1);
    const items = [{ email: ann!.email, reason: 'unsubscribed' as const, at: '2026-01-01T00:00:00Z' }];
    await on.db.database.run("update cortex.people set consent_at = '2026-02-01T00:00:00Z', consent_by = 'person'");
    await take(items);
    expect(await take(items)).toEqual({ addresses: 1, listed: 1, added: 0, known: 1, unsubscribed: 0 });
    expect(await on.db.database.rows('select consent_status from cortex.people')).toEqual([
      { consent_status: 'subscribed' },
    ]);
  });
});
