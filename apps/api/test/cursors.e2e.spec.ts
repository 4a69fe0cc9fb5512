import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { cursorKey, encodeCursor, signCursor } from '#platform';
import { testApi, type TestApi } from './api.fixture.js';
import { customerOf } from './customers.fixture.js';

let api: TestApi;
/** Of whoever asks about themselves, by the row of the permission table. */
const cookies = new Map<contracts.AccessRow, string>();
beforeAll(async () => {
  api = await testApi({ CORTEX_SECRET: 'a secret of the cursor spec, long enough' });
  for (const name of ['a', 'b', 'c']) {
    await api.call('POST', '/purchase-leads', { email: `${name}@cursors.example`, first_name: name });
    await api.call('POST', '/smart-lists', { name, kind: 'static' });
  }
  const [email, password] = ['pia@cursors.example', 'a password for tests'];
  await api.call('POST', '/staff', { email, name: 'Pia', role: 'viewer', password });
  cookies.set('own', await api.signIn(email, password));
  cookies.set('customer', (await customerOf(api, 'a@cursors.example')).cookie);
}, 120_000);
afterAll(() => api?.close());

const lists = contracts.routesOf(contracts).filter(({ query }) => query?.shape.cursor);
/** Required filters of lists, besides. */
const needed = new Map([['/runs', 'contact_email=a@cursors.example&']]);
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const refused = [400, 'invalid_cursor'];

describe('cursors', () => {
  it('knows the lists', () => expect(lists.length).toBeGreaterThan(15));

  it.each(lists.map((list) => [list.path, list] as const))(
    '%s refuses one that it did not make',
    async (_path, list) => {
      const cookie = cookies.get(list.access);
      const as = cookie === undefined ? {} : { cookie };
      const path = list.path.replaceAll(/:\w+/g, () => randomUUID());
      const query = `${path}?${needed.get(path) ?? ''}limit=1&cursor=`;
      const made = encodeCursor(['2026-01-01T00:00:00Z', randomUUID()]);
      const foreign = signCursor(cursorKey('another secret'), `${path} `, made);
      for (const cursor of [made, foreign, 'nonsense', '%00', 'a'.repeat(3000)])
        expect([cursor, codeOf(await api.call<any>('GET', query + cursor, undefined, as))]).toEqual([cursor, refused]);
    },
  );

  it('are of one list and one order, and go on there', async () => {
    const first = await api.call<any>('GET', '/contacts?limit=1&sort=email');
    const next = first.body.next_cursor;
    const second = await api.call<any>('GET', `/contacts?limit=1&sort=email&cursor=${next}`);
    expect(second.body.items.map((each: { email: string }) => each.email)).toEqual(['b@cursors.example']);
    for (const path of ['/contacts?sort=-created_at', '/contacts?', '/smart-lists?'])
      expect(codeOf(await api.call<any>('GET', `${path}&limit=1&cursor=${next}`))).toEqual(refused);
    const changed = next.slice(0, -2) + (next.endsWith('A') ? 'BB' : 'AA');
    expect(codeOf(await api.call<any>('GET', `/contacts?limit=1&sort=email&cursor=${changed}`))).toEqual(refused);
  });

  it('hold for a list that takes its question in the body', async () => {
    const ask = (cursor?: string, sort = 'email') =>
      api.call<any>('POST', '/contacts/search', { limit: 2, sort, ...(cursor ? { cursor } : {}) });
    const { next_cursor } = (await ask()).body;
    expect((await ask(next_cursor)).body.items).toHaveLength(1);
    expect(codeOf(await ask(next_cursor, '-email'))).toEqual(refused);
    expect(codeOf(await ask(encodeCursor(['x', randomUUID()])))).toEqual(refused);
  });

  it('carry the longest name that a list can be sorted by', async () => {
    const long = '𝕏'.repeat(100);
    for (const name of [`𝕐${long}1`, `𝕐${long}2`]) await api.call('POST', '/smart-lists', { name, kind: 'static' });
    const first = await api.call<any>('GET', '/smart-lists?limit=1&q=𝕐'.replace('𝕐', encodeURIComponent('𝕐')));
    const second = await api.call<any>(
      'GET',
      `/smart-lists?limit=1&q=${encodeURIComponent('𝕐')}&cursor=${first.body.next_cursor}`,
    );
    expect([second.status, second.body.items?.length]).toEqual([200, 1]);
  });
});
