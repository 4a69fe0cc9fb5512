import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { basic, MailFixture } from './mail.fixture.js';

let mails: MailFixture;

beforeAll(async () => {
  mails = await MailFixture.make();
});
afterAll(() => mails.close());

describe('unsubscribing', () => {
  it('asks on GET, however often, and changes only on POST', async () => {
    const { person_id, link, mail } = await mails.sentMail();
    expect(mail.headers[0]).toEqual({
      Name: 'List-Unsubscribe',
      Value: `<https://cortex.school.example${link('unsubscribe')}>`,
    });
    const before = await mails.typesOf(person_id);
    for (let turn = 0; turn < 3; turn += 1) {
      const page = await mails.open('GET', link('unsubscribe'));
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(page.headers.get('x-robots-tag')).toBe('noindex');
      expect(page.body).toContain('p•••@school.example');
      expect(page.body).not.toContain('<script');
    }
    expect(await mails.consent(person_id)).toBe('subscribed');
    expect(await mails.typesOf(person_id)).toEqual(before);
    expect((await mails.open('POST', link('unsubscribe'))).status).toBe(200);
    expect((await mails.open('POST', link('unsubscribe'))).status).toBe(200);
    expect(await mails.consent(person_id)).toBe('unsubscribed');
    expect((await mails.typesOf(person_id)).filter((type) => type === 'email.unsubscribed')).toHaveLength(1);
    expect((await mails.open('GET', link('unsubscribe'))).body).toContain('You are unsubscribed');
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes RFC 8058 one-click as %s',
    async (type) => {
      const { person_id, link } = await mails.sentMail();
      const body = type.startsWith('multipart')
        ? '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        : 'List-Unsubscribe=One-Click';
      const answer = await fetch(mails.app.url + link('unsubscribe'), {
        method: 'POST',
        body,
        headers: { 'content-type': type },
        redirect: 'error',
      });
      expect(answer.status).toBe(200);
      expect(await mails.consent(person_id)).toBe('unsubscribed');
    },
  );

  it('is not in the hands of whoever reads the outbox, only of keys that may do everything', async () => {
    const { message_id, person_id, link, mail } = await mails.sentMail();
    const live = ['unsubscribe', 'preferences', 'm'].map((name) => link(name).split('/')[2]!);
    const made = await mails.app.call<{ key: string }>('POST', '/api-keys', {
      ...{ name: 'Reads', kind: 'server', scopes: ['read', 'write'] },
    });
    const seen = [(await mails.app.call('GET', `/outbox/${message_id}`, undefined, { key: made.body.key })).body];
    for (const role of ['viewer', 'admin']) {
      const staff = { email: `${role}@staff.example`, name: role, role, password: 'a password for tests' };
      expect((await mails.app.call('POST', '/staff', staff)).status).toBe(201);
      const signedIn = await mails.open('POST', '/auth/staff/sign-in', {
        email: staff.email,
        password: staff.password,
      });
      const cookie = signedIn.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ');
      seen.push((await mails.open('GET', `/outbox/${message_id}`, undefined, { cookie })).body);
    }
    for (const shown of seen) {
      expect(shown.html).toContain('https://cortex.school.example/preview#unsubscribe');
      expect(live.filter((token) => JSON.stringify(shown).includes(token))).toEqual([]);
      for (const [found] of JSON.stringify(shown).matchAll(/https:\/\/cortex\.school\.example\/[\w/#.-]+/g))
        expect((await mails.open('POST', new URL(found).pathname)).status).toBe(404);
    }
    expect(await mails.consent(person_id)).toBe('subscribed');
    expect((await mails.app.call('GET', `/outbox/${message_id}`)).body.html).toBe(mail.html);
  });

  it('knows a wrong token for what it is, and mixes no purposes', async () => {
    const { person_id, link } = await mails.sentMail();
    const token = link('unsubscribe').split('/')[2]!;
    for (const path of [
      '/unsubscribe/nonsense',
      `/unsubscribe/${token.slice(0, -2)}AA`,
      `/preferences/${token}`,
      `/m/${token}`,
    ]) {
      expect((await mails.open('GET', path)).status).toBe(404);
      if (!path.startsWith('/m/')) expect((await mails.open('POST', path, { action: 'unsubscribe' })).status).toBe(404);
    }
    expect(await mails.consent(person_id)).toBe('subscribed');
  });

  it('lets people stop and begin again on the preferences page', async () => {
    const { person_id, link } = await mails.sentMail();
    const path = link('preferences');
    expect((await mails.open('GET', path)).body).toContain('Unsubscribe from all');
    await mails.open('POST', path, { action: 'unsubscribe' });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
    expect((await mails.open('POST', path, { action: 'subscribe' })).body).toContain(
      'gets news and offers from School',
    );
    expect(await mails.consent(person_id)).toBe('subscribed');
  });

  it('shows the mail in the browser, escaped and without any script', async () => {
    const { link } = await mails.sentMail();
    const page = await mails.open('GET', link('m'));
    expect(page.status).toBe(200);
    expect(page.body).toContain('Hi &lt;script&gt;');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('the Postmark webhook', () => {
  it('answers 401 to everybody without the right credentials', async () => {
    for (const headers of [{}, basic('postmark', 'wrong'), basic('', ''), { authorization: 'Bearer x' }]) {
      expect(
        (await mails.open('POST', '/webhooks/postmark', { RecordType: 'Delivery' }, headers as Record<string, string>))
          .status,
      ).toBe(401);
    }
    expect((await mails.app.call('POST', '/webhooks/postmark', { RecordType: 'Delivery' })).status).toBe(401);
  });

  it('records delivery, open and click once each, machines apart', async () => {
    const { person_id, message_id, mail } = await mails.sentMail();
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
    for (const one of [...events, ...events]) expect((await mails.event(one)).status).toBe(200);
    expect(await mails.typesOf(person_id)).toEqual([
      'email.sent',
      'email.delivered',
      'email.opened_by_machine',
      'email.opened',
      'email.clicked',
    ]);
    const row = (await mails.app.call('GET', `/outbox/${message_id}`)).body;
    expect(row).toMatchObject({
      state: 'sent',
      delivered_at: '2026-03-01T10:00:00.000Z',
      opened_at: '2026-03-01T10:05:00.000Z',
    });
  });

  it('clicks on several links within two seconds are a machine’s, whichever report comes first', async () => {
    const click = (mail: { id: string; to: string }, path: string, at: string) =>
      mails.event({
        RecordType: 'Click',
        MessageID: mail.id,
        Recipient: mail.to,
        MessageStream: 'broadcast',
        ReceivedAt: `2026-03-01T10:${at}Z`,
        OriginalLink: `https://x.example/${path}`,
        UserAgent: 'Mozilla/5.0 (X11)',
      });
    const clicks = async (person: string) => (await mails.typesOf(person)).filter((type) => type.includes('clicked'));
    const clickedAt = async (id: string) => (await mails.app.call('GET', `/outbox/${id}`)).body.clicked_at;
    const scanned = await mails.sentMail();
    await click(scanned.mail, 'b', '06:01.500');
    await click(scanned.mail, 'a', '06:00');
    expect(await clicks(scanned.person_id)).toEqual(['email.clicked', 'email.clicked_by_machine']);
    expect(await clickedAt(scanned.message_id)).toBeNull();
    const read = await mails.sentMail();
    await click(read.mail, 'a', '06:00');
    await click(read.mail, 'b', '06:03');
    expect(await clicks(read.person_id)).toEqual(['email.clicked', 'email.clicked']);
    expect(await clickedAt(read.message_id)).toBe('2026-03-01T10:06:00.000Z');
  });

  it('suppresses by bounce and complaint, and only for mails that are ours', async () => {
    const [bounced, complained, soft] = [await mails.sentMail(), await mails.sentMail(), await mails.sentMail()];
    const bounce = (one: typeof bounced, more: object) =>
      mails.event({ MessageID: one.mail.id, Email: one.email, BouncedAt: '2026-03-01T10:00:00Z', ...more });
    await bounce(bounced, { RecordType: 'Bounce', ID: 1, Type: 'HardBounce', Inactive: true });
    await bounce(complained, { RecordType: 'SpamComplaint', ID: 2, Type: 'SpamComplaint', Inactive: true });
    await bounce(soft, { RecordType: 'Bounce', ID: 3, Type: 'SoftBounce', Inactive: false });
    const stranger = await mails.person();
    await mails.event({
      RecordType: 'Bounce',
      ID: 4,
      Type: 'HardBounce',
      Inactive: true,
      MessageID: newId(),
      Email: stranger.email,
    });
    await mails.event({
      RecordType: 'SubscriptionChange',
      MessageID: newId(),
      Recipient: stranger.email,
      SuppressSending: true,
      SuppressionReason: 'HardBounce',
    });
    const { items } = (await mails.app.call('GET', '/email/suppressions?limit=200')).body as {
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
    expect(await mails.typesOf(bounced.person_id)).toContain('email.bounced');
    expect(await mails.typesOf(complained.person_id)).toContain('email.complained');
  });

  it('tells in the timeline what became of the link that support had sent', async () => {
    const email = 'customer@school.example';
    const { id } = (await mails.app.call('POST', '/profiles', { email })).body.results[0];
    expect((await mails.app.call('POST', `/contacts/${id}/actions/reset_password`, {})).body.state).toBe('done');
    const told = async (): Promise<string[]> =>
      (await mails.app.call('GET', `/contacts/${id}/activities`)).body.items.map((one: any) => one.sentence);
    const subject = '“Set a new password for School”';
    await mails.until(told, (sentences) => sentences.includes(`Was sent ${subject}`));
    const mail = mails.fake.accepted.find((one) => one.to === email)!;
    const about = { MessageID: mail.id, Recipient: email, Email: email };
    await mails.event({ ...about, RecordType: 'Delivery', DeliveredAt: '2026-03-01T10:00:00Z' });
    await mails.event({ ...about, RecordType: 'Bounce', ID: 9, Type: 'HardBounce', BouncedAt: '2026-03-01T10:01:00Z' });
    expect(await told()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^Link for a new password sent to ${email} by `),
        `Received ${subject}`,
        `${subject} bounced`,
      ]),
    );
  });

  it('stores what it does not know, and takes an unsubscribe at Postmark as consent taken back', async () => {
    expect((await mails.event({ RecordType: 'Inbound', Subject: 'a\u0000b' })).status).toBe(200);
    expect((await mails.event({ anything: true })).status).toBe(200);
    const { person_id, mail } = await mails.sentMail();
    await mails.event({
      ...{
        RecordType: 'SubscriptionChange',
        MessageID: mail.id,
        Recipient: mail.to,
        ChangedAt: '2026-03-01T10:00:00Z',
      },
      ...{ Origin: 'Recipient', SuppressSending: true, SuppressionReason: 'ManualSuppression' },
    });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
    expect(await mails.typesOf(person_id)).toContain('email.unsubscribed');
  });

  it('marks a mail as sent whose reply was lost, by its batch and key', async () => {
    const who = await mails.person();
    mails.fake.plan({ kind: 'accept_and_drop' });
    const message_id = await mails.queue(who, { stream: 'transactional' });
    const mail = (await mails.until(async () => mails.fake.accepted.find((one) => one.to === who.email), Boolean))!;
    expect(
      (
        await mails.event({
          RecordType: 'Delivery',
          MessageID: mail.id,
          Recipient: mail.to,
          DeliveredAt: '2026-03-01T10:00:00Z',
          Metadata: mail.metadata,
        })
      ).status,
    ).toBe(200);
    expect(await mails.state(message_id)).toBe('sent');
    expect((await mails.typesOf(who.person_id)).filter((type) => type === 'email.sent')).toHaveLength(1);
  });
});
