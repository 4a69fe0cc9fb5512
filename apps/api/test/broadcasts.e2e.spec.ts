import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;

beforeAll(async () => {
  mails = await MailFixture.make();
});
afterAll(() => mails.close());

const call = (method: string, path: string, body?: unknown) => mails.app.call(method, `/email/broadcasts${path}`, body);

/** A static list of these people. */
async function listOf(name: string, emails: string[]): Promise<string> {
  const { body } = await mails.app.call('POST', '/smart-lists', { name, kind: 'static' });
  await mails.app.call('POST', `/smart-lists/${body.id}/members`, { emails });
  return body.id;
}

async function until(id: string, status: string) {
  return mails.until(
    async () => (await call('GET', `/${id}`)).body,
    (broadcast) => broadcast.status === status,
  );
}

describe('broadcasts over HTTP', () => {
  it('go from a draft to the report', async () => {
    const people = [await mails.person(), await mails.person(), await mails.person(), await mails.person()];
    const [first, second, no, out] = people.map(({ email }) => email);
    await mails.app.database.run("update cortex.people set consent_status = 'unsubscribed' where email = $1", [no]);
    const list = await listOf(
      'Readers',
      people.map(({ email }) => email),
    );
    const without = await listOf('Not these', [out!]);
    const made = await call('POST', '', { name: 'March news' });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(made.body).toMatchObject({ status: 'draft', stream: 'broadcast', counts: { candidates: 0 } });

    const early = await call('POST', `/${id}/send`);
    expect([early.status, early.body.code]).toEqual([422, 'broadcast_not_ready']);
    expect(early.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/subject',
      '/html',
      '/include_smart_list_ids',
    ]);
    expect(made.body.problems).toEqual(early.body.errors);

    const saved = await call('PUT', `/${id}`, {
      subject: 'Hello {{ contact.first_name | default: "there" }}',
      html: '<p>News for {{ contact.email }}</p>',
      include_smart_list_ids: [list],
      exclude_smart_list_ids: [without],
      base_revision: made.body.revision,
    });
    expect(saved.body).toMatchObject({ revision: 2, name: 'March news', include_smart_list_ids: [list] });

    const funnel = await call('POST', `/${id}/audience`);
    expect(funnel.body).toMatchObject({ candidates: 3, will_receive: 2, skipped: { unsubscribed: 1, capped: 0 } });
    const whyNot = async (email: string) =>
      (await call('GET', `/${id}/audience?contact_email=${encodeURIComponent(email)}`)).body;
    expect(await whyNot(first!)).toMatchObject({ outcome: 'in', reason: null });
    expect(await whyNot(no!)).toMatchObject({ outcome: 'out', reason: 'unsubscribed' });
    expect(await whyNot(out!)).toMatchObject({ outcome: 'out', reason: 'left_out' });
    expect((await call('GET', `/${id}/audience?contact_email=nobody@school.example`)).status).toBe(404);

    const behind = async (query: string) =>
      (await call('GET', `/${id}/audience/people?${query}`)).body.items.map(
        (one: { contact_email: string; reason: string | null }) => [one.contact_email, one.reason],
      );
    expect(await behind('reason=unsubscribed')).toEqual([[no, 'unsubscribed']]);
    expect((await behind('reason=will_receive')).sort()).toEqual([first, second].sort().map((email) => [email, null]));
    expect(await behind('limit=200')).toHaveLength(3);
    expect((await call('GET', `/${id}/audience/people?reason=nonsense`)).status).toBe(400);

    const test = await call('POST', `/${id}/test`, { to: mails.app.admin.email, contact_email: first });
    expect(test.status).toBe(200);

    const wrong = await call('POST', `/${id}/send`, { confirm: 3 });
    expect([wrong.status, wrong.body.code, wrong.body.will_receive]).toEqual([409, 'count_changed', 2]);
    expect((await call('POST', `/${id}/send`, { confirm: 2 })).body.status).toBe('preparing');
    expect((await call('PUT', `/${id}`, { name: 'Too late' })).body.code).toBe('wrong_broadcast_status');
    const sent = await until(id, 'sent');
    expect(sent.counts).toMatchObject({ candidates: 3, sent: 2, queued: 0, skipped: { unsubscribed: 1 } });
    const got = mails.fake.accepted.filter(({ stream }) => stream === 'broadcast').map(({ to }) => to);
    expect(got.sort()).toEqual([first, second].sort());

    const recipients = await call('GET', `/${id}/recipients?limit=2`);
    const more = await call('GET', `/${id}/recipients?limit=2&cursor=${recipients.body.next_cursor}`);
    const all = [...recipients.body.items, ...more.body.items];
    expect(all.map(({ state, reason }) => [state, reason])).toEqual([
      ['sent', null],
      ['sent', null],
      ['skipped', 'unsubscribed'],
    ]);
    expect(all.map(({ contact_email }) => contact_email).sort()).toEqual([first, second, no].sort());
    expect((await call('GET', `/${id}/recipients?state=skipped`)).body.items).toHaveLength(1);
    expect((await call('GET', `/${id}/report`)).body).toMatchObject({ status: 'sent', counts: { sent: 2 } });
    expect((await call('GET', '?status=sent')).body.items.map((one: { id: string }) => one.id)).toContain(id);
    const jobs = await mails.app.call('GET', '/email/jobs');
    expect(jobs.body.items).toContainEqual(
      expect.objectContaining({ name: 'March news', kind: 'broadcast', status: 'sent' }),
    );
    expect((await mails.app.call('GET', `/messages?broadcast_id=${id}`)).body.items).toHaveLength(2);
    for (const act of ['pause', 'resume', 'cancel', 'send']) {
      expect((await call('POST', `/${id}/${act}`)).body.code).toBe('wrong_broadcast_status');
    }
  });

  it('hold back a share of the people, and say so of each of them', async () => {
    const people = await Promise.all(Array.from({ length: 24 }, () => mails.person()));
    const list = await listOf(
      'Held back',
      people.map(({ email }) => email),
    );
    const draft = { name: 'Held back', subject: 'x', html: '<p>x</p>', include_smart_list_ids: [list] };
    expect((await call('POST', '', { ...draft, holdout_percent: 51 })).body.errors).toEqual([
      { pointer: '/holdout_percent', message: 'At most 50 %.' },
    ]);
    const { id, holdout_percent } = (await call('POST', '', { ...draft, holdout_percent: 50 })).body;
    expect(holdout_percent).toBe(50);
    const { will_receive, skipped } = (await call('POST', `/${id}/audience`)).body;
    expect(will_receive + skipped.held_out).toBe(24);
    const answers = [];
    for (const { email } of people)
      answers.push((await call('GET', `/${id}/audience?contact_email=${encodeURIComponent(email)}`)).body);
    const out = answers.filter(({ reason }) => reason === 'held_out');
    expect(out.length).toBe(skipped.held_out);
    expect(out[0].sentence).toBe('Out: they are in the hold-out, which gets nothing.');
    await call('POST', `/${id}/send`, { confirm: will_receive });
    const sent = await until(id, 'sent');
    expect(sent.counts).toMatchObject({ candidates: 24, sent: will_receive, skipped: { held_out: out.length } });
    const gotNothing = (await call('GET', `/${id}/recipients?state=skipped`)).body.items;
    expect(gotNothing.map(({ contact_email }: { contact_email: string }) => contact_email).sort()).toEqual(
      out.map(({ contact_email }) => contact_email).sort(),
    );
  });

  it('carry UTM parameters and an address for answers, the same in a preview, a test, a rehearsal and what leaves', async () => {
    const { email } = await mails.person();
    const list = await listOf('Tagged', [email]);
    const html =
      '<body><a href="https://shop.example/course?a=1#top">Course</a> <a href="{{ links.view }}">View</a></body>';
    const utm = { source: 'newsletter', medium: 'email', campaign: 'march' };
    const made = await call('POST', '', {
      name: 'Tagged',
      subject: 'Tagged',
      html,
      include_smart_list_ids: [list],
      reply_to: 'desk@shop.example',
      utm: { ...utm, campaign: '' },
    });
    const { id } = made.body;
    expect(made.body).toMatchObject({
      reply_to: 'desk@shop.example',
      problems: [{ pointer: '/utm/campaign', message: expect.stringContaining('campaign') }],
    });
    const refused = async (body: object) => (await call('PUT', `/${id}`, body)).status;
    expect(await refused({ reply_to: 'nobody' })).toBe(400);
    expect(await refused({ reply_to: 'a@shop.example\r\nBcc: b@shop.example' })).toBe(400);
    expect(await refused({ utm: { ...utm, campaign: 'x'.repeat(101) } })).toBe(400);
    expect(await refused({ utm: { ...utm, term: 'x' } })).toBe(400);
    const saved = await call('PUT', `/${id}`, { utm, base_revision: made.body.revision });
    expect(saved.body).toMatchObject({ utm, reply_to: 'desk@shop.example', problems: [] });

    const wanted = 'https://shop.example/course?a=1&utm_source=newsletter&utm_medium=email&utm_campaign=march#top';
    const inHtml = wanted.replaceAll('&', '&amp;');
    const preview = await mails.app.call('POST', '/email/preview', {
      ...{ subject: 'Tagged', html, utm, reply_to: 'desk@shop.example', contact_email: email },
    });
    expect(preview.body.html).toContain(`href="${inHtml}"`);
    expect(preview.body).toMatchObject({ text: expect.stringContaining(wanted), reply_to: 'desk@shop.example' });

    expect((await call('POST', `/${id}/rehearse`)).status).toBe(202);
    const rehearsed = await mails.until(
      async () => (await call('GET', `/${id}/rehearsal`)).body,
      ({ status }) => status === 'completed',
    );
    expect(rehearsed).toMatchObject({ recipients: 1, problems: {}, links: [{ url: wanted }] });

    const test = await call('POST', `/${id}/test`, { to: mails.app.admin.email, contact_email: email });
    await mails.until(
      () => mails.state(test.body.message_id),
      (state) => state === 'sent',
    );
    await call('POST', `/${id}/send`);
    await until(id, 'sent');
    const got = mails.fake.accepted.filter(({ subject }) => subject.endsWith('Tagged'));
    expect(got.map(({ subject }) => subject).sort()).toEqual(['Tagged', '[TEST] Tagged']);
    for (const mail of got) {
      expect(mail).toMatchObject({ replyTo: 'desk@shop.example', text: expect.stringContaining(wanted) });
      expect(mail.html).toContain(`href="${inHtml}"`);
      expect(mail.html.split('utm_source')).toHaveLength(2);
    }
    const [shown] = (await mails.app.call('GET', `/messages?broadcast_id=${id}`)).body.items;
    expect((await mails.app.call('GET', `/outbox/${shown.id}`)).body).toMatchObject({
      html: expect.stringContaining(inHtml),
      reply_to: 'desk@shop.example',
    });
    const copy = await call('POST', `/${id}/duplicate`);
    expect(copy.body).toMatchObject({ utm, reply_to: 'desk@shop.example' });
  });

  it('try variants on some, until a person chooses what the rest gets', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => mails.person()));
    const list = await listOf(
      'Tested',
      people.map(({ email }) => email),
    );
    const test = {
      on: 'subject',
      variants: [{}, { subject: 'Other' }],
      percent: 50,
      wait: { n: 1, unit: 'days' },
      winner_by: 'clicks',
    };
    const draft = { name: 'Tested', subject: 'One', html: '<p>x</p>', include_smart_list_ids: [list], test };
    const wrong = { ...test, variants: [{}, { template_id: '00000000-0000-4000-8000-000000000001' }], percent: 60 };
    expect((await call('POST', '', { ...draft, test: wrong })).body.errors).toEqual([
      { pointer: '/test/percent', message: 'At most 50 %.' },
      { pointer: '/test/variants/1/template_id', message: 'A test on the subject has one design.' },
    ]);
    const { id, ...made } = (await call('POST', '', draft)).body;
    expect(made).toMatchObject({ test, spread: null, local_time: false, holdout_percent: 0, problems: [] });
    const span = await call('PUT', `/${id}`, { spread: { n: 8, unit: 'days' } });
    expect(span.body.errors).toEqual([{ pointer: '/spread/n', message: 'At most seven days.' }]);
    expect((await call('GET', `/${id}/test`)).body).toMatchObject({ state: 'not_started', winner: null });
    expect((await call('POST', `/${id}/winner`, { variant: 0 })).body.code).toBe('wrong_broadcast_status');
    const other = await call('POST', `/${id}/test`, { to: mails.app.admin.email, variant: 1 });
    expect(other.status).toBe(200);
    expect((await call('POST', `/${id}/test`, { to: mails.app.admin.email, variant: 2 })).status).toBe(400);
    await call('POST', `/${id}/send`, { confirm: 12 });
    const waiting = await mails.until(
      async () => (await call('GET', `/${id}/test`)).body,
      ({ state }) => state === 'waiting',
    );
    expect(waiting.variants).toEqual([
      { name: 'A', subject: 'One', design: null, sent: 3, delivered: 0, clicked: 0, enrolled: 0 },
      { name: 'B', subject: 'Other', design: null, sent: 3, delivered: 0, clicked: 0, enrolled: 0 },
    ]);
    const chosen = await call('POST', `/${id}/winner`, { variant: 1 });
    expect(chosen.body).toMatchObject({ state: 'decided', winner: 1, chosen_by: 'person', probability: null });
    expect((await call('POST', `/${id}/winner`, { variant: 0 })).body.code).toBe('no_test_running');
    expect((await until(id, 'sent')).counts).toMatchObject({ candidates: 12, sent: 12 });
    const { items } = (await call('GET', `/${id}/recipients`)).body;
    const variants = items.map((one: { variant: string }) => one.variant);
    expect(variants.sort().join('')).toBe('AAABBBBBBBBB');
    const to = new Set(people.map(({ email }) => email));
    const got = mails.fake.accepted.filter((mail) => to.has(mail.to)).map(({ subject }) => subject);
    expect(got.filter((subject) => subject === 'Other')).toHaveLength(9);
    expect((await call('GET', '/00000000-0000-4000-8000-000000000001/test')).status).toBe(404);
  });

  it('say when people get it at their own time of day', async () => {
    const { email } = await mails.person();
    await mails.app.database.run("update public.purchase_leads set timezone = 'Asia/Tokyo' where email = $1", [email]);
    const list = await listOf('Far', [email]);
    const draft = { name: 'Far', subject: 'x', html: '<p>x</p>', include_smart_list_ids: [list], local_time: true };
    const { id } = (await call('POST', '', draft)).body;
    const times = async (at = '') => (await call('POST', `/${id}/audience${at}`)).body.own_times;
    expect(await times()).toBeNull();
    // The workspace is in UTC, nine hours behind.
    const at = '2099-01-01T09:00:00.000Z';
    const first = '2099-01-01T00:00:00.000Z';
    expect(await times(`?scheduled_at=${at}`)).toEqual({ first_at: first, last_at: first, at_once: 0 });
    const now = await call('POST', `/${id}/send`);
    expect([now.status, now.body.errors[0].pointer]).toEqual([422, '/local_time']);
    const scheduled = await call('POST', `/${id}/schedule`, { scheduled_at: at });
    expect(scheduled.body).toMatchObject({ status: 'scheduled', scheduled_at: at, begins_at: first });
    expect((await call('POST', `/${id}/cancel`)).body).toMatchObject({ status: 'draft', begins_at: null });
  });

  it('is saved by field: two people do not overwrite each other', async () => {
    const { body: read } = await call('POST', '', { name: 'Two people' });
    const base_revision = read.revision;
    const ada = await call('PUT', `/${read.id}`, { subject: 'By Ada', base_revision });
    // Another field is not in the way.
    const bob = await call('PUT', `/${read.id}`, { preheader: 'By Bob', base_revision });
    expect(bob.body).toMatchObject({ subject: 'By Ada', preheader: 'By Bob' });
    const refused = await call('PUT', `/${read.id}`, { subject: 'By Bob', base_revision });
    expect([refused.status, refused.body.code, refused.body.fields]).toEqual([409, 'draft_changed', ['subject']]);
    expect((await call('PUT', `/${read.id}`, { subject: 'By Bob', base_revision: bob.body.revision })).status).toBe(
      200,
    );
    // Saved as it was read, with its revision.
    expect((await call('PUT', `/${read.id}`, ada.body)).body.code).toBe('draft_changed');
    expect((await call('PUT', `/${read.id}`, { base_revision: 99, subject: 'x' })).body.code).toBe('revision_ahead');
    expect((await call('DELETE', `/${read.id}`)).status).toBe(204);
  });

  it('go to colleagues as transactional mail: no consent, no list, no way out', async () => {
    const staff = { name: 'For the desk', audience: 'staff' };
    expect((await call('POST', '', { ...staff, stream: 'broadcast' })).body.errors).toEqual([
      { pointer: '/stream', message: 'A broadcast to colleagues goes out as transactional mail.' },
    ]);
    const { body: made } = await call('POST', '', {
      ...staff,
      subject: 'Hi {{ contact.first_name }}',
      html: '<p>New hours</p>',
    });
    expect(made).toMatchObject({ audience: 'staff', stream: 'transactional', problems: [] });
    // As it was read.
    expect((await call('PUT', `/${made.id}`, made)).body).toMatchObject({ audience: 'staff', revision: made.revision });
    const { body: funnel } = await call('POST', `/${made.id}/audience`);
    expect(funnel.will_receive).toBe(funnel.candidates);
    const asked = `/${made.id}/audience?contact_email=`;
    expect((await call('GET', `${asked}${mails.app.admin.email}`)).body).toMatchObject({ outcome: 'in', reason: null });
    expect((await call('GET', `${asked}nobody@school.example`)).body).toMatchObject({
      reason: 'not_staff',
      sentence: 'Out: they do not work here.',
    });
    expect((await call('GET', `/${made.id}/audience/people`)).body.items).toContainEqual({
      contact_id: null,
      contact_email: mails.app.admin.email,
      reason: null,
    });
    await call('POST', `/${made.id}/rehearse`);
    const rehearsed = await mails.until(
      async () => (await call('GET', `/${made.id}/rehearsal`)).body,
      ({ status }) => status !== 'running',
    );
    expect(rehearsed).toMatchObject({
      status: 'completed',
      recipients: funnel.candidates,
      problems: { no_link: funnel.candidates },
      worst: expect.arrayContaining([{ contact_email: mails.app.admin.email, problems: ['no_link'] }]),
    });
    await call('POST', `/${made.id}/send`, { confirm: funnel.will_receive });
    const sent = await until(made.id, 'sent');
    expect(sent.counts).toMatchObject({ candidates: funnel.candidates, sent: funnel.candidates });
    const mail = mails.fake.accepted.find(({ subject }) => subject.startsWith('Hi '))!;
    expect([mail.stream, mail.headers, mail.html]).toEqual(['outbound', [], '<p>New hours</p>']);
    expect((await call('GET', `/${made.id}/report`)).body.results).toBeNull();
    expect((await call('POST', `/${made.id}/follow-up`)).body.code).toBe('broadcast_to_staff');
  });

  it('refuses what is not marketing mail to people, and what does not exist', async () => {
    const template = await mails.app.call('POST', '/email/templates', {
      name: 'System',
      subject: 'x',
      html: '<p>x</p>',
      stream: 'transactional',
    });
    const { email } = await mails.person();
    const list = await listOf('One', [email]);
    const made = await call('POST', '', {
      name: 'Wrong stream',
      template_id: template.body.id,
      include_smart_list_ids: [list],
    });
    const sent = await call('POST', `/${made.body.id}/send`);
    expect(sent.body).toMatchObject({ code: 'broadcast_not_ready', errors: [{ pointer: '/template_id' }] });
    expect((await call('POST', '', { name: 'x', stream: 'transactional' })).status).toBe(400);
    const unknown = await call('POST', '', {
      name: 'x',
      include_smart_list_ids: [list, '00000000-0000-4000-8000-000000000001'],
    });
    expect(unknown.body.errors).toEqual([expect.objectContaining({ pointer: '/include_smart_list_ids/1' })]);
    // What a draft names is not deleted under it.
    expect((await mails.app.call('DELETE', `/smart-lists/${list}`)).status).toBe(409);
    expect((await mails.app.call('DELETE', `/email/templates/${template.body.id}`)).status).toBe(409);
  });

  it('are scheduled, taken off the schedule and duplicated', async () => {
    const { email } = await mails.person();
    const list = await listOf('Scheduled', [email]);
    const { body } = await call('POST', '', {
      name: 'Later',
      subject: 'Later',
      html: '<p>x</p>',
      include_smart_list_ids: [list],
    });
    const past = await call('POST', `/${body.id}/schedule`, { scheduled_at: '2020-01-01T00:00:00Z' });
    expect([past.status, past.body.errors[0].pointer]).toEqual([400, '/scheduled_at']);
    const scheduled = await call('POST', `/${body.id}/schedule`, { scheduled_at: '2099-01-01T00:00:00Z' });
    expect(scheduled.body).toMatchObject({ status: 'scheduled', scheduled_at: '2099-01-01T00:00:00.000Z' });
    expect((await call('POST', `/${body.id}/cancel`)).body).toMatchObject({ status: 'draft', scheduled_at: null });
    const undo = await call('POST', `/${body.id}/send`, { undo_seconds: 60 });
    expect(undo.body.status).toBe('scheduled');
    expect((await call('POST', `/${body.id}/cancel`)).body.status).toBe('draft');
    const copy = await call('POST', `/${body.id}/duplicate`);
    expect([copy.status, copy.body.name, copy.body.subject]).toEqual([201, 'Later (copy)', 'Later']);
  });
});
