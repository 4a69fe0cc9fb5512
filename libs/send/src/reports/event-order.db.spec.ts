import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setConsent } from '#directory';
import { LinkTokens, liftSuppressions, suppress, type SendFacts } from '#emails';
import { newId } from '#platform';
import { EmailSentMatching } from '../recording/email-sent-matching.js';
import { claimBatch } from '../claiming/claim-batch.js';
import { PostmarkEvents } from './postmark-events.js';
import { recordBatch } from '../recording/record-results.js';
import { SendFixture } from '../scenarios/send.fixture.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';
import { readiness } from '../claiming/readiness.js';

/** Minutes after the mail left. */
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 10, minute)).toISOString();

const hardBounce = (minute: number) => ({
  RecordType: 'Bounce',
  ID: minute,
  Type: 'HardBounce',
  Inactive: true,
  BouncedAt: at(minute),
});
const complaint = (minute: number) => ({
  RecordType: 'SpamComplaint',
  ID: minute,
  Inactive: true,
  BouncedAt: at(minute),
});
const change = (minute: number, origin: string, more: object) => ({
  RecordType: 'SubscriptionChange',
  ChangedAt: at(minute),
  Origin: origin,
  MessageStream: 'broadcast',
  ...more,
});
/** As Postmark reports it: a reactivation and what its users do by hand name no mail. */
const reactivated = (minute: number) => ({
  ...change(minute, 'Customer', { SuppressSending: false }),
  MessageID: null,
});
const resubscribed = (minute: number) => ({
  ...change(minute, 'Recipient', { SuppressSending: false }),
  MessageID: null,
});
const unsubscribed = (minute: number) =>
  change(minute, 'Recipient', { SuppressSending: true, SuppressionReason: 'ManualSuppression' });
const deactivated = (minute: number) => ({
  ...change(minute, 'Customer', { SuppressSending: true, SuppressionReason: 'ManualSuppression' }),
  MessageID: null,
});

describe('9.D: what is reported counts from when it happened, not from when it arrives', () => {
  let on: SendFixture;
  let events: PostmarkEvents;
  let email: string;
  let person: string;

  beforeAll(async () => {
    on = await SendFixture.make();
  });
  afterAll(() => on.db.drop());
  afterEach(() => on.fake.close());
  beforeEach(fresh);

  /** One person who has got one mail, and an hour that has passed since. */
  async function fresh(): Promise<void> {
    await on.reset();
    await on.db.database.run('truncate cortex.webhook_events, cortex.suppression_lifts');
    events = new PostmarkEvents(on.db.database, on.toPostmark());
    const persons = await on.people(1);
    ({ email, person_id: person } = persons[0]!);
    await on.queue(persons);
    await on.drain(on.senderFor().sender, 1);
    await on.db.clock.advance({ hours: 1 });
  }

  const hear = async (...reports: object[]) => {
    const MessageID = on.fake.accepted.at(-1)!.id;
    for (const report of reports) await events.take({ MessageID, Email: email, Recipient: email, ...report });
  };
  const standing = async () => {
    const row = await on.db.database.row<{ consent: string; flags: string }>(
      `select consent_status as consent, concat_ws(' ', case when suppressed_broadcast then 'broadcast' end,
         case when suppressed_transactional then 'transactional' end) as flags from cortex.people where person_id = $1`,
      [person],
    );
    const rows = await on.db.database.rows<{ why: string }>(
      `select stream || ' ' || reason as why from cortex.suppressions where address = $1 order by 1`,
      [email],
    );
    const why = rows.map((one) => one.why);
    // The flags in the directory say the same as the list.
    expect(row!.flags.split(' ').filter(Boolean)).toEqual([...new Set(why.map((one) => one.split(' ')[0]))].sort());
    return { consent: row!.consent, why };
  };
  const bothBounced = ['broadcast hard_bounce', 'transactional hard_bounce'];

  it('an older re-subscription that comes after a newer no does not bring the mail back', async () => {
    await hear(unsubscribed(20), resubscribed(10));
    expect(await standing()).toEqual({ consent: 'unsubscribed', why: [] });
  });

  it('an older no that comes after a newer re-subscription does not stop the mail', async () => {
    await hear(resubscribed(20), unsubscribed(10));
    expect(await standing()).toEqual({ consent: 'subscribed', why: [] });
  });

  it('an older re-subscription at Postmark does not outdo the one-click of since then', async () => {
    const tokens = new LinkTokens(on.db.database, on.toPostmark());
    const subscriptions = new Subscriptions(on.db.database, tokens);
    const mail = on.fake.accepted.at(-1)!;
    const token = /\/unsubscribe\/([\w-]+)/.exec(mail.html)![1]!;
    await subscriptions.unsubscribe((await subscriptions.holder('unsubscribe', token))!, 'one_click');
    await hear(resubscribed(30));
    expect(await standing()).toEqual({ consent: 'unsubscribed', why: [] });
  });

  it('a bounce from before a reactivation suppresses nobody, one from after it does', async () => {
    await hear(reactivated(20), hardBounce(10));
    expect((await standing()).why).toEqual([]);
    await hear(hardBounce(30), { ...reactivated(25) });
    expect((await standing()).why).toEqual(bothBounced);
  });

  it('a reactivation at Postmark lifts what the bounce set, on both streams', async () => {
    await hear(hardBounce(10));
    expect((await standing()).why).toEqual(bothBounced);
    await hear(reactivated(20));
    expect((await standing()).why).toEqual([]);
  });

  it('a reactivation at Postmark lifts no complaint, even one beside a bounce', async () => {
    await hear(hardBounce(10), complaint(11), reactivated(20));
    expect(await standing()).toEqual({ consent: 'unsubscribed', why: ['broadcast spam_complaint'] });
  });

  it('a reactivation at Postmark lifts what was put on its list there, and not what a colleague suppressed here', async () => {
    await hear(deactivated(10));
    expect(await standing()).toEqual({ consent: 'subscribed', why: ['broadcast manual'] });
    await hear(reactivated(11));
    expect((await standing()).why).toEqual([]);
    await on.db.database.tx((tx) =>
      suppress(tx, [{ address: email, stream: 'broadcast', reason: 'manual', origin: 'support@school.example' }]),
    );
    await hear(deactivated(30), reactivated(59));
    expect((await standing()).why).toEqual(['broadcast manual']);
  });

  it("the recipient's own re-subscription lifts a manual suppression only", async () => {
    await hear(hardBounce(10), deactivated(12));
    await on.db.database.tx((tx) => setConsent(tx, person, { status: 'unsubscribed', at: at(13) }, 'person'));
    await hear(resubscribed(20));
    expect(await standing()).toEqual({ consent: 'subscribed', why: bothBounced });
    await hear(complaint(30), resubscribed(40));
    expect((await standing()).why).toEqual([bothBounced[0], 'broadcast spam_complaint', bothBounced[1]]);
  });

  it('asking for mail on the preference page lifts a manual suppression only', async () => {
    await hear(hardBounce(10), deactivated(12));
    const tokens = new LinkTokens(on.db.database, on.toPostmark());
    await new Subscriptions(on.db.database, tokens).subscribe({
      person_id: person,
      message_id: '00000000-0000-7000-8000-000000000000',
      address_hint: '',
      subscribed: true,
      language: null,
      paused_until: null,
      topic: null,
      workspace: '',
    });
    expect((await standing()).why).toEqual(bothBounced);
  });

  it('a refusal of a mail that was on its way while Postmark reactivated the address suppresses nobody', async () => {
    await on.queue([{ person_id: person, email }]);
    const { config } = on.senderFor();
    const batch = await on.db.database.tx(async (tx) => {
      const ready = await readiness(tx, config, 'broadcast', 'postmark', undefined);
      return (await claimBatch(tx, (ready as { facts: SendFacts }).facts, 'real', newId())).batch!;
    });
    await on.db.clock.advance({ minutes: 1 });
    await hear({ ...reactivated(0), ChangedAt: '2026-03-01T11:00:30Z' });
    const refused = { kind: 'failed' as const, code: 406, reason: 'inactive', inactive: true };
    const results = batch.mails.map(({ id }) => ({ id, ...refused }));
    await on.db.database.tx((tx) => recordBatch(tx, batch.id, 'postmark', { results }, new EmailSentMatching()));
    expect((await on.counts()).failed).toBe(1);
    expect((await standing()).why).toEqual([]);
  });

  it('a hard bounce said once more counts from the newest time', async () => {
    await hear(hardBounce(10), hardBounce(30), reactivated(20));
    expect((await standing()).why).toEqual(bothBounced);
    await on.db.database.tx((tx) =>
      liftSuppressions(tx, [{ addresses: [email], streams: ['broadcast'], reasons: ['hard_bounce'] }]),
    );
    expect((await standing()).why).toEqual(['transactional hard_bounce']);
  });

  it('comes to the same standing in whatever order the reports arrive', async () => {
    const kinds = [hardBounce, complaint, reactivated, resubscribed, unsubscribed, deactivated];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(kinds.length - 1), { minLength: 2, maxLength: 7 }).chain((picks) => {
          // Each at an instant of its own.
          const reports = picks.map((pick, minute) => kinds[pick]!(minute + 1));
          return fc.shuffledSubarray(reports, { minLength: reports.length }).map((shuffled) => ({ reports, shuffled }));
        }),
        async ({ reports, shuffled }) => {
          await on.fake.close();
          await fresh();
          await hear(...reports);
          const inOrder = await standing();
          await on.fake.close();
          await fresh();
          await hear(...shuffled);
          expect(await standing()).toEqual(inOrder);
        },
      ),
      { numRuns: 25, seed: 9 },
    );
  });
});
