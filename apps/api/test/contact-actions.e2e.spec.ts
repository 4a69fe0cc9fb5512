import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { pipeline, type Pipeline } from '#testing';
import { testApi, type CallOptions, type TestApi } from './api.fixture.js';

let api: TestApi;
let engine: Pipeline;
const staff = new Map<string, CallOptions>();
const COURSE = newId();

beforeAll(async () => {
  api = await testApi();
  engine = await pipeline(api.db.database);
  for (const role of ['viewer', 'marketer', 'support']) {
    const [email, password] = [`${role}@example.com`, 'a password for tests'];
    await api.call('POST', '/staff', { email, name: role, role, password });
    staff.set(role, { cookie: await api.signIn(email, password) });
  }
  await api.call('POST', '/courses', { id: COURSE, title: 'Light', price_minor: 4900, currency: 'EUR' });
}, 120_000);
afterAll(() => api?.close());

let next = 0;
/** Somebody new. Answers their public id and address. */
async function someone(more: object = {}) {
  const email = `person${(next += 1)}@actions.example`;
  const answer = await api.call('POST', '/purchase-leads', { email, ...more });
  return { id: answer.body.results[0].id as string, email };
}
const act = (id: string, action: string, body: object = {}, as: CallOptions = {}, preview = false) =>
  api.call('POST', `/contacts/${id}/actions/${action}${preview ? '?preview=true' : ''}`, body, as);
const sql = (text: string, values: unknown[] = []) => api.db.database.rows<any>(text, values);
const support = () => staff.get('support')!;
const contact = async (id: string) => (await api.call('GET', `/contacts/${id}`)).body;
const states = (answer: { body: any }) => answer.body.effects.map(({ state }: { state: string }) => state);

describe('every action', () => {
  it('is told who did it: in the timeline, in the audit, and to whoever asks for what was done', async () => {
    const { id, email } = await someone();
    const done = await act(id, 'enroll', { course_id: COURSE, note: 'For the jury' }, support());
    expect([done.status, done.body]).toMatchObject([
      200,
      { action: 'enroll', state: 'done', by: 'support@example.com', input: { note: 'For the jury' } },
    ]);
    const { items } = (await api.call('GET', `/contacts/${id}/activities`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({
        type: 'admin.enroll',
        source: 'admin',
        sentence: 'Enrolled by hand in Light, free of charge by support@example.com',
        metadata: expect.objectContaining({ by: 'support@example.com', note: 'For the jury', action_id: done.body.id }),
      }),
    );
    const { items: audit } = (await api.call('GET', '/audit?action=contact.enrolled')).body;
    expect(audit[0]).toMatchObject({ actor: 'support@example.com', after: { action_id: done.body.id, state: 'done' } });
    expect((await api.call('GET', `/contacts/${id}/actions`)).body).toEqual({ items: [done.body], next_cursor: null });
    expect((await contact(id)).email).toBe(email);
  });

  it('is done once, however often it is asked for under one key', async () => {
    const { id } = await someone();
    const headers = { 'idempotency-key': newId() };
    const first = await act(id, 'enroll', { course_id: COURSE }, { ...support(), headers });
    const second = await act(id, 'enroll', { course_id: COURSE }, { ...support(), headers });
    expect(second.body).toEqual(first.body);
    expect((await api.call('GET', `/contacts/${id}/actions`)).body.items).toHaveLength(1);
  });

  it('is for support and administrators, and parting accounts for administrators alone', async () => {
    const { id } = await someone();
    for (const role of ['viewer', 'marketer'])
      for (const action of ['update_email', 'link_accounts', 'unlink_accounts', 'enroll'])
        expect([role, (await act(id, action, {}, staff.get(role))).status]).toEqual([role, 403]);
    expect((await act(id, 'unlink_accounts', {}, support())).body.code).toBe('not_allowed');
    const seen = await api.call('GET', `/contacts/${id}/actions/available`, undefined, staff.get('viewer'));
    expect(seen.body[0]).toEqual({
      action: 'update_email',
      label: 'Update email',
      group: 'identity',
      available: false,
      reason: 'Only support or admin may do this.',
    });
    const own = await api.call('GET', `/contacts/${id}/actions/available`, undefined, support());
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
    const { id } = await someone();
    const done = await act(id, 'enroll', { course_id: COURSE });
    const again = await api.call('POST', `/actions/${done.body.id}/retry`);
    expect([again.status, again.body.code]).toEqual([409, 'action_not_failed']);
    await sql("update cortex.contact_actions set state = 'running' where id = $1", [done.body.id]);
    const other = await act(id, 'update_email', { email: 'other@actions.example' });
    expect([other.status, other.body.code]).toEqual([409, 'action_running']);
    await sql("update cortex.contact_actions set state = 'done' where id = $1", [done.body.id]);
  });

  it('tells what failed, tries it again when asked, and does not repeat what was done', async () => {
    const { id, email } = await someone();
    await sql(`create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'no mail today'; end $$`);
    await sql('create trigger refuse before insert on cortex.messages for each row execute function public.refuse()');
    const wanted = { email: `new-${email}` };
    const first = await act(id, 'update_email', wanted, support());
    expect([first.body.state, states(first)]).toEqual(['partly', ['done', 'not_needed', 'failed']]);
    await sql('drop trigger refuse on cortex.messages');
    const admin = await api.call('POST', `/actions/${first.body.id}/retry`, undefined, staff.get('viewer'));
    expect(admin.status).toBe(403);
    const second = await api.call('POST', `/actions/${first.body.id}/retry`, undefined, support());
    expect([second.body.state, states(second)]).toEqual(['done', ['done', 'not_needed', 'done']]);
    expect(second.body.effects[0].at).toBe(first.body.effects[0].at);
    expect(await sql('select contact_email from cortex.messages where contact_email = $1', [email])).toHaveLength(1);
  });
});

describe('another address', () => {
  it('is taken along by history, runs, waiting mail, lists and consent; suppressions stay, and the old one is told', async () => {
    const { id, email } = await someone({ first_name: 'Ann', consent: 'subscribed' });
    const list = (await api.call('POST', '/smart-lists', { name: 'Fixed', kind: 'static' })).body.id as string;
    await api.call('POST', `/smart-lists/${list}/members`, { emails: [email] });
    await api.call('POST', '/email/suppressions', { emails: [email] });
    await engine.live({
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
    await engine.post(email, { type: 'quiz.done' });
    await engine.settle();
    const before = (await sql('select person_id from cortex.people where address = $1', [email]))[0].person_id;

    const wanted = `Ann.New@actions.example`;
    const preview = await act(id, 'update_email', { email: wanted }, support(), true);
    expect(preview.body).toMatchObject({
      action: 'update_email',
      sentences: [
        `${email} becomes ${wanted}.`,
        'Activities, consent, 1 run, 1 waiting mail, 1 list follow the person.',
        'Suppressions stay with their address.',
      ],
      warnings: [`${email} stays suppressed.`],
    });
    expect((await contact(id)).email).toBe(email);
    const done = await act(id, 'update_email', { email: wanted }, support());
    expect([done.body.state, states(done)]).toEqual(['done', ['done', 'not_needed', 'done']]);

    expect(await contact(id)).toMatchObject({
      id,
      email: wanted,
      consent: { status: 'subscribed' },
      can_be_emailed: true,
      email_status: 'subscribed',
    });
    const [now] = await sql('select person_id from cortex.people where address = cortex.address($1)', [wanted]);
    expect(now.person_id).toBe(before);
    expect((await api.call('GET', `/runs?contact_email=${wanted}`)).body.items).toHaveLength(1);
    expect((await api.call('GET', `/smart-lists/${list}/contacts`)).body.items).toMatchObject([{ email: wanted }]);
    expect(await sql('select stream from cortex.suppressions where address = $1', [email])).toHaveLength(1);
    const mails = (await api.call('GET', `/outbox?contact_email=${wanted}`)).body.items;
    expect(mails).toMatchObject([
      { subject: 'Your email address was changed', stream: 'transactional', contact_email: email },
      { subject: 'x', contact_email: wanted },
    ]);
    const told = (await api.call('GET', `/contacts/${id}/activities`)).body.items.map((one: any) => one.sentence);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^Email changed from ${email} to ${wanted} by support@example.com`),
      ]),
    );
  });

  it('says what the old address is told in a template that can be changed, and goes by what was approved last', async () => {
    const { id, email } = await someone();
    await act(id, 'update_email', { email: 'first-change@actions.example' });
    const template = (await api.call('GET', '/email/templates?stream=transactional')).body.items.find(
      ({ name }: { name: string }) => name === 'Your email address was changed',
    );
    const { id: templateId, ...fields } = template;
    const change = {
      ...Object.fromEntries(
        ['name', 'preheader', 'stream', 'editor', 'html', 'text', 'version'].map((name) => [name, fields[name]]),
      ),
      subject: 'You have moved',
    };
    expect((await api.call('PUT', `/email/templates/${templateId}`, change)).status).toBe(200);
    await act(id, 'update_email', { email: 'second-change@actions.example' });
    await api.call('POST', `/email/templates/${templateId}/approve`, { version: 2 });
    await act(id, 'update_email', { email: 'third-change@actions.example' });
    const mails = (await api.call('GET', '/outbox?contact_email=third-change@actions.example')).body.items;
    // What is changed goes out only when an administrator has approved it.
    expect(mails.map((one: any) => [one.contact_email, one.subject])).toEqual([
      ['second-change@actions.example', 'You have moved'],
      ['first-change@actions.example', 'Your email address was changed'],
      [email, 'Your email address was changed'],
    ]);
  });

  it('that is somebody else’s offers to link the two', async () => {
    const [one, other] = [await someone(), await someone()];
    const refused = await act(one.id, 'update_email', { email: other.email.toUpperCase() }, support());
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'address_taken', other_contact_id: other.id }]);
    const own = await act(one.id, 'update_email', { email: one.email.toUpperCase() }, support());
    expect([own.status, own.body.code]).toEqual([409, 'action_not_available']);
    expect((await api.call('GET', `/contacts/${one.id}/actions`)).body.items).toEqual([]);
  });
});

describe('a course by hand', () => {
  it('makes a lead a customer, with what was paid elsewhere, and is not given twice', async () => {
    const { id, email } = await someone();
    const paid = { course_id: COURSE, payment: 'elsewhere', amount_minor: 4900, currency: 'EUR' };
    const preview = await act(id, 'enroll', paid, support(), true);
    expect(preview.body.sentences).toEqual([
      `${email} gets “Light”, paid elsewhere: €49.00.`,
      'They are a lead now, and become a customer.',
    ]);
    const done = await act(id, 'enroll', paid, support());
    expect([done.body.state, states(done)]).toEqual(['done', ['done', 'done']]);
    expect(await contact(id)).toMatchObject({ email, type: 'customer', lifetime_value: 49 });
    const again = await act(id, 'enroll', paid, support());
    expect([again.status, again.body.code]).toEqual([409, 'already_enrolled']);
    expect(
      await sql(
        `select t.amount_minor::int, t.status, e.status as enrollment from public.unified_profiles u
         join public.transactions t on t.profile_id = u.id
         join public.enrollments e on e.profile_id = u.id and e.transaction_id = t.id where u.email = $1`,
        [email],
      ),
    ).toEqual([{ amount_minor: 4900, status: 'paid', enrollment: 'active' }]);
  });

  it('says what is missing or wrong in what it is asked with', async () => {
    const { id } = await someone();
    const wrong = async (body: object) => {
      const { status, body: problem } = await act(id, 'enroll', body, support());
      return [status, problem.errors.map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await wrong({})).toEqual([400, ['/course_id']]);
    expect(await wrong({ course_id: newId() })).toEqual([400, ['/course_id']]);
    expect(await wrong({ course_id: COURSE, payment: 'elsewhere' })).toEqual([400, ['/amount_minor', '/currency']]);
    expect(await wrong({ course_id: COURSE, amount_minor: 1 })).toEqual([400, ['/amount_minor']]);
  });
});

describe('linked accounts', () => {
  it('are one person for whoever looks: both histories, what both paid, and the stricter answer about mail', async () => {
    const head = await someone({ first_name: 'Ann', consent: 'subscribed' });
    const other = await someone({ consent: { status: 'unsubscribed' } });
    await act(head.id, 'enroll', { course_id: COURSE, payment: 'elsewhere', amount_minor: 4900, currency: 'EUR' });
    await act(other.id, 'enroll', { course_id: COURSE, payment: 'elsewhere', amount_minor: 1000, currency: 'EUR' });
    const dry = await act(head.id, 'link_accounts', { other_contact_id: other.id, dry_run: true }, support());
    expect(dry.body).toMatchObject({
      action: 'link_accounts',
      sentences: [
        expect.stringContaining(`${head.email}, customer: 1 enrollment, `),
        expect.stringContaining('10.00 paid, unsubscribed.'),
        expect.stringContaining('unlinking parts the two again'),
        'The stricter answer about marketing mail holds for both: unsubscribed.',
      ],
    });
    expect((await act(head.id, 'link_accounts', { other_contact_id: other.id }, support())).body.state).toBe('done');
    const shown = await contact(other.id);
    expect(shown).toMatchObject({
      email: head.email,
      lifetime_value: 59,
      can_be_emailed: false,
      email_status: 'unsubscribed',
      email_reason: 'Unsubscribed with an account that is linked to this one.',
      consent: { status: 'subscribed' },
    });
    const found = (await api.call('GET', `/contacts?q=${head.email}`)).body.items;
    expect(found).toMatchObject([{ lifetime_value: 59, can_be_emailed: false }]);
    expect((await api.call('GET', `/contacts?q=${other.email}`)).body.items).toEqual(found);
    expect((await api.call('GET', `/contacts/${other.id}/links`)).body.items).toEqual([
      expect.objectContaining({ email: other.email, type: 'customer', linked_by: 'support@example.com' }),
    ]);
    const history = (await api.call('GET', `/contacts/${head.id}/activities`)).body.items;
    expect(new Set(history.map((one: any) => one.contact_email))).toEqual(new Set([head.email, other.email]));
    const rules = { operator: 'AND', conditions: [{ field: 'can_be_emailed', operator: 'is_true' }] };
    const mailable = async () =>
      (await api.call('POST', '/contacts/search', { q: 'person', rules, limit: 200 })).body.items.map(
        (one: any) => one.email,
      );
    expect(await mailable()).not.toContain(head.email);

    const parted = await act(head.id, 'unlink_accounts', {});
    expect(parted.body.state).toBe('done');
    expect(await contact(head.id)).toMatchObject({ lifetime_value: 49, can_be_emailed: true });
    expect(await contact(other.id)).toMatchObject({ email: other.email, lifetime_value: 10, can_be_emailed: false });
    expect(await mailable()).toContain(head.email);
  });

  it('stand in a star, never in a chain or a circle', async () => {
    const [a, b, c] = [await someone(), await someone(), await someone()];
    const link = async (into: { id: string }, other: { id: string }) => {
      const { status, body } = await act(into.id, 'link_accounts', { other_contact_id: other.id });
      return [status, body.state ?? body.code];
    };
    expect(await link(a, a)).toEqual([400, 'invalid_request']);
    expect(await link(a, b)).toEqual([200, 'done']);
    expect(await link(a, b)).toEqual([400, 'invalid_request']);
    expect(await link(b, a)).toEqual([400, 'invalid_request']);
    expect(await link(c, a)).toEqual([400, 'invalid_request']);
    expect(await link(c, b)).toEqual([400, 'invalid_request']);
    expect(await link(b, c)).toEqual([200, 'done']);
    const several = await act(a.id, 'unlink_accounts', {});
    expect([several.status, several.body.code]).toEqual([409, 'several_candidates']);
    expect(several.body.candidates.map(({ id }: { id: string }) => id)).toEqual([b.id, c.id]);
    const preview = await act(a.id, 'unlink_accounts', {}, {}, true);
    expect([preview.status, preview.body.candidates.length]).toEqual([200, 2]);
    expect((await act(a.id, 'unlink_accounts', { other_contact_id: b.id })).body.state).toBe('done');
    expect((await contact(b.id)).email).toBe(b.email);
    expect((await contact(c.id)).email).toBe(a.email);
  });

  it('share what wakes and ends their runs, and only the one who is shown begins new ones', async () => {
    const [head, other] = [await someone({ consent: 'subscribed' }), await someone({ consent: 'subscribed' })];
    const automation = await engine.live(
      {
        schema: 1,
        nodes: [
          { id: 'start', type: 'activity_received', config: { activity_type: 'basket.left' } },
          {
            id: 'hope',
            type: 'wait_until',
            config: { activity_type: 'basket.opened', timeout: { n: 3, unit: 'days' } },
          },
          {
            id: 'mail',
            type: 'send_email',
            config: { subject: '{{ activity.metadata.what }}', html: '<p>x</p>', stream: 'transactional' },
          },
          { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
        ],
        edges: [
          { source: 'start', port: 'next', target: 'hope' },
          { source: 'hope', port: 'happened', target: 'mail' },
          { source: 'mail', port: 'next', target: 'wait' },
        ],
      },
      { entry: { limit: 'always' }, exit_when: { activity_type: 'basket.bought' } },
    );
    const runs = async () =>
      (
        await sql(
          `select p.address, r.status, r.node_id from cortex.automation_runs r join cortex.people p using (person_id)
           where r.automation_id = $1 order by r.entered_at, r.id`,
          [automation],
        )
      ).map(({ address, status, node_id }) => [address, status, node_id]);
    await engine.post(other.email, { type: 'basket.left', metadata: { what: 'before' } });
    await engine.settle();
    await act(head.id, 'link_accounts', { other_contact_id: other.id });
    await engine.post(other.email, { type: 'basket.left', metadata: { what: 'a lamp' } });
    await engine.settle();
    expect(await runs()).toEqual([
      [other.email, 'waiting', 'hope'],
      [head.email, 'waiting', 'hope'],
    ]);
    await engine.post(head.email, { type: 'basket.opened' });
    await engine.settle();
    expect(await runs()).toEqual([
      [other.email, 'waiting', 'wait'],
      [head.email, 'waiting', 'wait'],
    ]);
    const subject = (email: string) =>
      sql(
        `select m.data -> 'activity' -> 'metadata' ->> 'what' as what from cortex.messages m where m.contact_email = $1`,
        [email],
      );
    expect([await subject(other.email), await subject(head.email)]).toEqual([
      [{ what: 'before' }],
      [{ what: 'a lamp' }],
    ]);
    expect((await api.call('GET', `/runs?contact_email=${head.email}`)).body.items).toHaveLength(2);
    await engine.post(other.email, { type: 'basket.bought' });
    await engine.settle();
    expect((await runs()).map(([, status]) => status)).toEqual(['exited', 'exited']);

    // Parted again, each goes by what it does itself.
    await act(head.id, 'unlink_accounts', {});
    await engine.post(other.email, { type: 'basket.left' });
    await engine.post(head.email, { type: 'basket.opened' });
    await engine.settle();
    expect((await runs()).at(-1)).toEqual([other.email, 'waiting', 'hope']);
  });
});
