import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { ADMIN, testApi, type CallOptions, type TestApi } from './api.fixture.js';
import { customerOf } from './customers.fixture.js';
import { mayByTheTable, publishedRoutes, publishedRow, type Caller as Named } from './published-table.fixture.js';

/**
 * Every route of every contract, on the running application, for each role, each scope and nobody, against a copy of the
 * published table. Ids are made up and bodies empty: what is asked is only whether the door opens. Then what has an owner.
 */
const routes = contracts.routesOf(contracts);
const nameOf = (route: contracts.RouteDefinition) => `${route.method} ${route.path}`;

interface Caller {
  name: Named | 'nobody';
  options: CallOptions;
}

let api: TestApi;
let callers: Caller[];
const caller = (name: Named) => callers.find((each) => each.name === name)!.options;

beforeAll(async () => {
  api = await testApi();
  callers = [{ name: 'nobody', options: { anonymous: true } }];
  for (const role of contracts.roles) {
    const email = `${role}@example.com`;
    const password = 'a password for tests';
    await api.call('POST', '/staff', { email, name: role, role, password });
    callers.push({ name: role, options: { cookie: await api.signIn(email, password) } });
  }
  for (const scope of contracts.scopes) {
    const made = await api.call<{ key: string }>('POST', '/api-keys', { name: scope, kind: 'server', scopes: [scope] });
    callers.push({ name: scope === 'admin' ? 'key admin' : scope, options: { key: made.body.key } });
  }
  callers.push({ name: 'customer', options: { cookie: (await customerOf(api, 'customer@example.com')).cookie } });
}, 120_000);
afterAll(() => api?.close());

/** Left out here because they would end the sessions of the test, hold the connection open, or have credentials of their own. */
const apart = new Set([
  'POST /auth/staff/sign-out',
  'POST /auth/customer/sign-out',
  'DELETE /sessions',
  'GET /events',
  'GET /activities/live',
  'POST /webhooks/postmark',
  'POST /webhooks/stripe',
  'POST /webhooks/postmark/inbound',
  'POST /webhooks/shopify',
  'POST /in/:token',
  'POST /track',
  ...routes.filter(({ access }) => access === 'client').map(nameOf),
]);
/** A door that asks for another kind of credentials than the caller has, or for any, says 401; a role that lacks says 403. */
const refusal = (who: Caller['name'], route: string) =>
  who === 'nobody' || (who === 'customer') !== publishedRow(route).startsWith('a signed-in customer') ? 401 : 403;

describe('who may do what', () => {
  it('is published for every route, and for no other', () => {
    const names = routes.map(nameOf);
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(publishedRoutes.toSorted()).toEqual(names.toSorted());
  });

  it('is the same in OpenAPI, route by route', async () => {
    const { body } = await api.call<{ paths: Record<string, Record<string, { security?: unknown[] }>> }>(
      'GET',
      '/openapi.json',
    );
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        name: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        isOpen: security?.length === 0,
      })),
    );
    expect(described.map(({ name }) => name).toSorted()).toEqual(publishedRoutes.toSorted());
    const open = described.filter(({ isOpen }) => isOpen).map(({ name }) => name);
    const published = publishedRoutes.filter((name) => publishedRow(name) === 'open without credentials');
    expect(open.toSorted()).toEqual(published.toSorted());
  });

  it('lets a key with the scope write do what a marketer may, and nothing else', () => {
    for (const [row, { roles, scopes }] of Object.entries(contracts.permissions))
      if (row !== 'own') expect([row, scopes.includes('write')]).toEqual([row, roles.includes('marketer')]);
  });

  it('serves every contract', () => {
    const fastify = api.app.getHttpAdapter().getInstance();
    const missing = routes.filter((route) => !fastify.hasRoute({ method: route.method, url: route.path }));
    expect(missing.map(nameOf)).toEqual([]);
  });

  it.each(routes.map((route) => [nameOf(route), route] as const))('%s', async (name, route) => {
    if (apart.has(name)) {
      const isOpen = publishedRow(name) === 'open without credentials';
      const answer = await api.call(route.method, route.path, undefined, isOpen ? {} : { anonymous: true });
      expect(answer.status === 401).toBe(!isOpen);
      return;
    }
    const path = route.path.replaceAll(/:\w+/g, () => randomUUID());
    for (const { name: who, options } of callers) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : { nothing_like_this: true };
      const answer = await api.call(route.method, path, body, options);
      if (mayByTheTable(who, name)) {
        const opened = mayByTheTable('nobody', name) || (answer.status !== 401 && answer.status !== 403);
        expect([who, answer.status, opened]).toEqual([who, answer.status, true]);
        expect([who, answer.status < 500 || answer.status === 503, answer.text]).toEqual([who, true, answer.text]);
      } else {
        expect([who, answer.status]).toEqual([who, refusal(who, name)]);
      }
    }
  });
});

describe('what belongs to somebody', () => {
  const present = async (automation: string, tab: string, as: CallOptions, more: object = {}) =>
    api.call('POST', `/automations/${automation}/presence`, { tab, ...more }, as);

  it('a tab is its own colleague’s: another can neither move it nor close it', async () => {
    const { id } = (await api.call<{ id: string }>('POST', '/automations', { name: 'Shared' })).body;
    const tab = randomUUID();
    expect((await present(id, tab, caller('marketer'), { node_id: 'a' })).status).toBe(200);
    for (const other of ['viewer', 'support', 'admin'] as const) {
      await api.db.clock.advance({ seconds: 1 });
      expect([other, (await present(id, tab, caller(other), { node_id: 'b' })).status]).toEqual([other, 404]);
      const left = await present(id, tab, caller(other), { leave: true });
      expect([other, left.body]).toMatchObject([
        other,
        { tabs: [{ tab, email: 'marketer@example.com', node_id: 'a' }] },
      ]);
    }
    expect((await present(id, tab, caller('marketer'), { leave: true })).body).toMatchObject({ tabs: [] });
  });

  it('a viewer is seen in the editor, and holds no step', async () => {
    const { id } = (await api.call<{ id: string }>('POST', '/automations', { name: 'Looked at' })).body;
    const viewer = await present(id, randomUUID(), caller('viewer'), { node_id: 'a', active: true, take_over: true });
    expect(viewer.body).toMatchObject({ tabs: [{ email: 'viewer@example.com', holds: false }] });
  });

  it('a session says who its own person is, whoever else is signed in', async () => {
    for (const role of contracts.roles)
      expect((await api.call('GET', '/auth/staff/session', undefined, caller(role))).body).toMatchObject({
        email: `${role}@example.com`,
        role,
      });
  });

  it('a password is changed by whoever knows it, and only their own', async () => {
    const wish = { current_password: ADMIN.password, new_password: 'another password, long' };
    const answer = await api.call('POST', '/auth/staff/password', wish, caller('viewer'));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await api.signIn(ADMIN.email, ADMIN.password)).length).toBeGreaterThan(10);
  });

  it('sessions that exist are listed and ended by administrators only', async () => {
    const own = (await api.call('GET', '/sessions', undefined, caller('admin'))).body as unknown as {
      items: { id: string; email: string }[];
    };
    const theirs = own.items.find(({ email }) => email === ADMIN.email)!;
    for (const other of ['viewer', 'marketer', 'support', 'read', 'write', 'ingest'] as const)
      expect((await api.call('DELETE', `/sessions/${theirs.id}`, undefined, caller(other))).status).toBe(403);
    expect((await api.call('DELETE', `/sessions/${theirs.id}`, undefined, caller('admin'))).status).toBeLessThan(300);
  });

  it('an Idempotency-Key belongs to its caller: nobody else is given what it keeps', async () => {
    const headers = { 'idempotency-key': 'the-same-for-all' };
    const wish = { name: 'From a key', kind: 'server', scopes: ['read'] };
    const first = await api.call<{ key: string }>('POST', '/api-keys', wish, { ...caller('admin'), headers });
    const mine = await api.call<{ key: string }>('POST', '/api-keys', wish, { ...caller('admin'), headers });
    const other = await api.call<{ key: string }>('POST', '/api-keys', wish, { ...caller('key admin'), headers });
    expect(first.status).toBe(201);
    expect(mine.body.key).toBe(first.body.key);
    expect(other.body.key).not.toBe(first.body.key);
    const refused = await api.call('POST', '/api-keys', wish, { ...caller('viewer'), headers });
    expect([refused.status, refused.text.includes(first.body.key)]).toEqual([403, false]);
  });

  it.each([
    ['viewer', 403],
    ['marketer', 403],
    ['support', 200],
    ['admin', 200],
    ['read', 403],
    ['write', 403],
    ['ingest', 200],
    ['key admin', 200],
  ] as const)('an enrollment that is real, by %s: %i', async (who, status) => {
    const course_id = '6f1c2d7e-7d0b-4c3a-9a51-0d8f7a1b2c3d';
    await api.call('POST', '/courses', { id: course_id, title: 'Course' });
    const answer = await api.call(
      'POST',
      '/enrollments',
      { email: `by-${who.replace(' ', '')}@example.com`, course_id },
      caller(who),
    );
    expect(answer.status).toBe(status);
  });
});
