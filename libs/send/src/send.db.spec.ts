import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LinkTokens, queueMails, type Mail } from '#emails';
import { createLog, newId, readConfig, systemActor } from '#platform';
import { FakePostmark, testDatabase, type TestDatabase } from '#testing';
import { PostmarkGateway } from './postmark.client.js';
import { reconcile, recoverCrashed } from './reconcile.js';
import { retryUnknown } from './retry-unknown.js';
import { Sender } from './sender.js';
import { Sending } from './sending.js';
import { SendLoop } from './send-loop.js';

let db: TestDatabase;
let fake: FakePostmark;
const log = createLog('silent', 'test');

beforeAll(async () => {
  db = await testDatabase({ poolSize: 8 });
});
afterAll(() => db.drop());
beforeEach(async () => {
  fake = await FakePostmark.start();
  await db.clock.set('2026-03-01T10:00:00Z');
  await db.database.run(
    `truncate cortex.messages, cortex.send_batches, cortex.mail_contents, cortex.people, cortex.person_links, cortex.suppressions,
       cortex.attention, public.email_jobs, public.crm_activities, cortex.activity_inbox, cortex.automations cascade`,
  );
  await db.database.run(
    `update cortex.settings set sender_broadcast = 'School <news@school.example>', sender_transactional = 'School <desk@school.example>',
       postal_address = '1 Main Street', mail_unanswered = false, frequency_cap = null, sending_stopped_at = null, settle_seconds = 900,
       retry_unknown_transactional = false`,
  );
});
afterEach(() => fake.close());

const configWith = (more: Record<string, string> = {}) =>
  readConfig({ CORTEX_PUBLIC_URL: 'https://cortex.school.example', CORTEX_SECRET: 'secret', ...more });
const toPostmark = () => configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', POSTMARK_API_URL: fake.url });

function senderFor(config = toPostmark(), timeoutSeconds = 5) {
  const gateway = config.hasPostmark
    ? new PostmarkGateway({
        token: config.env.POSTMARK_SERVER_TOKEN!,
        url: config.env.POSTMARK_API_URL,
        timeoutSeconds,
      })
    : undefined;
  const tokens = new LinkTokens(db.database, config);
  const sender = new Sender({ database: db.database, config, log, tokens, gateway, claimer: newId() });
  return { sender, gateway: gateway!, config };
}

async function people(count: number, consent = 'subscribed'): Promise<{ person_id: string; email: string }[]> {
  return db.database.rows(
    `insert into cortex.people (address, email, type, first_name, consent_status)
     select 'p' || n || '@school.example', 'p' || n || '@school.example', 'lead', 'Person ' || n, $2
     from generate_series(1, $1) n returning person_id, email`,
    [count, consent],
  );
}

async function queue(
  persons: { person_id: string; email: string }[],
  more: Partial<Mail> = {},
  automation_id = newId(),
) {
  return db.database.tx((tx) =>
    queueMails(
      tx,
      persons.map((person) => ({
        run: { automation_id, version: 1, run_id: newId(), node_id: 'mail', visit: 1 },
        person_id: person.person_id,
        contact_email: person.email,
        stream: 'broadcast' as const,
        content: { subject: 'Hi {{ contact.first_name }}', html: '<p>Hi {{ contact.first_name }}</p>' },
        data: { contact: { first_name: 'Person <b>' } },
        dedupe_key: newId(),
        ...more,
      })),
    ),
  );
}

/** Sends until nothing is left that may leave now, holding to the sum in between. */
async function drain(sender: Sender, total: number): Promise<void> {
  for (let turns = 0; turns < 40; turns += 1) {
    const busy = await sender.sendOne();
    const sum = Object.values(await counts()).reduce((a, b) => a + b, 0);
    expect(sum).toBe(total);
    if (!busy) return;
  }
  throw new Error('The queue does not come to an end.');
}

async function counts(): Promise<Record<string, number>> {
  const rows = await db.database.rows<{ state: string; n: number }>(
    `select state || case when state = 'skipped' then ':' || reason else '' end as state, count(*)::int as n
     from cortex.messages group by 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
}

const activities = async () =>
  Object.fromEntries(
    (
      await db.database.rows<{ type: string; n: number }>(
        'select type, count(*)::int as n from public.crm_activities where person_id is not null group by type',
      )
    ).map((row) => [row.type, row.n]),
  );
const openItems = async () =>
  (
    await db.database.rows<{ key: string }>('select key from cortex.attention where closed_at is null order by key')
  ).map((row) => row.key);
const most = (times: Map<string, number>) => Math.max(0, ...times.values());

describe('a good day', () => {
  it('posts at most 500 a call, always with stream, metadata and one-click headers, and records by index', async () => {
    await queue(await people(620));
    const { sender } = senderFor();
    await drain(sender, 620);
    expect(await counts()).toEqual({ sent: 620 });
    expect(fake.calls.map((call) => call.size)).toEqual([500, 120]);
    const mail = fake.accepted[0]!;
    expect(mail).toMatchObject({ from: 'School <news@school.example>', stream: 'broadcast', subject: 'Hi Person <b>' });
    expect(mail.html).toContain('Hi Person &lt;b&gt;');
    expect(Object.keys(mail.metadata)).toEqual(['b', 'k']);
    expect(mail.headers.map((header) => header.Name)).toEqual(['List-Unsubscribe', 'List-Unsubscribe-Post']);
    const rows = await db.database.rows<{ email: string; provider_id: string }>(
      'select contact_email as email, provider_id from cortex.messages',
    );
    const byId = new Map(fake.accepted.map((accepted) => [accepted.id, accepted.to]));
    for (const row of rows) expect(byId.get(row.provider_id)).toBe(row.email);
    expect(await activities()).toEqual({ 'email.sent': 620 });
  });

  it('sends transactional mail first, on its own stream and without unsubscribing', async () => {
    const persons = await people(3, 'unsubscribed');
    await queue(persons);
    await queue(persons, { stream: 'transactional' });
    const { sender } = senderFor();
    await drain(sender, 6);
    expect(await counts()).toEqual({ sent: 3, 'skipped:unsubscribed': 3 });
    expect(fake.accepted.every((mail) => mail.stream === 'outbound' && mail.headers.length === 0)).toBe(true);
    expect(fake.accepted[0]!.from).toBe('School <desk@school.example>');
  });

  it('leaves header and link to Postmark where its stream handles unsubscribing', async () => {
    fake.handling = 'Postmark';
    await queue(await people(1));
    await drain(senderFor().sender, 1);
    expect(fake.accepted[0]!.headers).toEqual([]);
    expect(fake.accepted[0]!.html).not.toContain('nsubscribe');
  });

  it('uses our own and says so where the handling cannot be read', async () => {
    fake.handling = 'unreadable';
    await queue(await people(1));
    await drain(senderFor().sender, 1);
    expect(fake.accepted[0]!.headers).toHaveLength(2);
    expect(await openItems()).toEqual(['handling_unreadable']);
  });

  it('keeps mail in the outbox without a token, through the same states', async () => {
    await db.database.run('update cortex.settings set sender_broadcast = null, postal_address = null');
    await queue(await people(2));
    await drain(senderFor(configWith()).sender, 2);
    expect(await counts()).toEqual({ sent: 2 });
    expect(await db.database.rows('select distinct provider, provider_id from cortex.messages')).toEqual([
      { provider: 'outbox', provider_id: null },
    ]);
    expect(await activities()).toEqual({ 'email.sent': 2 });
  });

  it('never hands demo people to Postmark', async () => {
    const persons = await people(2);
    await db.database.run('update cortex.people set demo = true where person_id = $1', [persons[0]!.person_id]);
    await queue(persons);
    await drain(senderFor().sender, 2);
    expect(fake.accepted.map((mail) => mail.to)).toEqual([persons[1]!.email]);
    expect(await counts()).toEqual({ sent: 2 });
  });
});

describe('who must not get it any more', () => {
  it('is looked at when the mail is sent, each with its reason', async () => {
    const persons = await people(6);
    await queue(persons);
    const set = (at: number, sql: string) =>
      db.database.run(`update cortex.people set ${sql} where person_id = $1`, [persons[at]!.person_id]);
    await set(0, "consent_status = 'unsubscribed'");
    await set(1, "consent_status = 'unknown'");
    await set(2, 'suppressed_broadcast = true');
    await db.database.run(
      "insert into cortex.suppressions (address, stream, reason, origin) values ($1, 'broadcast', 'manual', 'test')",
      [persons[3]!.email],
    );
    await set(4, 'type = null');
    await drain(senderFor().sender, 6);
    expect(await counts()).toEqual({
      'skipped:unsubscribed': 1,
      'skipped:no_consent': 1,
      'skipped:suppressed': 2,
      'skipped:erased': 1,
      sent: 1,
    });
    expect(await activities()).toEqual({ 'email.skipped': 5, 'email.sent': 1 });
  });

  it('mails people who never answered only while the setting is on', async () => {
    await db.database.run('update cortex.settings set mail_unanswered = true');
    await queue(await people(1, 'unknown'));
    await queue(
      await db.database.rows("update cortex.people set consent_status = 'pending' returning person_id, email"),
    );
    await db.database.run("update cortex.people set consent_status = 'unknown'");
    await drain(senderFor().sender, 2);
    expect(await counts()).toEqual({ sent: 2 });
  });

  it('holds the frequency cap, within one batch too', async () => {
    await db.database.run(`update cortex.settings set frequency_cap = '{"count": 2, "per": {"n": 1, "unit": "days"}}'`);
    const persons = await people(1);
    await queue([persons[0]!, persons[0]!, persons[0]!]);
    const { sender } = senderFor();
    await drain(sender, 3);
    expect(await counts()).toEqual({ sent: 2, 'skipped:capped': 1 });
    await db.clock.advance({ hours: 25 });
    await queue(persons);
    await drain(sender, 4);
    expect((await counts()).sent).toBe(3);
  });
});

describe('holding back', () => {
  it('sends nothing while stopped, and nothing of a paused automation', async () => {
    const automation = await db.database.row<{ id: string }>(
      `insert into cortex.automations (name, status, draft_graph) values ('A', 'paused', '{}') returning id`,
    );
    await queue(await people(2), {}, automation!.id);
    const { sender, config } = senderFor();
    await drain(sender, 2);
    expect(await counts()).toEqual({ queued: 2 });
    await db.database.run("update cortex.automations set status = 'live'");
    const sending = new Sending(db.database, config);
    expect(await sending.stop(systemActor('test'), 'wrong text')).toMatchObject({
      stopped: true,
      reason: 'wrong text',
    });
    await drain(sender, 2);
    expect(await counts()).toEqual({ queued: 2 });
    expect((await sending.resume(systemActor('test'))).stopped).toBe(false);
    await drain(sender, 2);
    expect(await counts()).toEqual({ sent: 2 });
  });

  it('waits for sender and postal address, says so, and goes on when they are there', async () => {
    await db.database.run('update cortex.settings set sender_broadcast = null, postal_address = null');
    await queue(await people(1));
    const { sender, gateway, config } = senderFor();
    const loop = new SendLoop({ database: db.database, config, log, sender, gateway });
    await drain(sender, 1);
    await loop.upkeep();
    expect(await openItems()).toEqual(['sending_waits:postal_address']);
    await db.database.run("update cortex.settings set postal_address = '1 Main Street'");
    await drain(sender, 1);
    await loop.upkeep();
    expect(await openItems()).toEqual(['sending_waits:sender']);
    await db.database.run("update cortex.settings set sender_broadcast = 'a@school.example'");
    await drain(sender, 1);
    await loop.upkeep();
    expect(await openItems()).toEqual([]);
    expect(await counts()).toEqual({ sent: 1 });
  });

  it('obeys CORTEX_SENDING=off, which no screen can lift', async () => {
    await queue(await people(1));
    const { sender, config } = senderFor(configWith({ CORTEX_SENDING: 'off' }));
    await drain(sender, 1);
    expect(await counts()).toEqual({ queued: 1 });
    await expect(new Sending(db.database, config).resume(systemActor('test'))).rejects.toMatchObject({ status: 409 });
  });
});

describe('refusals', () => {
  it('goes on past a 406 in the middle of a batch and suppresses that person', async () => {
    const persons = await people(5);
    fake.inactive.add(persons[2]!.email);
    await queue(persons);
    await drain(senderFor().sender, 5);
    expect(await counts()).toEqual({ sent: 4, failed: 1 });
    expect(fake.accepted.map((mail) => mail.to)).not.toContain(persons[2]!.email);
    expect(await db.database.rows('select address, reason from cortex.suppressions')).toEqual([
      { address: persons[2]!.email, reason: 'inactive' },
    ]);
    await queue([persons[2]!]);
    await drain(senderFor().sender, 6);
    expect(await counts()).toEqual({ sent: 4, failed: 1, 'skipped:suppressed': 1 });
  });

  it('records the mails of one call apart: sent, failed, and back in the queue', async () => {
    await queue(await people(4));
    fake.plan({ kind: 'items', codes: { 1: 300, 3: 429 } });
    const { sender } = senderFor();
    await drain(sender, 4);
    expect(await counts()).toEqual({ sent: 2, failed: 1, queued: 1 });
    expect(await db.database.rows("select error_code from cortex.messages where state = 'failed'")).toEqual([
      { error_code: 300 },
    ]);
    await db.clock.advance({ minutes: 1 });
    await waitUntilReady(sender);
    await drain(sender, 4);
    expect(await counts()).toEqual({ sent: 3, failed: 1 });
    expect(most(fake.acceptedTimes())).toBe(1);
  });

  it.each([429, 503, 401])('puts a batch refused with %d back, later each time, and counts it', async (status) => {
    await queue(await people(3));
    fake.plan({ kind: 'status', status }, { kind: 'status', status });
    const { sender } = senderFor();
    await sender.sendOne();
    expect(await counts()).toEqual({ queued: 3 });
    expect(sender.pace.ready()).toBe(false);
    for (let turn = 0; turn < 3; turn += 1) {
      await db.clock.advance({ minutes: 11 });
      await waitUntilReady(sender);
      await drain(sender, 3);
    }
    expect(await counts()).toEqual({ sent: 3 });
    expect(await db.database.rows('select distinct attempts from cortex.messages')).toEqual([{ attempts: 3 }]);
    expect(await openItems()).toEqual(status === 401 ? ['postmark_refused'] : []);
  });

  it('puts mails back when Postmark cannot be reached at all', async () => {
    await queue(await people(1));
    const gone = await FakePostmark.start();
    const url = gone.url;
    await gone.close();
    const { sender } = senderFor(configWith({ POSTMARK_SERVER_TOKEN: 'x', POSTMARK_API_URL: url }));
    await drain(sender, 1);
    expect(await counts()).toEqual({ queued: 1 });
  });

  it('fails a mail whose template breaks for this person, and sends the others', async () => {
    const persons = await people(3);
    const content = { subject: 'x', html: '{% for i in (1..contact.n) %}{{ i }}{% endfor %}' };
    await queue([persons[0]!], { content, data: { contact: { n: 1e9 } } });
    await queue(persons.slice(1), { content, data: { contact: { n: 3 } } });
    await drain(senderFor().sender, 3);
    expect(await counts()).toEqual({ sent: 2, failed: 1 });
  });
});

/** The pace is this process's own and real; a test waits for it instead of guessing. */
async function waitUntilReady(sender: Sender): Promise<void> {
  while (!sender.pace.ready()) await new Promise((resolve) => setTimeout(resolve, sender.pace.wait));
}

describe('unclear outcomes', () => {
  it.each([
    { kind: 'accept_and_drop' },
    { kind: 'accept_and_cut' },
    { kind: 'hang', accept: true },
    { kind: 'status', status: 500, accept: true },
    { kind: 'status', status: 502, accept: true },
  ] as const)('finds what was taken when the reply is lost: $kind $status', async (behavior) => {
    await queue(await people(7));
    fake.plan(behavior);
    const { sender, gateway } = senderFor(toPostmark(), 0.3);
    await drain(sender, 7);
    expect(await counts()).toEqual({ uncertain: 7 });
    await db.clock.advance({ seconds: 10 });
    expect(await reconcile(db.database, gateway)).toBe(1);
    expect(await counts()).toEqual({ sent: 7 });
    expect([...fake.acceptedTimes().values()]).toEqual(Array(7).fill(1));
    expect(await activities()).toEqual({ 'email.sent': 7 });
    expect(await reconcile(db.database, gateway)).toBe(0);
  });

  it.each([{ kind: 'drop' }, { kind: 'hang' }] as const)(
    'calls mail unknown only after two complete searches the settle time apart: $kind',
    async (behavior) => {
      await queue(await people(3));
      fake.plan(behavior);
      const { sender, gateway } = senderFor(toPostmark(), 0.3);
      await drain(sender, 3);
      fake.failSearches = 1;
      const look = async (minutes: number) => {
        await db.clock.advance({ minutes });
        await reconcile(db.database, gateway);
        return counts();
      };
      expect(await look(1)).toEqual({ uncertain: 3 }); // this search failed
      expect(await look(1)).toEqual({ uncertain: 3 }); // the first complete one
      expect(await look(10)).toEqual({ uncertain: 3 }); // too early
      expect(fake.searches).toBe(2);
      expect(await look(6)).toEqual({ unknown: 3 });
      expect(await openItems()).toEqual(['unknown_mails']);

      await waitUntilReady(sender);
      await drain(sender, 3);
      expect(await counts()).toEqual({ unknown: 3 });
      const actor = systemActor('test');
      await expect(retryUnknown(db.database, actor, {}, 2)).rejects.toMatchObject({ status: 409, facts: { count: 3 } });
      expect(await retryUnknown(db.database, actor, {}, 3)).toBe(3);
      await drain(sender, 3);
      expect(await counts()).toEqual({ sent: 3 });
      expect(await openItems()).toEqual([]);
    },
  );

  it('sends again after a server error that took nothing, once a search has shown that', async () => {
    await queue(await people(3));
    fake.plan({ kind: 'status', status: 500 });
    const { sender, gateway } = senderFor();
    await drain(sender, 3);
    expect(await counts()).toEqual({ uncertain: 3 });
    await db.clock.advance({ seconds: 10 });
    await reconcile(db.database, gateway);
    expect(await counts()).toEqual({ queued: 3 });
    await waitUntilReady(sender);
    await drain(sender, 3);
    expect(await counts()).toEqual({ sent: 3 });
    expect(most(fake.acceptedTimes())).toBe(1);
  });

  it('takes over a batch whose process died, with and without its call made', async () => {
    const persons = await people(4);
    await queue(persons.slice(0, 2));
    const { sender, gateway, config } = senderFor();
    // Dies after the commit and before the call.
    const died = new PostmarkGateway({ token: 'x', url: 'http://127.0.0.1:9', timeoutSeconds: 1 });
    died.post = () => Promise.reject(new Error('killed'));
    const tokens = new LinkTokens(db.database, config);
    const other = new Sender({ database: db.database, config, log, tokens, gateway: died, claimer: newId() });
    await expect(other.sendOne()).rejects.toThrow('killed');
    // Dies after the call and before the record.
    await queue(persons.slice(2));
    died.post = async (mails) => {
      await gateway.post(mails);
      throw new Error('killed');
    };
    await expect(other.sendOne()).rejects.toThrow('killed');
    expect(await counts()).toEqual({ submitting: 4 });
    expect(await recoverCrashed(db.database)).toBe(0);
    await db.clock.advance({ minutes: 3 });
    expect(await recoverCrashed(db.database)).toBe(2);
    await reconcile(db.database, gateway);
    expect(await counts()).toEqual({ uncertain: 2, sent: 2 });
    await db.clock.advance({ minutes: 16 });
    await reconcile(db.database, gateway);
    expect(await counts()).toEqual({ unknown: 2, sent: 2 });
    await drain(sender, 4);
    expect(fake.accepted).toHaveLength(2);
  });

  it('queues transactional mail of unknown fate again where the setting says so', async () => {
    await db.database.run('update cortex.settings set retry_unknown_transactional = true');
    await queue(await people(1), { stream: 'transactional' });
    fake.plan({ kind: 'drop' });
    const { sender, gateway } = senderFor();
    await drain(sender, 1);
    await reconcile(db.database, gateway);
    await db.clock.advance({ minutes: 16 });
    await reconcile(db.database, gateway);
    await waitUntilReady(sender);
    await drain(sender, 1);
    expect(await counts()).toEqual({ sent: 1 });
  });
});

describe('several at once', () => {
  it('sends every mail once with two workers of several lanes, in trouble', async () => {
    await queue(await people(400));
    let call = 0;
    const chaotic = await FakePostmark.start({
      chaos: () =>
        [{ kind: 'accept' }, { kind: 'accept_and_drop' }, { kind: 'status', status: 429 }][(call += 1) % 3] as {
          kind: 'accept';
        },
    });
    try {
      const config = configWith({ POSTMARK_SERVER_TOKEN: 'fake-token', POSTMARK_API_URL: chaotic.url });
      const loops = [1, 2].map(() => {
        const { sender, gateway } = senderFor(config);
        return new SendLoop({ database: db.database, config, log, sender, gateway });
      });
      await db.clock.reset();
      for (const loop of loops) loop.start();
      for (let turn = 0; turn < 300 && (await counts()).sent !== 400; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const now = await counts();
        expect(Object.values(now).reduce((a, b) => a + b, 0)).toBe(400);
      }
      await Promise.all(loops.map((loop) => loop.stop()));
      expect(await counts()).toEqual({ sent: 400 });
      expect(chaotic.accepted).toHaveLength(400);
      expect(most(chaotic.acceptedTimes())).toBe(1);
    } finally {
      await chaotic.close();
    }
  });
});
