import { Contacts, loadFacts, momentOf } from '#directory';
import { rulesSchema, toSql, everyone, type Group } from '#rules';
import { Decider } from '#rules/engine';
import { BulkChanges, ListMembers, MemberFiles, RuleQuestions } from '#smart-lists';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DIRECTORY_DIFFERENCES, pipeline, testApp, type Answer, type Pipeline, type TestApp } from '#testing';
import fc from 'fast-check';
import { row, type Row } from './rows-by-sql.fixture.js';

/** Another seed sees other rows: `SQL_ROWS_SEED`, and more of them: `SQL_ROWS`. */
const SEED = Number(process.env.SQL_ROWS_SEED ?? 20_261_130);
const ROWS = Number(process.env.SQL_ROWS ?? 40);

const and = (...conditions: object[]) => rulesSchema.parse({ operator: 'AND', conditions });
const questions: Group[] = [
  and({ field: 'tags', operator: 'contains', value: 'vip' }),
  and({ field: 'tags', operator: 'has_none', value: ['vip', 'b'] }),
  and({ field: 'tags', operator: 'is_empty' }),
  and({ field: 'attributes.plan', operator: 'eq', value: 'pro' }),
  and({ field: 'attributes.plan', operator: 'neq', value: 'pro' }),
  and({ field: 'attributes.plan', operator: 'is_set' }),
  and({ field: 'attributes.n', operator: 'gte', value: 5 }),
  and({ field: 'attributes.born', operator: 'lt', value: '2026-11-22' }),
  and({ field: 'attributes.born', operator: 'anniversary_in', value: { n: 10, unit: 'days' } }),
  and({ field: 'attributes.constructor', operator: 'is_set' }),
  and({ field: 'first_name', operator: 'contains', value: 'a' }),
  and({ field: 'country', operator: 'is_empty' }),
  and({ field: 'created_at', operator: 'in_last', value: { n: 30, unit: 'days' } }),
  and({ field: 'created_at', operator: 'is_set' }),
  and({ field: 'last_activity', operator: 'not_in_last', value: { n: 30, unit: 'days' } }),
  and({ field: 'lifetime_value', operator: 'gt', value: 10 }),
  and({ field: 'activity', activity_type: 'checkout.opened', operator: 'count_gte', value: 1 }),
  and({
    field: 'activity',
    activity_type: 'checkout.opened',
    operator: 'count_gte',
    value: 1,
    where: { operator: 'AND', conditions: [{ field: 'metadata.cart', operator: 'eq', value: 'A' }] },
  }),
  and({
    field: 'activity',
    activity_type: 'order.paid',
    operator: 'last_within',
    within: { n: 300, unit: 'months' },
  }),
];

describe('T5. Rows written with SQL, whatever they hold', () => {
  let app: TestApp;
  let line: Pipeline;
  let automation: string;
  const rows = fc.sample(row, { numRuns: ROWS, seed: SEED });
  const emails = rows.map((_, at) => `sql${at}@example.com`);
  const ids = new Map<string, string>();

  beforeAll(async () => {
    app = await testApp({ worker: false });
    await app.clock.set('2026-11-22T12:00:00Z');
    line = await pipeline(app.database);
    automation = await line.live(
      {
        schema: 1,
        nodes: [
          { id: 's', type: 'activity_received', config: { activity_type: 'checkout.opened' } },
          { id: 'f', type: 'filter', config: { rules: questions[0]! } },
          { id: 'u', type: 'update_contact', config: { add_tags: ['seen'], set: { 'attributes.stage': 'one' } } },
          {
            id: 'm',
            type: 'send_email',
            config: {
              stream: 'transactional',
              subject: 'S {{ contact.first_name }}',
              html: '<p>{{ contact.attributes.plan }}</p>',
            },
          },
        ],
        edges: [
          { source: 's', port: 'next', target: 'f' },
          { source: 'f', port: 'yes', target: 'u' },
          { source: 'f', port: 'no', target: 'u' },
          { source: 'u', port: 'next', target: 'm' },
        ],
      } as never,
      { entry: { limit: 'once' } },
    );
    for (const [at, each] of rows.entries()) await write(emails[at]!, each);
    await app.database.run('select cortex.repair_pending(1000)');
    for (const { id, email } of await app.database.rows<{ id: string; email: string }>(
      'select id, address as email from cortex.people where type is not null',
    ))
      ids.set(email, id);
  }, 120_000);
  afterAll(() => app.close());

  async function write(email: string, given: Row): Promise<void> {
    const columns = 'first_name, last_name, phone, country, timezone, language, tags, attributes, created_at';
    const values = [
      email,
      given.first_name,
      given.last_name,
      given.phone,
      given.country,
      given.timezone,
      given.language,
      given.tags,
      given.attributes,
      given.created_at,
    ];
    const places = '$1, $2, $3, $4, $5, $6, $7, $8::text[], $9::jsonb, $10::timestamptz';
    if (given.kind !== 'customer')
      await app.database.run(`insert into public.purchase_leads (email, ${columns}) values (${places})`, values);
    if (given.kind !== 'lead') {
      await app.database.run(`insert into public.unified_profiles (email, ${columns}) values (${places})`, values);
      for (const amount of given.amounts)
        await app.database.run(
          `insert into public.transactions (profile_id, amount_minor, currency, occurred_at)
           select id, $2::bigint, 'EUR', $3::timestamptz from public.unified_profiles where email = $1`,
          [email, amount, given.created_at],
        );
    }
    for (const { type, metadata: data, at } of given.activities)
      await app.database.run(
        `insert into public.crm_activities (contact_email, type, metadata, occurred_at, source, person_id)
         select $1::text, $2, $3::jsonb, $4::timestamptz, 'sql', person_id from cortex.people where address = $1::text`,
        [email, type, data, at],
      );
    await app.database.run(
      `insert into public.crm_activities (contact_email, type, metadata, source, person_id)
       select $1::text, 'checkout.opened', $2::jsonb, 'sql', person_id from cortex.people where address = $1::text`,
      [email, given.activities[0]?.metadata ?? 'null'],
    );
  }

  /** The answers that are not 2xx, each with whom it was about. */
  async function refused(ask: (email: string, id: string) => Promise<Answer>): Promise<string[]> {
    const found: string[] = [];
    for (const [at, email] of emails.entries()) {
      const { status, body } = await ask(email, ids.get(email)!);
      if (status >= 300)
        found.push(`${status} ${JSON.stringify(body).slice(0, 300)} ${JSON.stringify(rows[at]).slice(0, 600)}`);
    }
    return found.slice(0, 3);
  }

  it('are swept: nobody is left over, and the view is what its definition says', async () => {
    const errors = await app.database.rows<{ message: string }>(
      `select trigger_name || ': ' || message as message from cortex.trigger_errors limit 5`,
    );
    expect(errors).toEqual([]);
    expect(await app.database.rows<{ n: number }>('select count(*)::int as n from cortex.pending')).toEqual([{ n: 0 }]);
    expect(await app.database.rows<Record<string, unknown>>(DIRECTORY_DIFFERENCES)).toEqual([]);
    expect(ids.size).toBe(emails.length);
  });

  it('are found by rules in memory as by SQL and by the function', async () => {
    const differences: string[] = [];
    await app.database.tx(async (tx) => {
      const moment = await momentOf(tx);
      const people = await tx.rows<{ person_id: string; address: string; id: string }>(
        'select person_id, address, id from cortex.people where type is not null',
      );
      const facts = await loadFacts(
        tx,
        people.map(({ person_id }) => person_id),
        questions,
        moment,
      );
      for (const [at, rules] of questions.entries()) {
        const fragment = toSql(rules, { ...moment, lists: new Map() });
        const found = await tx.rows<{ person_id: string }>(
          `select p.person_id from cortex.people p where ${everyone} and (${fragment.text})`,
          fragment.values,
        );
        const bySql = new Set(found.map(({ person_id }) => person_id));
        const [list] = await tx.rows<{ id: string }>(
          `insert into public.crm_smart_lists (name, kind, rules) values ($1, 'rules', $2) returning id`,
          [`q${at}`, JSON.stringify(rules)],
        );
        const called = await tx.rows<{ id: string }>('select id from resolve_smart_list($1)', [list!.id]);
        const byFunction = new Set(called.map(({ id }) => id));
        for (const { person_id, address, id } of people) {
          const inMemory = await new Decider(moment).decide(rules, facts.get(person_id)!);
          const answers = [inMemory, bySql.has(person_id), byFunction.has(id)];
          if (new Set(answers).size > 1)
            differences.push(`${JSON.stringify(rules)} ${answers} ${JSON.stringify(rows[emails.indexOf(address)])}`);
        }
      }
    });
    expect(differences.slice(0, 3)).toEqual([]);
  });

  it('are moved by the engine, and nobody fails', async () => {
    await line.settle();
    const failures = await app.database.rows<{ reason: string }>(
      'select error as reason from cortex.inbox_failures limit 3',
    );
    expect(failures).toEqual([]);
    const runs = await app.database.rows<{ status: string; n: number }>(
      'select status, count(*)::int as n from cortex.automation_runs where automation_id = $1 group by 1',
      [automation],
    );
    expect(runs).toEqual([{ status: 'completed', n: emails.length }]);
    const odd = await app.database.rows<{ address: string }>(
      `select address from cortex.people where attributes ->> 'stage' is distinct from 'one' or not 'seen' = any (tags)`,
    );
    expect(odd).toEqual([]);
  });

  it('are shown: the person, the timeline, and why they would enter', async () => {
    expect(await refused((_email, id) => app.call('GET', `/contacts/${id}`))).toEqual([]);
    expect(await refused((_email, id) => app.call('GET', `/contacts/${id}/activities`))).toEqual([]);
    expect(
      await refused((email) => app.call('GET', `/automations/${automation}/explain?contact_email=${email}`)),
    ).toEqual([]);
    expect(await refused((email) => app.call('GET', `/automations/${automation}/runs?contact_email=${email}`))).toEqual(
      [],
    );
  });

  it('are found by search, in every order', async () => {
    for (const sort of ['created_at', '-created_at', 'email', 'name', '-last_activity', '-lifetime_value']) {
      const found: string[] = [];
      for (let cursor: string | undefined; ;) {
        const answer = await app.call('POST', '/contacts/search', { sort, limit: 17, ...(cursor ? { cursor } : {}) });
        expect([sort, answer.status, answer.body.problem ?? '']).toEqual([sort, 200, '']);
        found.push(...answer.body.items.map(({ email }: { email: string }) => email));
        cursor = answer.body.next_cursor ?? undefined;
        if (cursor === undefined) break;
      }
      expect([sort, ...found.sort()]).toEqual([sort, ...emails.toSorted()]);
    }
    expect(await refused((email) => app.call('GET', `/contacts?q=${email}`))).toEqual([]);
  });

  it('are offered, previewed and checked', async () => {
    expect((await app.call('GET', '/activities/types')).status).toBe(200);
    for (const field of ['country', 'tags', 'attributes.plan'])
      expect((await app.call('GET', `/smart-lists/fields/values?field=${field}`)).status).toBe(200);
    const values = '/smart-lists/fields/values?field=metadata.cart&activity_type=checkout.opened';
    expect((await app.call('GET', values)).status).toBe(200);
    expect((await app.call('GET', '/smart-lists/fields')).status).toBe(200);
    for (const rules of questions) expect((await app.call('POST', '/smart-lists/preview', { rules })).status).toBe(200);
    expect(
      await refused((contact_email) =>
        app.call('POST', '/smart-lists/check', {
          rules: and(...questions.flatMap((q) => q.conditions)),
          contact_email,
        }),
      ),
    ).toEqual([]);
  });

  it('are written to, and replayed', async () => {
    const mail = {
      subject: '{{ contact.first_name }}',
      html: '<p>{{ contact.attributes.plan }} {{ contact.tags }}</p>',
    };
    expect(
      await refused((contact_email) =>
        app.call('POST', '/email/preview', { stream: 'transactional', ...mail, contact_email }),
      ),
    ).toEqual([]);
    const at = '2026-11-21T12:00:00Z';
    expect(
      await refused((contact_email) => app.call('POST', `/automations/${automation}/simulate`, { contact_email, at })),
    ).toEqual([]);
  });

  it('are changed in bulk, and put on a list and taken off it by a file', async () => {
    const members = new ListMembers(app.database);
    const questions = new RuleQuestions(app.database, new Contacts(app.database));
    const jobs = new MemberFiles(app.database, members, new BulkChanges(app.database, members, questions));
    const done = async (...asked: Parameters<TestApp['call']>) => {
      const { body } = await app.call(...asked);
      await jobs.workOne();
      return (await app.call('GET', `/jobs/${body.id}`)).body;
    };
    const everybody = { status: 'completed', result: { changed: emails.length, unknown_count: 0 } };
    const bulk = (asked: object, type: string, what: object) =>
      done('POST', '/contacts/bulk', { ...asked, action: { type, ...what } });
    const named = { ids: [...ids.values()] };
    const together = and({ field: 'tags', operator: 'contains', value: 'together' });
    expect(await bulk(named, 'add_tags', { tags: ['together'] })).toMatchObject(everybody);
    expect((await app.call('POST', '/smart-lists/preview', { rules: together, exact: true })).body.count).toBe(
      emails.length,
    );
    expect(await bulk({ rules: together }, 'remove_tags', { tags: ['Together'] })).toMatchObject(everybody);
    const { id } = (await app.call('POST', '/smart-lists', { name: 'By file', kind: 'static' })).body;
    expect(await bulk(named, 'add_to_list', { smart_list_id: id })).toMatchObject(everybody);
    const csv = { headers: { 'content-type': 'text/csv' } };
    const path = `/smart-lists/${id}/members`;
    expect(await done('DELETE', path, emails.join('\n'), csv)).toMatchObject(everybody);
    expect(await done('POST', path, emails.join('\n'), csv)).toMatchObject(everybody);
    expect(await app.database.rows<Record<string, unknown>>(DIRECTORY_DIFFERENCES)).toEqual([]);
  });

  it('are changed by hand, together and one by one', async () => {
    expect(
      await refused((_email, id) => app.call('PATCH', `/contacts/${id}`, { attributes: { hand: 1 }, tags: ['hand'] })),
    ).toEqual([]);
    expect(
      await refused((email) => app.call('POST', '/profiles', { email, tags: ['bought'], attributes: { shop: 1 } })),
    ).toEqual([]);
    const wrong: unknown[] = [];
    for (const email of emails) {
      const { body } = await app.call('GET', `/contacts?q=${email}`);
      const { tags: has, attributes: of } = body.items[0];
      if (of.shop !== 1 || !has.includes('bought')) wrong.push(body.items[0]);
    }
    expect(wrong.slice(0, 2)).toEqual([]);
  });
});
