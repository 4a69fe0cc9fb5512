import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from './api.fixture.js';
import { customerOf, PASSWORD } from './customers.fixture.js';

let api: TestApi;
let courseId: string;
beforeAll(async () => {
  api = await testApi();
  const course = await post('/courses', { title: 'Photography 101', price_minor: 4900, currency: 'EUR' });
  courseId = course.body.results[0]!.id!;
}, 120_000);
afterAll(() => api?.close());

interface Written {
  created: number;
  updated: number;
  rejected: number;
  not_opened: number;
  results: { id: string | null; status: string; error?: { pointer: string } }[];
}
const post = (path: string, body: unknown) => api.call<Written>('POST', path, body);
const rows = (sql: string, values: unknown[] = []) => api.db.database.rows<any>(sql, values);
const idOf = (answer: { body: Written }) => answer.body.results[0]!.id!;

describe('POST /purchase-leads', () => {
  it('makes one lead per checkout', async () => {
    const lead = { email: 'checkout@example.com', course_id: courseId };
    const first = await post('/purchase-leads', {
      ...lead,
      external_id: 'co_1',
      first_name: 'Cleo',
      consent: 'subscribed',
    });
    expect([first.status, first.body.created]).toEqual([200, 1]);
    const known = await post('/purchase-leads', { ...lead, external_id: 'co_1', last_name: 'Out', tags: ['vip'] });
    expect([known.body.updated, idOf(known)]).toEqual([1, idOf(first)]);
    const open = await post('/purchase-leads', { ...lead, email: ' Checkout@Example.com ' });
    expect([open.body.updated, idOf(open)]).toEqual([1, idOf(first)]);
    expect((await post('/purchase-leads', { email: lead.email })).body.created).toBe(1);
    expect(await rows('select first_name, last_name, tags from purchase_leads where id = $1', [idOf(first)])).toEqual([
      { first_name: 'Cleo', last_name: 'Out', tags: ['vip'] },
    ]);
    expect(
      await rows(
        "select type, consent_status, consent_source from cortex.people where address = 'checkout@example.com'",
      ),
    ).toEqual([{ type: 'lead', consent_status: 'subscribed', consent_source: 'api' }]);
    const activities = await rows(
      "select type from crm_activities where contact_email = 'checkout@example.com' order by type",
    );
    expect(activities.filter((row) => row.type === 'lead.created')).toHaveLength(2);
  });

  it('makes a new lead after 24 hours, and after an enrollment', async () => {
    const lead = { email: 'again@example.com', course_id: courseId };
    const first = await post('/purchase-leads', lead);
    await post('/enrollments', lead);
    const second = await post('/purchase-leads', lead);
    expect([second.body.created, idOf(second) === idOf(first)]).toEqual([1, false]);
    await post('/purchase-leads', { email: 'late@example.com' });
    await api.db.clock.advance({ hours: 25 });
    expect((await post('/purchase-leads', { email: 'late@example.com' })).body.created).toBe(1);
    await api.db.clock.reset();
  });

  it('makes one lead when the same checkout arrives many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/purchase-leads', { email: 'double@example.com', course_id: courseId })),
    );
    expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(1);
  });

  it('rejects one of many alone, and one alone as 400', async () => {
    const unknown = '00000000-0000-7000-8000-000000000000';
    const many = await post('/purchase-leads', [
      { email: 'm1@example.com' },
      { email: 'm2@example.com', course_id: unknown },
      { email: 'nonsense' },
      { email: 'm3@example.com' },
    ]);
    expect(many.body).toMatchObject({ created: 2, rejected: 2 });
    expect(many.body.results[1]).toMatchObject({ status: 'rejected', error: { pointer: '/course_id' } });
    expect((await post('/purchase-leads', { email: 'm4@example.com', course_id: unknown })).status).toBe(400);
    expect((await post('/purchase-leads', { email: 'm5@example.com', colour: 1 })).status).toBe(400);
  });

  it('brings in history with its own dates', async () => {
    const created_at = '2024-02-01T10:00:00.000Z';
    await post(
      '/purchase-leads',
      [1, 2].map((n) => ({ email: 'old@example.com', course_id: courseId, created_at, external_id: `old_${n}` })),
    );
    expect(await rows("select created_at from purchase_leads where email = 'old@example.com'")).toHaveLength(2);
    const [row] = await rows("select occurred_at from crm_activities where contact_email = 'old@example.com' limit 1");
    expect(row.occurred_at.toISOString()).toBe(created_at);
  });
});

describe('the other doors of a shop', () => {
  it('upserts customers by address and keeps what is left out', async () => {
    const email = 'Cust@Example.com';
    const first = await post('/profiles', { email, first_name: 'Cu', attributes: { a: 1 }, tags: ['x'] });
    const again = await post('/profiles', { email: 'cust@example.com', attributes: { b: 2 }, tags: ['X', 'y'] });
    expect([first.body.created, again.body.updated, idOf(again)]).toEqual([1, 1, idOf(first)]);
    expect(
      await rows('select first_name, attributes, tags from unified_profiles where id = $1', [idOf(first)]),
    ).toEqual([{ first_name: 'Cu', attributes: { a: 1, b: 2 }, tags: ['x', 'y'] }]);
  });

  it('takes a language as a tag, shows it, finds people by it, changes and clears it', async () => {
    const email = 'lingua@example.com';
    expect((await api.call('POST', '/purchase-leads', { email, language: 'german' })).body.errors).toMatchObject([
      { pointer: '/language', message: expect.stringContaining('BCP 47') },
    ]);
    await post('/purchase-leads', { email, language: 'pt_br' });
    await post('/profiles', { email: 'zunge@example.com', language: 'DE' });
    const speaking = async (value: string) => {
      const rules = { operator: 'AND', conditions: [{ field: 'language', operator: 'starts_with', value }] };
      const { body } = await api.call('POST', '/contacts/search', { rules });
      return body.items.map((contact: { email: string; language: string }) => [contact.email, contact.language]);
    };
    expect(await speaking('PT')).toEqual([[email, 'pt-BR']]);
    expect(await speaking('de')).toEqual([['zunge@example.com', 'de']]);
    const [{ id }] = (await api.call('GET', '/contacts?q=lingua')).body.items;
    const change = (language: string | null) => api.call('PATCH', `/contacts/${id}`, { language });
    expect((await change('en-x')).status).toBe(400);
    expect((await change('en-gb')).body.language).toBe('en-GB');
    expect((await change(null)).body.language).toBeNull();
  });

  it('turns a lead into a customer by enrolling it, with its payment', async () => {
    const lead = await post('/purchase-leads', { email: 'buyer@example.com', first_name: 'Bo', course_id: courseId });
    const body = {
      email: 'buyer@example.com',
      course_id: courseId,
      lead_id: idOf(lead),
      transaction: { external_id: 'pay_1', amount_minor: 4900, currency: 'EUR' },
    };
    expect((await post('/enrollments', body)).body.created).toBe(1);
    expect((await post('/enrollments', body)).body.updated).toBe(1);
    const [person] = await rows(
      "select type, first_name, lifetime_value_minor from cortex.people where address = 'buyer@example.com'",
    );
    expect(person).toEqual({ type: 'customer', first_name: 'Bo', lifetime_value_minor: '4900' });
    expect(
      (await post('/enrollments', { email: 'b2@example.com', course_id: courseId, lead_id: courseId })).status,
    ).toBe(400);
  });

  it('updates a known payment', async () => {
    const payment = { email: 'payer@example.com', external_id: 'pay_2', amount_minor: 1000, currency: 'EUR' };
    const first = await post('/transactions', payment);
    const refund = await post('/transactions', { ...payment, refunded_minor: 400 });
    expect([first.body.created, refund.body.updated, idOf(refund)]).toEqual([1, 1, idOf(first)]);
    expect(await rows('select status, refunded_minor from transactions where id = $1', [idOf(first)])).toEqual([
      { status: 'partly_refunded', refunded_minor: '400' },
    ]);
  });

  it('counts in the workspace’s currency, others beside it, and at once in another when that is changed', async () => {
    const email = 'traveller@example.com';
    await post('/transactions', [
      { email, amount_minor: 124_000, currency: 'EUR' },
      { email, amount_minor: 12_000, currency: 'JPY' },
      { email, amount_minor: 30_000, refunded_minor: 5_000, currency: 'USD' },
    ]);
    const shown = async () => (await api.call<any>('GET', `/contacts?q=${email}`)).body.items[0];
    expect(await shown()).toMatchObject({
      lifetime_value: 1240,
      currency: 'EUR',
      other_currencies: [
        { currency: 'JPY', amount: 12_000 },
        { currency: 'USD', amount: 250 },
      ],
    });
    expect((await api.call('PATCH', '/settings', { currency: 'JPY' })).status).toBe(200);
    expect(await shown()).toMatchObject({ lifetime_value: 12_000, currency: 'JPY' });
    const value = { field: 'lifetime_value', operator: 'eq', value: 12_000 };
    const rules = { operator: 'AND', conditions: [value] };
    await rows('select cortex.repair_pending(500)');
    const found = await api.call<any>('POST', '/contacts/search', { rules });
    expect(found.body.items.map((one: any) => one.email)).toEqual([email]);
    await api.call('PATCH', '/settings', { currency: 'EUR' });
    await rows('select cortex.repair_pending(500)');
  });

  it('never changes an order in the name of another person, and makes nobody a customer by trying', async () => {
    const payment = { email: 'holder@example.com', external_id: 'pay_own', amount_minor: 1000, currency: 'EUR' };
    const first = await post('/transactions', payment);
    const state = () =>
      rows(
        `select t.amount_minor::int as amount, t.status, u.email::text as email,
           (select count(*)::int from unified_profiles) as customers, (select count(*)::int from enrollments) as enrollments
         from transactions t join unified_profiles u on u.id = t.profile_id where t.id = $1`,
        [idOf(first)],
      );
    await post('/profiles', { email: 'other@example.com' });
    const before = await state();
    for (const email of ['other@example.com', 'nobody.yet@example.com']) {
      const refused = await api.call<any>('POST', '/transactions', {
        ...payment,
        email,
        amount_minor: 1,
        status: 'refunded',
      });
      expect([refused.status, refused.body.code, refused.body.errors]).toMatchObject([
        409,
        'order_of_another_person',
        [{ pointer: '/external_id' }],
      ]);
      const transaction = { external_id: 'pay_own', amount_minor: 1, currency: 'EUR' };
      const enrolled = await api.call<any>('POST', '/enrollments', { email, course_id: courseId, transaction });
      expect([enrolled.status, enrolled.body.errors]).toMatchObject([409, [{ pointer: '/transaction/external_id' }]]);
    }
    expect(await state()).toEqual(before);
    const batch = await post('/transactions', [
      { ...payment, email: 'other@example.com' },
      { ...payment, external_id: 'pay_other', email: 'other@example.com' },
    ]);
    expect([batch.status, batch.body]).toMatchObject([
      200,
      { created: 1, rejected: 1, results: [{ error: { code: 'order_of_another_person' } }, { status: 'created' }] },
    ]);
    // Linked accounts are one person, and so is whoever changed their address.
    const people = await rows(
      "select person_id from cortex.people where address in ('holder@example.com', 'other@example.com') order by address",
    );
    await rows('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [
      people[1].person_id,
      people[0].person_id,
    ]);
    const linked = await post('/transactions', { ...payment, email: 'other@example.com', refunded_minor: 400 });
    expect([linked.body.updated, idOf(linked)]).toEqual([1, idOf(first)]);
    await rows("update unified_profiles set email = 'moved@example.com' where email = 'holder@example.com'");
    const former = await post('/transactions', { ...payment, refunded_minor: 500 });
    expect([former.body.updated, idOf(former)]).toEqual([1, idOf(first)]);
    expect(await state()).toMatchObject([{ email: 'moved@example.com', customers: before[0].customers }]);
  });

  it('keeps a refund at most what was paid, also when only the amount changes, and whoever writes it', async () => {
    const payment = { email: 'corrected@example.com', external_id: 'pay_3', amount_minor: 1000, currency: 'EUR' };
    const first = await post('/transactions', { ...payment, refunded_minor: 800 });
    const lower = await post('/transactions', [
      { ...payment, amount_minor: 500 },
      { ...payment, external_id: 'pay_4' },
    ]);
    expect(lower.body).toMatchObject({ created: 1, updated: 0 });
    expect(lower.body.results[0]!).toMatchObject({
      status: 'rejected',
      error: {
        message: 'More than this amount_minor was refunded already. Send the refunded_minor that goes with it.',
      },
    });
    const enrolled = await post('/enrollments', {
      email: payment.email,
      course_id: courseId,
      transaction: { external_id: 'pay_3', amount_minor: 700, currency: 'EUR' },
    });
    expect(enrolled.status).toBe(400);
    const amounts = () => rows('select amount_minor, refunded_minor from transactions where id = $1', [idOf(first)]);
    expect(await amounts()).toEqual([{ amount_minor: '1000', refunded_minor: '800' }]);
    await post('/transactions', { ...payment, amount_minor: 500, refunded_minor: 500 });
    expect(await amounts()).toEqual([{ amount_minor: '500', refunded_minor: '500' }]);
    await expect(rows('update transactions set amount_minor = 100 where id = $1', [idOf(first)])).rejects.toThrow(
      /transactions_refund_fits/,
    );
  });

  it('opens no course again that was revoked, by what was so before: only for an order paid since, and says so', async () => {
    const { id, email, cookie } = await customerOf(api, 'sent.again@example.com');
    const transaction = { external_id: '2026-0815', amount_minor: 4900, currency: 'EUR' };
    const old = { email, course_id: courseId, created_at: '2026-01-05T10:00:00Z', transaction };
    const { transaction: _, ...unpaid } = old;
    const courses = () => api.call<any>('GET', '/me/courses', undefined, { cookie });
    const signIn = () => api.call('POST', '/auth/customer/sign-in', { email, password: PASSWORD }, { anonymous: true });
    const state = () =>
      rows(
        `select e.status, e.transaction_id is not null as paid, t.status as order_status, t.refunded_minor::int as refunded
         from unified_profiles u join enrollments e on e.profile_id = u.id
         left join transactions t on t.id = e.transaction_id where u.email = $1 order by e.id`,
        [email],
      );
    const first = await post('/enrollments', old);
    expect([first.body.created, first.body.not_opened]).toEqual([1, 0]);
    expect((await courses()).body.items).toMatchObject([{ course_id: courseId }]);
    const wish = { reason: 'Refunded', confirm: '0815' };
    const done = await api.call('POST', `/contacts/${id}/actions/revoke_access`, wish);
    expect([done.status, done.body.state]).toEqual([200, 'done']);
    const revoked = [{ status: 'cancelled', paid: true, order_status: 'refunded', refunded: 4900 }];
    const paidBefore = { ...transaction, external_id: '2025-1', occurred_at: '2025-03-01T10:00:00Z' };
    const repeats = [
      old,
      { ...old, status: 'active' },
      unpaid,
      { email, course_id: courseId },
      { ...old, transaction: { ...transaction, refunded_minor: 400 } },
      { ...old, transaction: { amount_minor: 4900, currency: 'EUR' } },
      { ...unpaid, transaction: paidBefore },
    ];
    for (const item of [...repeats, ...repeats]) {
      const { body } = await post('/enrollments', item);
      expect(body).toMatchObject({ updated: 1, not_opened: 1, results: [{ id: idOf(first), not_opened: true }] });
      await post('/transactions', { email, ...transaction, status: 'paid' });
      expect(await state()).toEqual(revoked);
    }
    expect(await signIn()).toMatchObject({ status: 403, body: { code: 'BANNED_USER' } });
    expect((await courses()).status).toBe(401);
    const told = await rows("select detail from cortex.attention where kind = 'paid_and_closed' and closed_at is null");
    expect(told).toMatchObject([{ detail: expect.stringContaining(`of ${email} pays for “Photography 101”`) }]);
    const bought = { email, course_id: courseId, transaction: { ...transaction, external_id: '2026-2000' } };
    expect((await post('/enrollments', bought)).body).toMatchObject({ created: 1, not_opened: 0 });
    // What is repeated now does not put the enrollment under the order that was given back.
    await post('/enrollments', old);
    expect(await state()).toEqual([...revoked, { status: 'active', paid: true, order_status: 'paid', refunded: 0 }]);
  }, 60_000);

  it('opens no course for an order that was given back before, and opens what a shop took itself', async () => {
    const transaction = { external_id: 'back_1', amount_minor: 900, refunded_minor: 900, currency: 'EUR' };
    const late = { email: 'late.news@example.com', course_id: courseId, transaction };
    const made = await post('/enrollments', late);
    expect(made.body).toMatchObject({ created: 1, not_opened: 1 });
    expect((await post('/enrollments', late)).body).toMatchObject({ updated: 1, not_opened: 1 });
    expect(idOf(await post('/enrollments', { ...late, status: 'cancelled' }))).toBe(idOf(made));
    const paused = { email: 'paused@example.com', course_id: courseId };
    const { body } = await post('/enrollments', [paused, { ...paused, status: 'cancelled' }, paused]);
    expect(body).toMatchObject({ created: 2, updated: 1, not_opened: 0 });
    const part = { ...late, email: 'part@example.com', transaction: { ...transaction, external_id: 'back_2' } };
    const unsaid = { ...part, transaction: { ...part.transaction, refunded_minor: 0, status: 'partly_refunded' } };
    expect((await api.call<any>('POST', '/enrollments', unsaid)).body.errors).toMatchObject([
      { pointer: '/transaction/refunded_minor' },
    ]);
  });

  it('lists courses by page', async () => {
    await post('/courses', [{ title: 'A' }, { title: 'B' }]);
    const first = await api.call<any>('GET', '/courses?limit=2');
    expect(first.body.items.map((item: { title: string }) => item.title)).toEqual(['A', 'B']);
    const second = await api.call<any>('GET', `/courses?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.items[0]).toMatchObject({ title: 'Photography 101', price_minor: 4900, currency: 'EUR' });
    expect((await api.call('GET', '/courses?cursor=nonsense')).status).toBe(400);
  });
});
