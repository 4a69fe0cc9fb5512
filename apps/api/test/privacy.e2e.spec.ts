import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditSeals } from '#access';
import { createLog, newId } from '#platform';
import { ActionsWorld } from './actions.fixture.js';
import { cookieOf } from './api.fixture.js';
import { customerOf, PASSWORD, type Customer } from './customers.fixture.js';

const OLD = 'zephyrine.old@gone.example';
const EMAIL = 'zephyrine@gone.example';
const NEEDLES = ['zephyrine', 'quackenbush'];

let world: ActionsWorld;
let customer: Customer;
let list: string;
beforeAll(async () => {
  world = await ActionsWorld.make();
  await plant();
}, 240_000);
afterAll(() => world?.api.close());

/** Leaves traces of one person wherever the product writes some. */
async function plant(): Promise<void> {
  const { api, engine, sql } = world;
  customer = await customerOf(api, OLD);
  await world.act(customer.id, 'update_email', { email: EMAIL });
  const signedIn = await api.call(
    'POST',
    '/auth/customer/sign-in',
    { email: EMAIL, password: PASSWORD },
    { anonymous: true },
  );
  customer = { ...customer, cookie: cookieOf(signedIn) };
  await api.call('PATCH', `/contacts/${customer.id}`, {
    first_name: 'Zephyrine',
    last_name: 'Quackenbush',
    attributes: { nick: 'Zephyrine the Great' },
    tags: ['quackenbush-family'],
  });
  const transaction = { external_id: 'gone-1', amount_minor: 4900, currency: 'EUR' };
  await api.call('POST', '/enrollments', { email: EMAIL, course_id: world.course, transaction });
  await sql(
    `insert into cortex.order_sightings (external_id, source, asked_at, amount_minor, refunded_minor, currency, failed, buyer)
     values ('gone-1', 'shop', now(), 4900, 0, 'EUR', false, 'zephyrine-at-the-shop')`,
  );
  const headers = { 'idempotency-key': newId() };
  const lead = {
    email: EMAIL,
    first_name: 'Zephyrine',
    external_id: 'checkout-gone',
    attributes: { said: 'I am Quackenbush' },
  };
  await api.call('POST', '/purchase-leads', lead, { headers });
  await api.call('POST', `/contacts/${customer.id}/notes`, { text: 'Quackenbush called twice' });
  list = (await api.call('POST', '/smart-lists', { name: 'Some', kind: 'static' })).body.id;
  await api.call('POST', `/smart-lists/${list}/members`, { emails: [EMAIL] });
  await api.call('POST', '/email/suppressions', { emails: [OLD] });
  await engine.live({
    schema: 1,
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'quiz.done' } },
      {
        id: 'mail',
        type: 'send_email',
        config: { subject: 'Hi {{ contact.first_name }}', html: '<p>x</p>', stream: 'transactional' },
      },
      { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
    ],
    edges: [
      { source: 'start', port: 'next', target: 'mail' },
      { source: 'mail', port: 'next', target: 'wait' },
    ],
  });
  await engine.post(EMAIL, { type: 'quiz.done', metadata: { answer: 'by Zephyrine', course_id: world.course } });
  await engine.settle();

  const other = await world.someone({ first_name: 'Zephyr' });
  await api.call('POST', `/contacts/${other.id}/notes`, { text: `Came with ${EMAIL.toUpperCase()}, Zephyrine` });
  const rule = { field: 'email', operator: 'is', value: EMAIL };
  await sql(`insert into public.crm_smart_lists (name, kind, rules) values ('One', 'rules', $1::jsonb)`, [
    JSON.stringify({ all: [rule] }),
  ]);
  const [run] = await sql(
    'select r.id, r.person_id, r.automation_id from cortex.automation_runs r order by r.entered_at limit 1',
  );
  await sql(
    `insert into cortex.webhook_calls (automation_id, run_id, node_id, visit, person_id, url, content_type, body, answer)
     values ($1, $2, 'hook', 1, $3, $4, 'application/json', $5, 'hello Zephyrine')`,
    [
      run.automation_id,
      run.id,
      run.person_id,
      `https://hooks.example/?who=${encodeURIComponent(EMAIL)}`,
      `{"email":"${EMAIL}"}`,
    ],
  );
  const text = `cannot write ${EMAIL}, Zephyrine Quackenbush`;
  await sql(`insert into cortex.trigger_errors (trigger_name, sqlstate, message) values ('x', 'XX000', $1)`, [text]);
  await sql(`insert into cortex.attention (key, kind, title, detail) values ('x', 'x', 'x', $1)`, [text]);
  await sql(
    `insert into cortex.jobs (kind, action, status, actor, result) values ('bulk', 'add_tags', 'completed', '{}', $1::jsonb)`,
    [JSON.stringify({ rows: [{ email: EMAIL, name: 'Quackenbush' }] })],
  );
  await sql(
    `with file as (insert into cortex.files (name, expires_at) values ('people.csv', now() + interval '1 day') returning id)
     insert into cortex.file_parts (file_id, part, data) select id, 1, convert_to($1, 'UTF8') from file`,
    [`email\n${EMAIL.toUpperCase()}`],
  );
  await sql(
    `insert into cortex.inbox_failures (activity_id, person_id, occurred_at, history, attempts, error)
     values ($1, $2, now(), false, 9, $3)`,
    [newId(), run.person_id, text],
  );
  await sql(`insert into cortex.webhook_events (key, record_type, payload) values ($1, 'Open', $2::jsonb)`, [
    newId(),
    JSON.stringify({ Recipient: EMAIL }),
  ]);
  await sql(
    `insert into cortex.sign_ups (form_id, form_name, address, first_name, topic_ids, consent_text, double_opt_in)
     values ($1, 'Form', $2, 'Zephyrine', '{}', 'Yes', false)`,
    [newId(), EMAIL],
  );
}

/** Every column of text in the whole database that has one of these in it. */
async function found(needles: readonly string[]): Promise<string[]> {
  const columns = await world.sql(
    `select c.oid::regclass::text as relation, a.attname from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_type t on t.oid = a.atttypid
     where c.relkind = 'r' and n.nspname <> 'pg_catalog' and n.nspname !~ '^pg_toast'
       and t.typname in ('text', 'varchar', 'citext', 'bpchar', 'json', 'jsonb', '_text', '_varchar', '_citext')
     order by 1, 2`,
  );
  const places: string[] = [];
  for (const { relation, attname } of columns) {
    const [row] = await world.sql(
      `select count(*)::int as n from ${relation} t where t."${attname}"::text ilike any($1::text[])`,
      [needles.map((needle) => `%${needle}%`)],
    );
    if (row.n > 0) places.push(`${relation}.${attname}`);
  }
  return places;
}

describe('everything about a person', () => {
  it('is one JSON file, for support and administrators, and audited', async () => {
    const answer = await world.api.call('GET', `/contacts/${customer.id}/everything`, undefined, world.support);
    expect([answer.status, answer.headers['content-disposition']]).toEqual([
      200,
      expect.stringContaining('attachment'),
    ]);
    expect(answer.body).toMatchObject({
      email: EMAIL,
      addresses: expect.arrayContaining([EMAIL, OLD]),
      profiles: [{ first_name: 'Zephyrine', attributes: { nick: 'Zephyrine the Great' } }],
      leads: [{ external_id: 'checkout-gone' }],
      orders: [{ amount_minor: 4900 }],
      enrollments: [{ course_title: 'Light' }],
      activities: expect.arrayContaining([expect.objectContaining({ type: 'quiz.done' })]),
      runs: [{ status: 'waiting' }],
      lists: [{ name: 'Some' }],
      notes: [{ text: 'Quackenbush called twice' }],
      actions: [{ action: 'update_email' }],
      sign_in: [{ has_password: true }],
      sessions: [{}],
      suppressions: expect.arrayContaining([expect.objectContaining({ address: OLD })]),
      webhook_calls: [{}],
    });
    expect(answer.body.mails.length).toBeGreaterThan(0);
    expect(answer.text).not.toMatch(/token|scrypt|"password": "/);
    const { items } = (await world.api.call('GET', '/audit?action=contact.exported')).body;
    expect(items).toMatchObject([{ actor: 'support@example.com', target_id: customer.id }]);
    for (const role of ['viewer', 'marketer'] as const)
      expect(
        (await world.api.call('GET', `/contacts/${customer.id}/everything`, undefined, world.as(role))).status,
      ).toBe(403);
    expect((await world.api.call('GET', `/contacts/${newId()}/everything`)).status).toBe(404);
  });
});

describe('erasing a person', () => {
  const reason = 'Asked for it on 3 May';

  it('says what goes and what stays, wants the address typed, and is for administrators', async () => {
    const path = `/contacts/${customer.id}/erase`;
    const preview = await world.api.call('POST', `${path}?preview=true`, { reason });
    expect(preview.body).toMatchObject({
      action: 'erase',
      sentences: expect.arrayContaining([expect.stringContaining('1 order stays')]),
      warnings: expect.arrayContaining([expect.stringContaining(OLD)]),
      confirm: { value_hint: EMAIL },
    });
    expect((await world.api.call('POST', path, { reason, confirm: EMAIL }, world.support)).status).toBe(403);
    for (const body of [
      { reason },
      { reason, confirm: 'other@gone.example' },
      { reason: `For ${EMAIL}`, confirm: EMAIL },
    ])
      expect((await world.api.call('POST', path, body)).status).toBe(400);
    const [admin] = await world.sql('select email from cortex_staff."user" where role = \'admin\' limit 1');
    const { body } = await world.api.call('POST', '/purchase-leads', { email: admin.email });
    const refused = await world.api.call('POST', `/contacts/${body.results[0].id}/erase`, {
      reason,
      confirm: admin.email,
    });
    expect(refused.body.code).toBe('action_not_available');
  });

  it('leaves nothing of them in any text of the database, and what happened and was paid', async () => {
    const seals = new AuditSeals(world.api.db.database, createLog('silent', 'api'));
    await seals.seal();
    const before = await found(NEEDLES);
    expect(before.length).toBeGreaterThan(25);
    const count = async () =>
      (
        await world.sql(
          `select (select count(*)::int from public.crm_activities where person_id = $1) as activities,
             (select count(*)::int from cortex.messages where person_id = $1) as mails,
             (select count(*)::int from cortex.audit) as audit`,
          [person],
        )
      )[0];
    const [{ person_id: person }] = await world.sql('select person_id from cortex.people where address = $1', [EMAIL]);
    const was = await count();
    const headers = { 'idempotency-key': newId() };
    const path = `/contacts/${customer.id}/erase`;
    const done = await world.api.call('POST', path, { reason, confirm: EMAIL }, { headers });
    expect([done.status, done.body]).toMatchObject([200, { action: 'erase', state: 'done', input: { reason } }]);
    expect((await world.api.call('POST', path, { reason, confirm: EMAIL }, { headers })).body).toEqual(done.body);

    expect(await found(NEEDLES)).toEqual([]);
    const now = await count();
    expect(now.activities).toBeGreaterThanOrEqual(was.activities);
    expect([now.mails, now.audit]).toEqual([was.mails, was.audit + 2]);
    expect(await world.sql('select amount_minor::int, profile_id from public.transactions')).toContainEqual({
      amount_minor: 4900,
      profile_id: customer.id,
    });
    expect(
      await world.sql("select metadata from public.crm_activities where person_id = $1 and type = 'quiz.done'", [
        person,
      ]),
    ).toEqual([{ metadata: { course_id: world.course } }]);
    expect(await world.sql('select part from cortex.file_parts')).toEqual([]);
    expect((await world.api.call('GET', `/contacts/${customer.id}`)).status).toBe(404);
    expect((await world.api.call('GET', '/me/courses', undefined, { cookie: customer.cookie })).status).toBe(401);
    const open = await world.sql(
      `select (select count(*)::int from cortex.outgoing where person_id = $1) as waiting,
         (select count(*)::int from cortex.automation_runs where person_id = $1 and status in ('active', 'waiting')) as runs,
         (select count(*)::int from cortex.pending) as pending`,
      [person],
    );
    expect(open).toEqual([{ waiting: 0, runs: 0, pending: 0 }]);
    await world.engine.settle();
    expect(await found(NEEDLES)).toEqual([]);
    expect(await seals.check()).toBeUndefined();
    const { items } = (await world.api.call('GET', '/audit?action=contact.erased')).body;
    expect(items).toMatchObject([{ after: { state: 'done', input: { reason } } }]);
  });

  it('keeps the address from ever being mailed again, however it comes back', async () => {
    const { body } = await world.api.call('POST', '/purchase-leads', {
      email: EMAIL.toUpperCase(),
      consent: 'subscribed',
    });
    const contact = await world.contact(body.results[0].id);
    expect(contact).toMatchObject({ type: 'lead', can_be_emailed: false });
    await world.api.call('POST', '/profiles', { email: OLD });
    expect(
      await world.sql(
        'select suppressed_broadcast, suppressed_transactional from cortex.people where address = any($1)',
        [[EMAIL, OLD]],
      ),
    ).toEqual([
      { suppressed_broadcast: true, suppressed_transactional: true },
      { suppressed_broadcast: true, suppressed_transactional: true },
    ]);
    expect(await world.sql('select address from cortex.suppressions where address = any($1)', [[EMAIL, OLD]])).toEqual(
      [],
    );
  });

  it('is allowed again by an administrator, with a reason, and mailed only if its owner agreed', async () => {
    const { body } = await world.api.call('POST', '/purchase-leads', { email: EMAIL, consent: 'subscribed' });
    const { id } = body.results[0];
    expect(await world.contact(id)).toMatchObject({
      email_status: 'suppressed',
      email_reason: expect.stringMatching(/^This address was erased on \d+ \w+ \d{4}, and no mail goes to it\.$/),
    });
    const available = async () =>
      (await world.get(`/contacts/${id}/actions/available`)).find((one: any) => one.action === 'allow_address');
    expect(await available()).toMatchObject({ label: 'Allow this address again', available: true });
    const why = { reason: 'Wrote to us that they want the course' };
    expect((await world.act(id, 'allow_address', why, world.support)).status).toBe(403);
    expect((await world.act(id, 'allow_address')).status).toBe(400);
    const preview = await world.preview(id, 'allow_address', why);
    expect(preview.body.sentences[0]).toMatch(/^This address was erased on /);
    expect((await world.act(id, 'allow_address', why)).body).toMatchObject({ state: 'done', input: why });
    expect(await world.contact(id)).toMatchObject({ can_be_emailed: true, email_status: 'subscribed' });
    expect(await available()).toMatchObject({ available: false, reason: 'Nobody with this address was erased.' });
    expect((await world.act(id, 'allow_address', why)).body.code).toBe('action_not_available');
    const { items } = await world.get('/audit?action=contact.address_allowed');
    expect(items).toMatchObject([{ target_id: expect.any(String), after: { state: 'done', input: why } }]);
    // The other address of theirs stays as it is.
    expect((await world.get(`/contacts?q=${OLD}`)).items).toMatchObject([{ can_be_emailed: false }]);
  });

  it('leaves the senders of the workspace as they are when somebody who has such an address is erased', async () => {
    const own = 'hello@senders.example';
    const listed = 'Team@senders.example';
    await world.sql('update cortex.settings set sender_transactional = $1', [`School <${own}>`]);
    await world.sql(`insert into cortex.senders (mailbox, address, created_by) values ($1, lower($2), 'test')`, [
      `The Team <${listed}>`,
      listed,
    ]);
    const senders = () =>
      world.sql(
        'select s.sender_transactional, (select jsonb_agg(l.mailbox || l.address) from cortex.senders l) as listed from cortex.settings s',
      );
    const before = await senders();
    for (const email of [own, listed]) {
      const { body } = await world.api.call('POST', '/purchase-leads', { email, first_name: 'Xanthippe' });
      const path = `/contacts/${body.results[0].id}/erase`;
      const preview = await world.api.call('POST', `${path}?preview=true`, { reason: 'Asked for it' });
      expect(preview.body.warnings).toContainEqual(expect.stringContaining(`comes from ${email.toLowerCase()}`));
      const done = await world.api.call('POST', path, { reason: 'Asked for it', confirm: email });
      expect([done.status, done.body.state]).toEqual([200, 'done']);
    }
    expect(await senders()).toEqual(before);
    expect(await found(['xanthippe'])).toEqual([]);
    await world.sql('update cortex.settings set sender_transactional = null');
    await world.sql('delete from cortex.senders');
  });

  it('finds addresses whole and within links, and no parts of longer ones', async () => {
    const match = async (text: string) =>
      (await world.sql('select $1 ~* cortex.pattern_of_addresses($2) as yes', [text, [EMAIL]]))[0].yes;
    for (const text of [`to <${EMAIL}>`, `?e=${encodeURIComponent(EMAIL)}&x`, `${EMAIL.toUpperCase()}.`, `"${EMAIL}"`])
      expect([text, await match(text)]).toEqual([text, true]);
    for (const text of [`x${EMAIL}`, `${EMAIL}.org`, `${EMAIL}x`, `x+${EMAIL}`])
      expect([text, await match(text)]).toEqual([text, false]);
  });
});
