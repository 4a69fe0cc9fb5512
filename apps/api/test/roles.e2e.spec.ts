import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { testApi, type TestApi } from './api.fixture.js';

/**
 * Every route of every contract, on the running application, for each role, each scope and nobody, against the
 * permission table. Ids are made up and bodies empty: what is asked is only whether the door opens.
 */
const routes = contracts.routesOf(contracts);

interface Caller {
  name: string;
  options: { anonymous?: boolean; cookie?: string; key?: string };
  may: (route: contracts.RouteDefinition) => boolean;
}

let api: TestApi;
let callers: Caller[];

beforeAll(async () => {
  api = await testApi();
  callers = [{ name: 'nobody', options: { anonymous: true }, may: (route) => route.access === 'open' }];
  for (const role of contracts.roles) {
    const email = `${role}@example.com`;
    const password = 'a password for tests';
    await api.call('POST', '/staff', { email, name: role, role, password });
    const cookie = await api.signIn(email, password);
    const may: Caller['may'] = ({ access }) =>
      access === 'open' || contracts.permissionRow(access)?.roles.includes(role) === true;
    callers.push({ name: role, options: { cookie }, may });
  }
  for (const scope of contracts.scopes) {
    const made = await api.call<{ key: string }>('POST', '/api-keys', { name: scope, kind: 'server', scopes: [scope] });
    const may: Caller['may'] = ({ access }) =>
      access === 'open' || contracts.permissionRow(access)?.scopes.includes(scope) === true;
    callers.push({ name: `key ${scope}`, options: { key: made.body.key }, may });
  }
}, 120_000);
afterAll(() => api?.close());

/** Left out here because they would end the sessions of the test, hold the connection open, or have credentials of their own. */
const apart = new Set(['POST /auth/staff/sign-out', 'GET /events', 'POST /webhooks/postmark']);

describe('who may do what', () => {
  it('knows the contracts', () => {
    expect(routes.length).toBeGreaterThan(30);
    const names = routes.map((route) => `${route.method} ${route.path}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('serves every contract', () => {
    const fastify = api.app.getHttpAdapter().getInstance();
    const missing = routes.filter((route) => !fastify.hasRoute({ method: route.method, url: route.path }));
    expect(missing.map((route) => `${route.method} ${route.path}`)).toEqual([]);
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (name, route) => {
    if (apart.has(name)) {
      const answer = await api.call(
        route.method,
        route.path,
        undefined,
        route.access === 'open' ? {} : { anonymous: true },
      );
      expect(answer.status === 401).toBe(route.access !== 'open');
      return;
    }
    const path = route.path.replaceAll(/:\w+/g, () => randomUUID());
    for (const caller of callers) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : { nothing_like_this: true };
      const answer = await api.call(route.method, path, body, caller.options);
      if (caller.may(route)) {
        const opened = route.access === 'open' || (answer.status !== 401 && answer.status !== 403);
        expect([caller.name, answer.status, opened]).toEqual([caller.name, answer.status, true]);
        expect([caller.name, answer.status < 500 || answer.status === 503, answer.text]).toEqual([
          caller.name,
          true,
          answer.text,
        ]);
      } else {
        expect([caller.name, answer.status]).toEqual([caller.name, caller.name === 'nobody' ? 401 : 403]);
      }
    }
  });
});
