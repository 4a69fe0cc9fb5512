import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { queueMail, type Mail } from '#emails';
import { newId } from '#platform';
import { FakePostmark, testApp, type TestApp } from '#testing';

let app: TestApp;
let fake: FakePostmark;
const hook = { POSTMARK_WEBHOOK_USER: 'postmark', POSTMARK_WEBHOOK_PASSWORD: 'a long password' };
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

beforeAll(async () => {
  fake = await FakePostmark.start();
  app = await testApp({
    env: {
      ...hook,
      POSTMARK_SERVER_TOKEN: fake.token,
      POSTMARK_API_URL: fake.url,
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
    },
  });
  await app.database.run(
    "update cortex.settings set name = 'School', sender_broadcast = 'School <news@school.example>', sender_transactional = 'desk@school.example', postal_address = '1 Main Street'",
  );
});
afterAll(async () => {
  await app.close();
  await fake.close();
});

let counter = 0;
async function person(): Promise<{ person_id: string; email: string }> {
  const email = `person${(counter += 1)}@school.example`;
  const row = await app.database.row<{ person_id: string; email: string }>(
    `insert into cortex.people (address, email, type, first_name, consent_status, id, created_at)
     values ($1::text, $1::text, 'lead', '<script>alert(1)</script>', 'subscribed', uuidv7(), now()) returning person_id, email`,
    [email],
  );
  return row!;
}

async function until<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 200; turn += 1) {
    const value = await read();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Never came: ${JSON.stringify(await read())}`);
}

const html =
  '<body><p>Hi {{ contact.first_name }}</p><a href="{{ links.preferences }}">mails</a> <a href="{{ links.view }}">view</a></body>';

/** Queues a mail, waits until the worker has sent it, and answers what Postmark got. */
async function sentMail(more: Partial<Mail> = {}) {
  const who = await person();
  const { message_id } = await app.database.tx((tx) =>
    queueMail(tx, {
      ...who,
      contact_email: who.email,
      stream: 'broadcast',
      content: { subject: 'Hello {{ contact.first_name }}', html },
      data: { contact: { first_name: '<script>alert(1)</script>' } },
      dedupe_key: newId(),
      run: { automation_id: newId(), version: 1, run_id: newId(), node_id: 'n2', visit: 1 },
      ...more,
    }),
  );
  await until(
    () => state(message_id),
    (one) => one === 'sent',
  );
  const mail = fake.accepted.find((accepted) => accepted.to === who.email)!;
  const link = (name: string) =>
    new URL(new RegExp(`https://cortex.school.example(/${name}/[\\w-]+)`).exec(mail.html)![0]).pathname;
  return { ...who, message_id, mail, link };
}

const state = async (id: string) =>
  (await app.database.row<{ state: string }>('select state from cortex.messages where id = $1', [id]))!.state;
const consent = async (id: string) =>
  (await app.database.row<{ s: string }>('select consent_status as s from cortex.people where person_id = $1', [id]))!
    .s;
const typesOf = async (id: string) =>
  (
    await app.database.rows<{ type: string }>(
      'select type from public.crm_activities where person_id = $1 order by id',
      [id],
    )
  ).map((row) => row.type);
const open = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.call(method, path, body, { key: null, headers });
const event = (payload: Record<string, unknown>) =>
  open('POST', '/webhooks/postmark', payload, basic('postmark', 'a long password'));

describe('unsubscribing', () => {
  it('asks on GET, however often, and changes only on POST', async () => {
    const { person_id, link, mail } = await sentMail();
    expect(mail.headers[0]).toEqual({
      Name: 'List-Unsubscribe',
      Value: `<https://cortex.school.example${link('unsubscribe')}>`,
    });
    const before = await typesOf(person_id);
    for (let turn = 0; turn < 3; turn += 1) {
      const page = await open('GET', link('unsubscribe'));
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.headers.get('x-robots-tag')).toBe('noindex');
      expect(page.body).toContain('p•••@school.example');
      expect(page.body).not.toContain('<script');
    }
    expect(await consent(person_id)).toBe('subscribed');
    expect(await typesOf(person_id)).toEqual(before);
    expect((await open('POST', link('unsubscribe'))).status).toBe(200);
    expect((await open('POST', link('unsubscribe'))).status).toBe(200);
    expect(await consent(person_id)).toBe('unsubscribed');
    expect((await typesOf(person_id)).filter((type) => type === 'email.unsubscribed')).toHaveLength(1);
    expect((await open('GET', link('unsubscribe'))).body).toContain('You are unsubscribed');
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes RFC 8058 one-click as %s',
    async (type) => {
      const { person_id, link } = await sentMail();
      const body = type.startsWith('multipart')
        ? '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        : 'List-Unsubscribe=One-Click';
      const answer = await fetch(app.url + link('unsubscribe'), {
        method: 'POST',
        body,
        headers: { 'content-type': type },
        redirect: 'error',
      });
      expect(answer.status).toBe(200);
      expect(await consent(person_id)).toBe('unsubscribed');
    },
  );

  it('knows a wrong token for what it is, and mixes no purposes', async () => {
    const { person_id, link } = await sentMail();
    const token = link('unsubscribe').split('/')[2]!;
    for (const path of [
      '/unsubscribe/nonsense',
      `/unsubscribe/${token.slice(0, -2)}AA`,
      `/preferences/${token}`,
      `/m/${token}`,
    ]) {
      expect((await open('GET', path)).status).toBe(404);
      if (!path.startsWith('/m/')) expect((await open('POST', path, { action: 'unsubscribe' })).status).toBe(404);
    }
    expect(await consent(person_id)).toBe('subscribed');
  });

  it('lets people stop and begin again on the preferences page', async () => {
    const { person_id, link } = await sentMail();
    const path = link('preferences');
    expect((await open('GET', path)).body).toContain('Stop all of them');
    await open('POST', path, { action: 'unsubscribe' });
    expect(await consent(person_id)).toBe('unsubscribed');
    expect((await open('POST', path, { action: 'subscribe' })).body).toContain('gets news and offers of School');
    expect(await consent(person_id)).toBe('subscribed');
  });

  it('shows the mail in the browser, escaped and without any script', async () => {
    const { link } = await sentMail();
    const page = await open('GET', link('m'));
    expect(page.status).toBe(200);
    expect(page.body).toContain('Hi &lt;script&gt;');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('the Postmark webhook', () => {
  it('answers 401 to everybody without the right credentials', async () => {
    for (const headers of [{}, basic('postmark', 'wrong'), basic('', ''), { authorization: 'Bearer x' }]) {
      expect(
        (await open('POST', '/webhooks/postmark', { RecordType: 'Delivery' }, headers as Record<string, string>))
          .status,
      ).toBe(401);
    }
    expect((await app.call('POST', '/webhooks/postmark', { RecordType: 'Delivery' })).status).toBe(401);
  });

  it('records delivery, open and click once each, machines apart', async () => {
    const { person_id, message_id, mail } = await sentMail();
    const about = { MessageID: mail.id, Recipient: mail.to, MessageStream: 'broadcast' };
    const events = [
      { RecordType: 'Delivery', ...about, DeliveredAt: '2026-03-01T10:00:00Z' },
      { RecordType: 'Open', ...about, ReceivedAt: '2026-03-01T10:00:01Z', UserAgent: 'Mozilla/5.0' },
      {
        RecordType: 'Open',
        ...about,
        ReceivedAt: '2026-03-01T10:05:00Z',
        UserAgent: 'Mozilla/5.0 (Macintosh) AppleWebKit/605',
      },
      {
        RecordType: 'Click',
        ...about,
        ReceivedAt: '2026-03-01T10:06:00Z',
        OriginalLink: 'https://x.example/a',
        UserAgent: 'Mozilla/5.0 (X11)',
      },
    ];
    for (const one of [...events, ...events]) expect((await event(one)).status).toBe(200);
    expect(await typesOf(person_id)).toEqual([
      'email.sent',
      'email.delivered',
      'email.opened_by_machine',
      'email.opened',
      'email.clicked',
    ]);
    const row = (await app.call('GET', `/outbox/${message_id}`)).body;
    expect(row).toMatchObject({
      state: 'sent',
      delivered_at: '2026-03-01T10:00:00.000Z',
      opened_at: '2026-03-01T10:05:00.000Z',
    });
  });

  it('suppresses by bounce and complaint, and only for mails that are ours', async () => {
    const [bounced, complained, soft] = [await sentMail(), await sentMail(), await sentMail()];
    const bounce = (one: typeof bounced, more: object) =>
      event({ MessageID: one.mail.id, Email: one.email, BouncedAt: '2026-03-01T10:00:00Z', ...more });
    await bounce(bounced, { RecordType: 'Bounce', ID: 1, Type: 'HardBounce', Inactive: true });
    await bounce(complained, { RecordType: 'SpamComplaint', ID: 2, Type: 'SpamComplaint', Inactive: true });
    await bounce(soft, { RecordType: 'Bounce', ID: 3, Type: 'SoftBounce', Inactive: false });
    const stranger = await person();
    await event({
      RecordType: 'Bounce',
      ID: 4,
      Type: 'HardBounce',
      Inactive: true,
      MessageID: newId(),
      Email: stranger.email,
    });
    await event({
      RecordType: 'SubscriptionChange',
      MessageID: newId(),
      Recipient: stranger.email,
      SuppressSending: true,
      SuppressionReason: 'HardBounce',
    });
    const { items } = (await app.call('GET', '/email/suppressions?limit=200')).body as {
      items: { email: string; stream: string; reason: string }[];
    };
    const of = (email: string) =>
      items
        .filter((item) => item.email === email)
        .map((item) => `${item.stream} ${item.reason}`)
        .sort();
    expect(of(bounced.email)).toEqual(['broadcast hard_bounce', 'transactional hard_bounce']);
    expect(of(complained.email)).toEqual(['broadcast spam_complaint']);
    expect(of(soft.email)).toEqual([]);
    expect(of(stranger.email)).toEqual([]);
    expect(await typesOf(bounced.person_id)).toContain('email.bounced');
    expect(await typesOf(complained.person_id)).toContain('email.complained');
  });

  it('stores what it does not know, and takes an unsubscribe at Postmark as consent taken back', async () => {
    expect((await event({ RecordType: 'Inbound', Subject: 'a\u0000b' })).status).toBe(200);
    expect((await event({ anything: true })).status).toBe(200);
    const { person_id, mail } = await sentMail();
    await event({
      ...{
        RecordType: 'SubscriptionChange',
        MessageID: mail.id,
        Recipient: mail.to,
        ChangedAt: '2026-03-01T10:00:00Z',
      },
      ...{ Origin: 'Recipient', SuppressSending: true, SuppressionReason: 'ManualSuppression' },
    });
    expect(await consent(person_id)).toBe('unsubscribed');
    expect(await typesOf(person_id)).toContain('email.unsubscribed');
  });

  it('marks a mail as sent whose reply was lost, by its batch and key', async () => {
    const who = await person();
    fake.plan({ kind: 'accept_and_drop' });
    const { message_id } = await app.database.tx((tx) =>
      queueMail(tx, {
        ...who,
        contact_email: who.email,
        stream: 'transactional',
        content: { subject: 'x', html: 'x' },
        data: { contact: {} },
        dedupe_key: newId(),
      }),
    );
    const mail = (await until(async () => fake.accepted.find((one) => one.to === who.email), Boolean))!;
    expect(
      (
        await event({
          RecordType: 'Delivery',
          MessageID: mail.id,
          Recipient: mail.to,
          DeliveredAt: '2026-03-01T10:00:00Z',
          Metadata: mail.metadata,
        })
      ).status,
    ).toBe(200);
    expect(await state(message_id)).toBe('sent');
    expect((await typesOf(who.person_id)).filter((type) => type === 'email.sent')).toHaveLength(1);
  });
});

describe('templates and messages over HTTP', () => {
  it('makes, refuses with line and column, previews for a real person, and keeps versions', async () => {
    const made = await app.call('POST', '/email/templates', {
      name: 'Welcome',
      subject: 'Hi {{ contact.first_name }}',
      html: '<p>{{ contact.first_name }}</p>',
    });
    expect(made.status).toBe(201);
    const broken = await app.call('POST', '/email/templates', {
      name: 'Broken',
      subject: 'x',
      html: '<p>\n{% if %}</p>',
    });
    expect(broken.status).toBe(422);
    expect(broken.body.errors[0]).toMatchObject({
      pointer: '/html',
      message: expect.stringContaining('Line 2, column 6'),
    });
    const who = await person();
    const preview = await app.call('POST', `/email/templates/${made.body.id}/preview`, { contact_email: who.email });
    expect(preview.body).toMatchObject({ subject: 'Hi <script>alert(1)</script>', problems: [] });
    expect(preview.body.html).toContain('&lt;script&gt;');
    expect(
      (await app.call('POST', `/email/templates/${made.body.id}/preview`, { contact_email: 'nobody@school.example' }))
        .status,
    ).toBe(404);
    const { id: _id, version, created_at: _c, updated_at: _u, ...fields } = made.body;
    expect(
      (await app.call('PUT', `/email/templates/${made.body.id}`, { ...fields, name: 'Hello', version })).body.version,
    ).toBe(2);
    expect((await app.call('PUT', `/email/templates/${made.body.id}`, { ...fields, version })).status).toBe(409);
    expect((await app.call('GET', '/email/templates')).body.items[0].name).toBe('Hello');
    expect((await app.call('DELETE', `/email/templates/${made.body.id}`)).status).toBe(200);
    expect((await app.call('GET', `/email/templates/${made.body.id}`)).status).toBe(404);
    const unsaved = await app.call('POST', '/email/preview', { subject: 'x', html: '{% for %}' });
    expect(unsaved.body.problems[0]).toMatchObject({ severity: 'blocks', line: 1 });
  });

  it('sends a test to staff only', async () => {
    const { body: template } = await app.call('POST', '/email/templates', {
      name: 'T',
      subject: 'Hi',
      html: '<p>x</p>',
    });
    expect(
      (await app.call('POST', `/email/templates/${template.id}/test`, { to: 'stranger@school.example' })).status,
    ).toBe(422);
    const test = await app.call('POST', `/email/templates/${template.id}/test`, { to: app.admin.email });
    await until(
      () => state(test.body.message_id),
      (one) => one === 'sent',
    );
    expect(fake.accepted.at(-1)).toMatchObject({ to: app.admin.email, subject: '[TEST] Hi' });
  });

  it('lists mails by person and state, shows one as it was sent, and counts to the sum', async () => {
    const { email, message_id, mail } = await sentMail();
    const listed = await app.call('GET', `/messages?contact_email=${email.toUpperCase()}&state=sent`);
    expect(listed.body.items).toMatchObject([
      { id: message_id, contact_email: email, state: 'sent', from: 'School <news@school.example>' },
    ]);
    const shown = (await app.call('GET', `/outbox/${message_id}`)).body;
    expect(shown.html).toBe(mail.html);
    expect(shown.text).toBe(mail.text);
    expect(shown.headers).toEqual(mail.headers.map(({ Name: name, Value: value }) => ({ name, value })));
    await app.database.run("update cortex.settings set name = 'Renamed', postal_address = 'Elsewhere'");
    expect((await app.call('GET', `/outbox/${message_id}`)).body.html).toBe(mail.html);
    const first = await app.call('GET', '/outbox?limit=2');
    const second = await app.call('GET', `/outbox?limit=2&cursor=${first.body.next_cursor}`);
    expect(new Set([...first.body.items, ...second.body.items].map((item) => item.id)).size).toBe(4);
    const { counts } = (await app.call('GET', '/email/summary')).body;
    const { candidates, skipped, queued, submitting, sent, failed, uncertain, unknown, cancelled } = counts;
    const skips = Object.values(skipped as Record<string, number>).reduce((a, b) => a + b, 0);
    expect(candidates).toBe(skips + queued + submitting + sent + failed + uncertain + unknown + cancelled);
    expect((await app.call('GET', '/email/jobs')).body.items.length).toBeGreaterThan(0);
  });

  it('stops and resumes all mail', async () => {
    expect((await app.call('POST', '/sending/stop', { reason: 'wrong price' })).body).toMatchObject({
      stopped: true,
      reason: 'wrong price',
    });
    const who = await person();
    const { message_id } = await app.database.tx((tx) =>
      queueMail(tx, {
        ...who,
        contact_email: who.email,
        stream: 'broadcast',
        content: { subject: 'x', html: 'x' },
        data: { contact: {} },
        dedupe_key: newId(),
      }),
    );
    expect((await app.call('GET', '/email/summary')).body.sending.stopped).toBe(true);
    expect(await state(message_id)).toBe('queued');
    expect((await app.call('POST', '/sending/resume')).body.stopped).toBe(false);
    await until(
      () => state(message_id),
      (one) => one === 'sent',
    );
  });

  it('suppresses and forgets addresses by hand, and confirms a retry by its number', async () => {
    const emails = ['a@school.example', 'B@School.example'];
    expect((await app.call('POST', '/email/suppressions', { emails })).body).toEqual({ added: 2 });
    expect((await app.call('POST', '/email/suppressions', { emails })).body).toEqual({ added: 0 });
    expect((await app.call('DELETE', '/email/suppressions', { emails: ['b@school.example'] })).body).toEqual({
      removed: 1,
    });
    expect((await app.call('POST', '/messages/retry_unknown', { confirm: 3 })).body).toMatchObject({
      status: 409,
      count: 0,
    });
    expect((await app.call('POST', '/messages/retry_unknown', { confirm: 0 })).body).toEqual({ queued: 0 });
  });
});
