import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { testApi, type TestApi } from './api.fixture.js';

/** Names that every JavaScript object answers to. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

let api: TestApi;
let person: string;
beforeAll(async () => {
  api = await testApi();
  await api.call('POST', '/purchase-leads', { email: 'ann@names.example', first_name: 'Ann', consent: 'subscribed' });
  for (const type of ['__proto__', 'constructor']) {
    const posted = await api.call('POST', '/activities', { contact_email: 'ann@names.example', type, metadata: {} });
    expect([type, posted.status, posted.text]).toEqual([type, 202, posted.text]);
  }
  // What HTTP refuses may still be written with SQL.
  for (const name of NAMES)
    await api.db.database.run(
      `insert into public.crm_activities (id, contact_email, type, metadata, occurred_at, source, person_id)
       select gen_random_uuid(), p.email, t.type, jsonb_build_object($1::text, jsonb_build_object('automation_id', $1::text), 'reason', $1::text, 'changes', jsonb_build_object($1::text, jsonb_build_object('old', null, 'new', $1::text))), cortex.now(), 'sql', p.person_id
       from cortex.people p, unnest(array[$1::text, 'contact.updated', 'email.skipped', 'email.bounced', 'admin.note', 'automation.exited']) t(type)`,
      [name],
    );
  const found = await api.call('GET', '/contacts?search=ann');
  person = found.body.items[0].id;
}, 120_000);
afterAll(() => api?.close());

const isFine = (answer: { status: number; text: string }) =>
  expect([answer.status < 500, answer.text.slice(0, 300)]).toEqual([true, answer.text.slice(0, 300)]);

/** Held open. */
const streams = new Set(['/events', '/activities/live']);

describe('names that mean something to JavaScript', () => {
  it('leave every route that answers without parameters, and those of the person, alone', async () => {
    const paths = contracts
      .routesOf(contracts)
      .filter(
        ({ method, path }) =>
          method === 'GET' && !streams.has(path) && (!path.includes(':') || path.startsWith('/contacts/:id')),
      )
      .map(({ path }) => path.replace(':id', person));
    for (const path of paths) {
      const answer = await api.call('GET', path);
      expect([path, answer.status < 500, answer.text.slice(0, 300)]).toEqual([path, true, answer.text.slice(0, 300)]);
    }
    const timeline = await api.call('GET', `/contacts/${person}/activities?limit=100`);
    expect(timeline.status).toBe(200);
  });

  it.each(NAMES)('%s is nothing but text wherever a name is sent', async (name) => {
    for (const [method, path, body] of [
      ['GET', `/contacts?sort=${name}`],
      ['GET', `/contacts?type=${name}`],
      ['GET', `/activities?type=${name}`],
      ['GET', `/activity-types?search=${name}`],
      ['GET', `/messages?status=${name}`],
      ['GET', `/audit?action=${name}`],
      [
        'POST',
        '/smart-lists/preview',
        { rules: { operator: 'AND', conditions: [{ field: name, operator: 'eq', value: 'x' }] } },
      ],
      ['POST', '/smart-lists/preview', { rules: { operator: name, conditions: [] } }],
      [
        'POST',
        '/smart-lists/preview',
        { rules: { operator: 'AND', conditions: [{ field: 'email', operator: name, value: 'x' }] } },
      ],
      [
        'POST',
        '/smart-lists/preview',
        { rules: { operator: 'AND', conditions: [{ field: `attributes.${name}`, operator: 'eq', value: 'x' }] } },
      ],
      [
        'POST',
        '/smart-lists/preview',
        {
          rules: {
            operator: 'AND',
            conditions: [{ field: 'activity', activity_type: name, operator: 'count_gte', value: 1 }],
          },
        },
      ],
      [
        'POST',
        '/automations',
        {
          name: name,
          graph: { nodes: [{ id: name, type: name, config: {} }], edges: [{ source: name, port: name, target: name }] },
        },
      ],
      [
        'POST',
        '/automations',
        {
          name: name,
          graph: {
            nodes: [
              {
                id: name,
                type: 'filter',
                config: { rules: { operator: 'AND', conditions: [{ field: 'email', operator: 'eq', value: name }] } },
              },
              { id: 'x', type: 'activity_received', config: { activity_type: name } },
            ],
            edges: [
              { source: 'x', port: 'next', target: name },
              { source: name, port: name, target: 'x' },
            ],
          },
        },
      ],
      [
        'POST',
        '/templates',
        {
          name,
          subject: `{{ ${name} }} {{ contact.${name} }}`,
          html: `<p>{{ contact.attributes.${name} | ${name} }}</p>`,
          stream: 'broadcast',
        },
      ],
      ['PATCH', `/contacts/${person}`, { attributes: { [`x${name}`]: name }, tags: [name] }],
    ] as const)
      isFine(await api.call(method, path, body));
    isFine(await api.call('GET', `/contacts/${person}`));
    isFine(await api.call('GET', `/contacts/${person}/activities`));
  });
});
