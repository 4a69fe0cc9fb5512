import { suppress } from '#emails';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;

beforeAll(async () => {
  mails = await MailFixture.make();
});
afterAll(() => mails.close());

describe('the list of senders', () => {
  it('binds broadcasts and automations to its addresses and the workspace’s own, and nothing while it is empty', async () => {
    const call = (method: string, path: string, body?: unknown) => mails.app.call(method, path, body);
    await call('PATCH', '/settings', { sender_broadcast: 'School <news@school.example>' });
    const draft = (await call('POST', '/email/broadcasts', { name: 'News', from: 'Ada <ada@school.example>' })).body;
    const step = { subject: 'Hi', html: '<p>Hi</p>', stream: 'broadcast', from: 'Ada <ada@school.example>' };
    const { body: automation } = await call('POST', '/automations', {
      name: 'Hi',
      graph: {
        nodes: [
          { id: 'start', type: 'manual', config: {} },
          { id: 'mail', type: 'send_email', config: step },
        ],
        edges: [{ source: 'start', port: 'next', target: 'mail' }],
      },
    });
    const refused = async () => {
      const of = async (path: string) => (await call('GET', path)).body.problems as { pointer: string }[];
      const both = [...(await of(`/email/broadcasts/${draft.id}`)), ...(await of(`/automations/${automation.id}`))];
      return both.map(({ pointer }) => pointer).filter((pointer) => pointer.endsWith('/from'));
    };
    expect(await refused()).toEqual([]);
    const added = await call('POST', '/email/senders', { from: 'Desk <desk@school.example>' });
    expect(added.status).toBe(201);
    expect(await refused()).toEqual(['/from', '/nodes/1/config/from']);
    expect((await call('POST', '/email/senders', { from: 'Again <DESK@school.example>' })).body.errors).toMatchObject([
      { pointer: '/from' },
    ]);
    // By the address, whatever name stands before it; the workspace's own are among them.
    const { id } = added.body;
    expect((await call('PUT', `/email/senders/${id}`, { from: 'The school <ADA@school.example>' })).status).toBe(200);
    expect((await call('GET', '/email/senders')).body.named).toMatchObject([
      { id, from: 'The school <ADA@school.example>' },
    ]);
    expect(await refused()).toEqual([]);
    await call('PUT', `/email/broadcasts/${draft.id}`, { from: 'news@school.example' });
    expect(await refused()).toEqual([]);
    await call('PUT', `/email/broadcasts/${draft.id}`, { from: 'x@school.example' });
    expect(await refused()).toEqual(['/from']);
    expect((await call('DELETE', `/email/senders/${id}`)).status).toBe(200);
    expect((await call('DELETE', `/email/senders/${id}`)).status).toBe(404);
    expect(await refused()).toEqual([]);
    await call('DELETE', `/email/broadcasts/${draft.id}`);
  });
});

describe('templates and messages over HTTP', () => {
  it('makes, refuses with line and column, previews for a real person, and keeps versions', async () => {
    const made = await mails.app.call('POST', '/email/templates', {
      name: 'Welcome',
      subject: 'Hi {{ contact.first_name }}',
      html: '<p>{{ contact.first_name }}</p>',
    });
    expect(made.status).toBe(201);
    const broken = await mails.app.call('POST', '/email/templates', {
      name: 'Broken',
      subject: 'x',
      html: '<p>\n{% if %}</p>',
    });
    expect(broken.status).toBe(422);
    expect(broken.body.errors[0]).toMatchObject({
      pointer: '/html',
      message: expect.stringContaining('Line 2, column 6'),
    });
    const who = await mails.person();
    await mails.app.database.run(`update public.purchase_leads set language = 'pt-BR' where email = $1`, [who.email]);
    const inPortuguese = await mails.app.call('POST', '/email/preview', {
      subject: '{{ contact.language }}',
      html: '<p>x</p>',
      contact_email: who.email,
    });
    expect(inPortuguese.body).toMatchObject({
      subject: 'pt-BR',
      problems: [{ severity: 'look', message: expect.stringContaining('no unsubscribe link of its own') }],
    });
    const preview = await mails.app.call('POST', `/email/templates/${made.body.id}/preview`, {
      contact_email: who.email,
    });
    expect(preview.body).toMatchObject({ subject: 'Hi <script>alert(1)</script>', problems: [] });
    expect(preview.body.html).toContain('&lt;script&gt;');
    expect(
      (
        await mails.app.call('POST', `/email/templates/${made.body.id}/preview`, {
          contact_email: 'nobody@school.example',
        })
      ).status,
    ).toBe(404);
    const { version, ...fields } = made.body;
    expect(
      (await mails.app.call('PUT', `/email/templates/${made.body.id}`, { ...fields, name: 'Hello', version })).body
        .version,
    ).toBe(2);
    expect((await mails.app.call('PUT', `/email/templates/${made.body.id}`, { ...fields, version })).status).toBe(409);
    expect((await mails.app.call('GET', '/email/templates')).body.items[0].name).toBe('Hello');
    expect((await mails.app.call('GET', '/email/templates?stream=transactional')).body.items).toEqual([]);
    expect((await mails.app.call('DELETE', `/email/templates/${made.body.id}`)).status).toBe(200);
    expect((await mails.app.call('GET', `/email/templates/${made.body.id}`)).status).toBe(404);
    const unsaved = await mails.app.call('POST', '/email/preview', { subject: 'x', html: '{% for %}' });
    expect(unsaved.body.problems[0]).toMatchObject({ severity: 'blocks', line: 1 });
  });

  it('sends a test to staff only', async () => {
    const { body: template } = await mails.app.call('POST', '/email/templates', {
      name: 'T',
      subject: 'Hi',
      html: '<p>x</p>',
    });
    expect(
      (await mails.app.call('POST', `/email/templates/${template.id}/test`, { to: 'stranger@school.example' })).status,
    ).toBe(422);
    const test = await mails.app.call('POST', `/email/templates/${template.id}/test`, { to: mails.app.admin.email });
    await mails.until(
      () => mails.state(test.body.message_id),
      (one) => one === 'sent',
    );
    expect(mails.fake.accepted.at(-1)).toMatchObject({ to: mails.app.admin.email, subject: '[TEST] Hi' });
  });

  it('sends a test to each address of a seed list that an administrator keeps', async () => {
    const addresses = ['seed1@inbox.example', 'seed2@inbox.example'];
    const set = (lists: unknown) => mails.app.call('PATCH', '/settings', { seed_lists: lists });
    expect((await set([{ name: 'Inboxes', addresses: [] }])).status).toBe(400);
    expect((await set([{ name: 'Inboxes', addresses: ['no address'] }])).status).toBe(400);
    expect((await set([{ name: 'Inboxes', addresses: [addresses[0], addresses[0]] }])).status).toBe(400);
    const many = Array.from({ length: 21 }, (_, n) => `seed${n}@inbox.example`);
    expect((await set([{ name: 'Inboxes', addresses: many }])).status).toBe(400);
    const one = { name: 'Inboxes', addresses };
    expect((await set([one, one])).status).toBe(400);
    expect((await set(Array.from({ length: 11 }, (_, n) => ({ ...one, name: `List ${n}` })))).status).toBe(400);
    expect((await set([one])).body.seed_lists).toEqual([one]);

    const { email } = await mails.person();
    const { body: template } = await mails.app.call('POST', '/email/templates', {
      name: 'Seeds',
      subject: 'For {{ contact.email }}',
      html: '<p>x</p>',
    });
    const test = (body: object) => mails.app.call('POST', `/email/templates/${template.id}/test`, body);
    const sent = await test({ seed_list: 'Inboxes', contact_email: email });
    expect(sent.body.message_ids).toHaveLength(2);
    for (const id of sent.body.message_ids as string[])
      await mails.until(
        () => mails.state(id),
        (state) => state === 'sent',
      );
    const got = mails.fake.accepted.filter(({ to }) => addresses.includes(to));
    expect(got.map(({ to }) => to).sort()).toEqual(addresses);
    for (const mail of got) expect(mail).toMatchObject({ subject: `[TEST] For ${email}`, stream: 'outbound' });

    expect((await test({ seed_list: 'Others' })).body).toMatchObject({
      status: 404,
      errors: [{ pointer: '/seed_list' }],
    });
    expect((await test({})).status).toBe(400);
    expect((await test({ to: mails.app.admin.email, seed_list: 'Inboxes' })).status).toBe(400);
    // Who is on a list is nobody whom other mail could go to.
    expect((await mails.app.call('GET', '/contacts?q=seed1@inbox.example')).body.items).toEqual([]);
  });

  it('sends what is being written to whoever writes it, and to nobody else', async () => {
    const { app } = mails;
    const signedIn = await app.call('POST', '/auth/staff/sign-in', app.admin, { key: null });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const headers = { cookie, origin: 'https://cortex.school.example' };
    const ask = (body: object) => app.call('POST', '/email/test', body, { key: null, headers });
    const mail = { subject: 'Hi {{ contact.first_name }}', html: '<p>x</p>' };
    const asked = await ask(mail);
    expect(asked).toMatchObject({ body: { to: app.admin.email } });
    await mails.until(
      () => mails.state(asked.body.message_id),
      (one) => one === 'sent',
    );
    expect(mails.fake.accepted.at(-1)).toMatchObject({ to: app.admin.email, subject: '[TEST] Hi Ada' });
    expect((await app.call('POST', '/email/test', mail)).status).toBe(422);
    expect((await ask({ ...mail, to: 'stranger@school.example' })).status).toBe(400);
    expect((await ask({ ...mail, html: '{% for %}' })).status).toBe(422);
    expect(mails.fake.accepted.at(-1)).toMatchObject({ subject: '[TEST] Hi Ada' });
  });

  it('lists mails by person and state, shows one as it was sent, and counts to the sum', async () => {
    const { email, message_id, mail } = await mails.sentMail();
    const listed = await mails.app.call('GET', `/messages?contact_email=${email.toUpperCase()}&state=sent`);
    expect(listed.body.items).toMatchObject([
      {
        id: message_id,
        contact_email: email,
        state: 'sent',
        from: 'School <news@school.example>',
        subject: mail.subject,
      },
    ]);
    const shown = (await mails.app.call('GET', `/outbox/${message_id}`)).body;
    expect(shown.html).toBe(mail.html);
    expect(shown.text).toBe(mail.text);
    expect(shown.headers).toEqual(mail.headers.map(({ Name: name, Value: value }) => ({ name, value })));
    await mails.app.database.run("update cortex.settings set name = 'Renamed', postal_address = 'Elsewhere'");
    expect((await mails.app.call('GET', `/outbox/${message_id}`)).body.html).toBe(mail.html);
    const first = await mails.app.call('GET', '/outbox?limit=1');
    const second = await mails.app.call('GET', `/outbox?limit=1&cursor=${first.body.next_cursor}`);
    expect(new Set([...first.body.items, ...second.body.items].map((item) => item.id)).size).toBe(2);
    const { counts, days, subscribers } = (await mails.app.call('GET', '/email/summary')).body;
    expect(days).toHaveLength(30);
    expect(days.at(-1)).toMatchObject({ sent: counts.sent, can_be_emailed: subscribers.can_be_emailed });
    const { candidates, skipped, queued, submitting, sent, failed, uncertain, unknown, cancelled } = counts;
    const skips = Object.values(skipped as Record<string, number>).reduce((a, b) => a + b, 0);
    expect(candidates).toBe(skips + queued + submitting + sent + failed + uncertain + unknown + cancelled);
    expect((await mails.app.call('GET', '/email/jobs')).body.items.length).toBeGreaterThan(0);
  });

  it('stops and resumes all mail', async () => {
    expect((await mails.app.call('POST', '/sending/stop', { reason: 'wrong price' })).body).toMatchObject({
      stopped: true,
      reason: 'wrong price',
    });
    const who = await mails.person();
    const message_id = await mails.queue(who);
    expect((await mails.app.call('GET', '/email/summary')).body.sending.stopped).toBe(true);
    expect(await mails.state(message_id)).toBe('queued');
    expect((await mails.app.call('POST', '/sending/resume')).body.stopped).toBe(false);
    await mails.until(
      () => mails.state(message_id),
      (one) => one === 'sent',
    );
  });

  it('suppresses and forgets addresses by hand, and confirms a retry by its number', async () => {
    const emails = ['a@school.example', 'B@School.example'];
    expect((await mails.app.call('POST', '/email/suppressions', { emails })).body).toEqual({ added: 2 });
    expect((await mails.app.call('POST', '/email/suppressions', { emails })).body).toEqual({ added: 0 });
    expect((await mails.app.call('DELETE', '/email/suppressions', { emails: ['b@school.example'] })).body).toEqual({
      removed: 1,
    });
    expect((await mails.app.call('POST', '/messages/retry_unknown', { confirm: 3 })).body).toMatchObject({
      status: 409,
      count: 0,
    });
    expect((await mails.app.call('POST', '/messages/retry_unknown', { confirm: 0 })).body).toEqual({ queued: 0 });
  });

  it('lets only an administrator, who says why, mail somebody again who complained', async () => {
    const emails = ['angry@school.example'];
    await mails.app.database.tx((tx) =>
      suppress(tx, [
        { address: emails[0]!, stream: 'broadcast', reason: 'spam_complaint', origin: 'postmark webhook' },
      ]),
    );
    const { key } = (
      await mails.app.call<{ key: string }>('POST', '/api-keys', {
        name: 'Marketing',
        kind: 'server',
        scopes: ['write'],
      })
    ).body;
    const lift = (body: object, how = {}) => mails.app.call('DELETE', '/email/suppressions', body, how);
    expect(await lift({ emails, reason: 'They wrote to us.' }, { key })).toMatchObject({ status: 403 });
    expect(await lift({ emails })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    expect(await lift({ emails, reason: 'They wrote to us.' })).toMatchObject({ status: 200, body: { removed: 1 } });
    const { items } = (await mails.app.call('GET', '/audit?limit=1')).body;
    expect(items[0]).toMatchObject({
      action: 'suppressions.removed',
      after: { complained: emails, reason: 'They wrote to us.' },
    });
  });

  it('shows the list by part of an address and by reason, newest first', async () => {
    const list = async (query: string) =>
      (await mails.app.call('GET', `/email/suppressions?${query}`)).body.items.map((one: any) => one.email);
    await mails.app.call('POST', '/email/suppressions', { emails: ['first@list.example'] });
    await mails.app.clock.advance({ seconds: 1 });
    await mails.app.call('POST', '/email/suppressions/import', {
      items: [{ email: 'second@list.example', reason: 'hard_bounce' }],
    });
    expect(await list('q=@list.example&stream=broadcast')).toEqual(['second@list.example', 'first@list.example']);
    expect(await list('q=@LIST.example&reason=manual')).toEqual(['first@list.example']);
    expect((await mails.app.call('GET', '/email/suppressions?reason=constructor')).status).toBe(400);
  });

  it('says what an import would do, changing nothing, and then does just that', async () => {
    const known = await mails.person();
    await mails.app.call('POST', '/email/suppressions', { emails: ['listed@import.example'] });
    const body = {
      items: [
        { email: known.email },
        { email: known.email.toUpperCase() },
        { email: 'listed@import.example' },
        { email: 'new@import.example' },
      ],
      source: 'mailchimp',
    };
    const state = async () => [
      await mails.consent(known.person_id),
      await mails.typesOf(known.person_id),
      (await mails.app.call('GET', '/email/suppressions?q=import.example')).body.items,
      (await mails.app.call('GET', '/audit?limit=5')).body.items,
    ];
    const before = await state();
    const take = (more: object) => mails.app.call('POST', '/email/suppressions/import', { ...body, ...more });
    const would = (await take({ dry_run: true })).body;
    expect(would).toEqual({ addresses: 3, listed: 1, added: 2, known: 1, unsubscribed: 1 });
    expect(await state()).toEqual(before);
    expect((await take({})).body).toEqual(would);
    expect(await mails.consent(known.person_id)).toBe('unsubscribed');
    expect((await take({ dry_run: true })).body).toMatchObject({ listed: 3, added: 0, unsubscribed: 0 });
  });

  it('brings a changed brand to designs by itself', async () => {
    const column = {
      tagName: 'mj-column',
      attributes: {},
      children: [{ tagName: 'mj-text', attributes: {}, content: 'Hi' }],
    };
    const design = { v: 1, body: {}, rows: [{ tagName: 'mj-section', attributes: {}, children: [column] }] };
    const made = await mails.app.call('POST', '/email/templates', {
      name: 'Branded',
      subject: 'x',
      editor: 'mjml',
      design,
    });
    const { brand } = (await mails.app.call('GET', '/settings')).body;
    await mails.app.call('PATCH', '/settings', { brand: { ...brand, card: '#abcdef' } });
    const read = async () => (await mails.app.call('GET', `/email/templates/${made.body.id}`)).body;
    const now = await mails.until(read, ({ version }) => version === 2);
    expect(now.html).toContain('#abcdef');
  });
});

describe('an automation that sends mail', () => {
  it('names before an automation is published what would keep its mail from leaving, or from being heard of', async () => {
    const { call, database } = mails.app;
    const { body: automation } = await call('POST', '/automations', { name: 'Welcome', recipe: 'welcome' });
    const codes = async () =>
      (await call('POST', `/automations/${automation.id}/validate`, {})).body.problems
        .map((one: any) => one.code)
        .sort();
    expect(await codes()).toEqual(['no_reports']);
    await database.run(
      'update cortex.settings set postal_address = null, sender_broadcast = null, sending_stopped_at = cortex.now()',
    );
    expect(await codes()).toEqual(['no_postal_address', 'no_reports', 'no_sender', 'no_sender', 'sending_stopped']);
    expect((await call('POST', `/automations/${automation.id}/publish`, {})).body.code).toBe('automation_not_ready');
    await database.run(
      `update cortex.settings set postal_address = '1 Main Street', sender_broadcast = 'School <news@school.example>',
         sending_stopped_at = null`,
    );
    await database.run(
      `insert into cortex.webhook_events (key, record_type, payload) values (gen_random_uuid(), 'Delivery', '{}')`,
    );
    expect(await codes()).toEqual([]);
  });
});
