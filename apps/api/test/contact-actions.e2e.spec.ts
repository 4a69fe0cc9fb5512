import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { ActionsWorld } from './actions.fixture.js';

let world: ActionsWorld;
beforeAll(async () => {
  world = await ActionsWorld.make();
}, 120_000);
afterAll(() => world?.api.close());

const states = (answer: { body: any }) => answer.body.effects.map(({ state }: { state: string }) => state);

describe('every action', () => {
  it('is told who did it: in the timeline, in the audit, and to whoever asks for what was done', async () => {
    const { id, email } = await world.someone();
    const done = await world.act(id, 'enroll', { course_id: world.course, note: 'For the jury' }, world.support);
    expect([done.status, done.body]).toMatchObject([
      200,
      { action: 'enroll', state: 'done', by: 'support@example.com', input: { note: 'For the jury' } },
    ]);
    const { items } = (await world.api.call('GET', `/contacts/${id}/activities`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({
        type: 'admin.enroll',
        source: 'admin',
        sentence: 'Enrolled by hand in Light, free of charge by support@example.com',
        metadata: expect.objectContaining({ by: 'support@example.com', note: 'For the jury', action_id: done.body.id }),
      }),
    );
    const { items: audit } = (await world.api.call('GET', '/audit?action=contact.enrolled')).body;
    expect(audit[0]).toMatchObject({ actor: 'support@example.com', after: { action_id: done.body.id, state: 'done' } });
    expect((await world.api.call('GET', `/contacts/${id}/actions`)).body).toEqual({
      items: [done.body],
      next_cursor: null,
    });
    expect((await world.contact(id)).email).toBe(email);
  });

  it('is done once, however often it is asked for under one key', async () => {
    const { id } = await world.someone();
    const headers = { 'idempotency-key': newId() };
    const first = await world.act(id, 'enroll', { course_id: world.course }, { ...world.support, headers });
    const second = await world.act(id, 'enroll', { course_id: world.course }, { ...world.support, headers });
    expect(second.body).toEqual(first.body);
    expect((await world.api.call('GET', `/contacts/${id}/actions`)).body.items).toHaveLength(1);
  });

  it('is for support and administrators, and parting accounts for administrators alone', async () => {
    const { id } = await world.someone();
    for (const role of ['viewer', 'marketer'] as const)
      for (const action of ['update_email', 'link_accounts', 'unlink_accounts', 'enroll'])
        expect([role, (await world.act(id, action, {}, world.as(role))).status]).toEqual([role, 403]);
    expect((await world.act(id, 'unlink_accounts', {}, world.support)).body.code).toBe('not_allowed');
    const seen = await world.api.call('GET', `/contacts/${id}/actions/available`, undefined, world.as('viewer'));
    expect(seen.body[0]).toEqual({
      action: 'update_email',
      label: 'Update email',
      group: 'identity',
      available: false,
      reason: 'Only support and administrators may do this.',
    });
    const own = await world.api.call('GET', `/contacts/${id}/actions/available`, undefined, world.support);
    expect(own.body.map((one: any) => [one.action, one.available])).toEqual(
      expect.arrayContaining([
        ['update_email', true],
        ['link_accounts', true],
        ['unlink_accounts', false],
        ['enroll', true],
      ]),
    );
  });

  it('that is still being carried out keeps the next one waiting, and one that has ended well is not tried again', async () => {
    const { id } = await world.someone();
    const done = await world.act(id, 'enroll', { course_id: world.course });
    const again = await world.api.call('POST', `/actions/${done.body.id}/retry`);
    expect([again.status, again.body.code]).toEqual([409, 'action_not_failed']);
    await world.sql("update cortex.contact_actions set state = 'running' where id = $1", [done.body.id]);
    const other = await world.act(id, 'update_email', { email: 'other@actions.example' });
    expect([other.status, other.body.code]).toEqual([409, 'action_running']);
    await world.sql("update cortex.contact_actions set state = 'done' where id = $1", [done.body.id]);
  });

  it('tells what failed, tries it again when asked, and does not repeat what was done', async () => {
    const { id, email } = await world.someone();
    await world.sql(`create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'no mail today'; end $$`);
    await world.sql(
      'create trigger refuse before insert on cortex.messages for each row execute function public.refuse()',
    );
    const wanted = { email: `new-${email}` };
    const first = await world.act(id, 'update_email', wanted, world.support);
    expect([first.body.state, states(first)]).toEqual(['partly', ['done', 'not_needed', 'failed']]);
    await world.sql('drop trigger refuse on cortex.messages');
    const admin = await world.api.call('POST', `/actions/${first.body.id}/retry`, undefined, world.as('viewer'));
    expect(admin.status).toBe(403);
    const second = await world.api.call('POST', `/actions/${first.body.id}/retry`, undefined, world.support);
    expect([second.body.state, states(second)]).toEqual(['done', ['done', 'not_needed', 'done']]);
    expect(second.body.effects[0].at).toBe(first.body.effects[0].at);
    expect(await world.sql('select contact_email from cortex.messages where contact_email = $1', [email])).toHaveLength(
      1,
    );
  });
});

describe('another address', () => {
  it('is taken along by history, runs, waiting mail, lists and consent; suppressions stay, and the old one is told', async () => {
    const { id, email } = await world.someone({ first_name: 'Ann', consent: 'subscribed' });
    const list = (await world.api.call('POST', '/smart-lists', { name: 'Fixed', kind: 'static' })).body.id as string;
    await world.api.call('POST', `/smart-lists/${list}/members`, { emails: [email] });
    await world.api.call('POST', '/email/suppressions', { emails: [email] });
    await world.engine.live({
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'quiz.done' } },
        { id: 'mail', type: 'send_email', config: { subject: 'x', html: '<p>x</p>', stream: 'transactional' } },
        { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'mail' },
        { source: 'mail', port: 'next', target: 'wait' },
      ],
    });
    await world.engine.post(email, { type: 'quiz.done' });
    await world.engine.settle();
    const before = (await world.sql('select person_id from cortex.people where address = $1', [email]))[0].person_id;

    const wanted = `Ann.New@actions.example`;
    const preview = await world.preview(id, 'update_email', { email: wanted }, world.support);
    expect(preview.body).toMatchObject({
      action: 'update_email',
      sentences: [
        `${email} becomes ${wanted}.`,
        'Activities, consent, 1 run, 1 waiting mail, 1 list follow the person.',
        'Suppressions stay with their address.',
      ],
      warnings: [`${email} stays suppressed.`],
    });
    expect((await world.contact(id)).email).toBe(email);
    const done = await world.act(id, 'update_email', { email: wanted }, world.support);
    expect([done.body.state, states(done)]).toEqual(['done', ['done', 'not_needed', 'done']]);

    expect(await world.contact(id)).toMatchObject({
      id,
      email: wanted,
      consent: { status: 'subscribed' },
      can_be_emailed: true,
      email_status: 'subscribed',
    });
    const [now] = await world.sql('select person_id from cortex.people where address = cortex.address($1)', [wanted]);
    expect(now.person_id).toBe(before);
    expect((await world.api.call('GET', `/runs?contact_email=${wanted}`)).body.items).toHaveLength(1);
    expect((await world.api.call('GET', `/smart-lists/${list}/contacts`)).body.items).toMatchObject([
      { email: wanted },
    ]);
    expect(await world.sql('select stream from cortex.suppressions where address = $1', [email])).toHaveLength(1);
    const mails = (await world.api.call('GET', `/outbox?contact_email=${wanted}`)).body.items;
    expect(mails).toMatchObject([
      { subject: 'Your email address was changed', stream: 'transactional', contact_email: email },
      { subject: 'x', contact_email: wanted },
    ]);
    const told = (await world.api.call('GET', `/contacts/${id}/activities`)).body.items.map((one: any) => one.sentence);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^Email changed from ${email} to ${wanted} by support@example.com`),
      ]),
    );
  });

  it('says what the old address is told in a template that can be changed, and goes by what was approved last', async () => {
    const { id, email } = await world.someone();
    await world.act(id, 'update_email', { email: 'first-change@actions.example' });
    const template = (await world.api.call('GET', '/email/templates?stream=transactional')).body.items.find(
      ({ name }: { name: string }) => name === 'Your email address was changed',
    );
    const { id: templateId, ...fields } = template;
    const change = {
      ...Object.fromEntries(
        ['name', 'preheader', 'stream', 'editor', 'html', 'text', 'version'].map((name) => [name, fields[name]]),
      ),
      subject: 'You have moved',
    };
    expect((await world.api.call('PUT', `/email/templates/${templateId}`, change)).status).toBe(200);
    await world.act(id, 'update_email', { email: 'second-change@actions.example' });
    await world.api.call('POST', `/email/templates/${templateId}/approve`, { version: 2 });
    await world.act(id, 'update_email', { email: 'third-change@actions.example' });
    const mails = (await world.api.call('GET', '/outbox?contact_email=third-change@actions.example')).body.items;
    // What is changed goes out only when an administrator has approved it.
    expect(mails.map((one: any) => [one.contact_email, one.subject])).toEqual([
      ['second-change@actions.example', 'You have moved'],
      ['first-change@actions.example', 'Your email address was changed'],
      [email, 'Your email address was changed'],
    ]);
  });

  it('that is somebody else’s offers to link the two', async () => {
    const [one, other] = [await world.someone(), await world.someone()];
    const refused = await world.act(one.id, 'update_email', { email: other.email.toUpperCase() }, world.support);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'address_taken', other_contact_id: other.id }]);
    const own = await world.act(one.id, 'update_email', { email: one.email.toUpperCase() }, world.support);
    expect([own.status, own.body.code]).toEqual([409, 'action_not_available']);
    expect((await world.api.call('GET', `/contacts/${one.id}/actions`)).body.items).toEqual([]);
  });
});

describe('a course by hand', () => {
  it('makes a lead a customer, with what was paid elsewhere, and is not given twice', async () => {
    const { id, email } = await world.someone();
    const paid = { course_id: world.course, payment: 'elsewhere', amount_minor: 4900, currency: 'EUR' };
    const preview = await world.preview(id, 'enroll', paid, world.support);
    expect(preview.body.sentences).toEqual([
      `${email} gets “Light”, paid elsewhere: €49.00.`,
      'They are a lead now, and become a customer.',
    ]);
    const done = await world.act(id, 'enroll', paid, world.support);
    expect([done.body.state, states(done)]).toEqual(['done', ['done', 'done']]);
    expect(await world.contact(id)).toMatchObject({ email, type: 'customer', lifetime_value: 49 });
    const again = await world.act(id, 'enroll', paid, world.support);
    expect([again.status, again.body.code]).toEqual([409, 'already_enrolled']);
    expect(
      await world.sql(
        `select t.amount_minor::int, t.status, e.status as enrollment from public.unified_profiles u
         join public.transactions t on t.profile_id = u.id
         join public.enrollments e on e.profile_id = u.id and e.transaction_id = t.id where u.email = $1`,
        [email],
      ),
    ).toEqual([{ amount_minor: 4900, status: 'paid', enrollment: 'active' }]);
  });

  it('of a program is called by it where access is taken, and any other course by its title', async () => {
    const { id } = await world.someone();
    const { results } = (await world.api.call('POST', '/courses', { title: 'Peers', program: 'P2P' })).body;
    const [{ id: peers }] = results;
    expect((await world.get('/courses?limit=200')).items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: peers, program: 'P2P' }),
        expect.objectContaining({ id: world.course, program: null }),
      ]),
    );
    await world.act(id, 'enroll', { course_id: peers });
    const enrolled = (await world.get(`/contacts/${id}/activities`)).items.find(
      (one: any) => one.type === 'course.enrolled',
    );
    expect(enrolled.metadata).toMatchObject({ course_title: 'Peers', program: 'P2P' });
    const preview = await world.preview(id, 'revoke_access', { reason: 'Refund' });
    expect(preview.body.sentences[0]).toContain('loses “Peers” (P2P) at once');
    await world.act(id, 'enroll', { course_id: world.course });
    const asked = await world.act(id, 'revoke_access', { reason: 'Refund' });
    expect(asked.body.candidates).toEqual([
      expect.objectContaining({ label: 'Light', detail: expect.stringMatching(/^active/) }),
      expect.objectContaining({ label: 'Peers', detail: expect.stringMatching(/^P2P, active/) }),
    ]);
  });

  it('goes with the sample when it was given to somebody of it', async () => {
    const { id, email } = await world.someone();
    await world.sql('update cortex.people set demo = true where address = $1', [email]);
    const paid = { course_id: world.course, payment: 'elsewhere', amount_minor: 1, currency: 'EUR' };
    expect((await world.act(id, 'enroll', paid)).body.state).toBe('done');
    const kinds = await world.sql('select kind from cortex.demo_rows order by kind');
    expect(kinds.map(({ kind }) => kind)).toEqual(['enrollment', 'profile', 'transaction']);
    expect((await world.api.call('POST', '/settings/demo/remove')).status).toBe(200);
    expect((await world.api.call('GET', `/contacts?q=${email}`)).body.items.map((one: any) => one.type)).toEqual([
      'lead',
    ]);
    expect(await world.sql('select from cortex.contact_actions where person_id = $1', [id])).toEqual([]);
  });

  it('is taken back without Stripe where none is set up, and the form says so beforehand', async () => {
    const { id } = await world.someone();
    const paid = { course_id: world.course, payment: 'elsewhere', amount_minor: 4900, currency: 'EUR' };
    await world.act(id, 'enroll', paid);
    const preview = await world.preview(id, 'revoke_access', { reason: 'Refund' });
    expect(preview.body.closed).toEqual({
      refund_at_stripe: 'Stripe is not set up here. An administrator sets STRIPE_API_KEY.',
    });
    expect(preview.body.effects.map(({ name }: { name: string }) => name)).not.toContain('stripe');
  });

  it('says what is missing or wrong in what it is asked with', async () => {
    const { id } = await world.someone();
    const wrong = async (body: object) => {
      const { status, body: problem } = await world.act(id, 'enroll', body, world.support);
      return [status, problem.errors.map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await wrong({})).toEqual([400, ['/course_id']]);
    expect(await wrong({ course_id: newId() })).toEqual([400, ['/course_id']]);
    expect(await wrong({ course_id: world.course, payment: 'elsewhere' })).toEqual([
      400,
      ['/amount_minor', '/currency'],
    ]);
    expect(await wrong({ course_id: world.course, amount_minor: 1 })).toEqual([400, ['/amount_minor']]);
  });
});
