import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN, testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
let viewer: string;
beforeAll(async () => {
  api = await testApi();
  const someone = { email: 'curious@example.com', name: 'Curious', role: 'viewer', password: 'a password for tests' };
  await api.call('POST', '/staff', someone);
  viewer = await api.signIn(someone.email, someone.password);
}, 120_000);
afterAll(() => api?.close());

const entries = async () => (await api.call<any>('GET', '/audit?action=request.refused&limit=200')).body.items as any[];

/** Nobody waits for what is written about a refusal, so it may come a moment later. */
async function until<T>(ask: () => Promise<T>, good: (found: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await ask();
    if (good(found)) return found;
    await pause(25);
  }
  return ask();
}

describe('requests that are refused', () => {
  it('stand in the audit: who asked for what, and from where, without what stood in the address', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    expect((await api.call('DELETE', `/staff/${id}`, undefined, { cookie: viewer })).status).toBe(403);
    expect((await api.call('GET', '/settings', undefined, { key: 'cx_no_key_of_ours_at_all' })).status).toBe(401);
    const boss = await api.signIn(ADMIN.email, ADMIN.password);
    const elsewhere = { cookie: boss, headers: { origin: 'https://evil.example' } };
    expect((await api.call('PATCH', '/settings', { name: 'x' }, elsewhere)).status).toBe(403);
    // Nobody signed in is no attempt.
    expect((await api.call('GET', '/settings', undefined, { anonymous: true })).status).toBe(401);
    const found = await until(entries, (items) => items.length >= 3);
    expect(found.map(({ actor, after }) => [actor, after.method, after.route, after.reason]).toSorted()).toEqual([
      [ADMIN.email, 'PATCH', '/settings', 'other_site'],
      ['curious@example.com', 'DELETE', '/staff/:id', 'not_allowed'],
      ['not signed in', 'GET', '/settings', 'unknown_api_key'],
    ]);
    expect(found[0].after.ip).toBe('127.0.0.1');
  });

  it('are written down twenty times an hour for each caller; more stand under Needs attention', async () => {
    for (let at = 0; at < 40; at += 1) await api.call('GET', '/audit', undefined, { cookie: viewer });
    const notices = async () =>
      (await api.call<any>('GET', '/attention')).body.items.filter((item: any) => item.kind === 'refused_requests');
    const [notice, ...more] = await until(notices, (items) => items.length > 0);
    expect(more).toEqual([]);
    expect(notice.detail).toMatch(/^curious@example\.com was refused more than 20 times within an hour\./);
    const own = (await entries()).filter(({ actor }) => actor === 'curious@example.com');
    expect(own).toHaveLength(20);
  });
});
