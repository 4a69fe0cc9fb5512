import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countWork } from '#testing';
import { testApi, type TestApi } from './api.fixture.js';

const SHOP = 'https://shop.example';
const KNOWN = 'ann@shop.example';
const UNKNOWN = 'nobody@shop.example';

let api: TestApi;
let page: { id: string; key: string; signing_secret: string };

beforeAll(async () => {
  api = await testApi();
  page = (
    await api.call<typeof page>('POST', '/api-keys', {
      ...{ name: 'Pages', kind: 'write', allowed_origins: [SHOP] },
      allowed_types: ['page_view', 'identified', 'checkout.abandoned'],
    })
  ).body;
  await api.call('POST', '/profiles', { email: KNOWN });
});
afterAll(() => api?.close());

const ways: Record<string, (email: string, signature?: string) => Promise<{ status: number }>> = {
  '/track': (contact_email, signature) =>
    api.call(
      'POST',
      `/track?key=${page.key}`,
      { activities: [{ id: randomUUID(), anonymous_id: 'v', type: 'page_view', contact_email, signature }] },
      { anonymous: true, headers: { origin: SHOP } },
    ),
  '/v1/identify': (email, signature) =>
    api.call(
      'POST',
      `/v1/identify?writeKey=${page.key}`,
      { anonymousId: 'v', messageId: randomUUID(), traits: { email }, context: { signature } },
      { anonymous: true, headers: { origin: SHOP } },
    ),
};

describe('whoever asks by a page’s key whether an address is known', () => {
  it.each(Object.keys(ways))('finds the same work done as for one that is not, at %s', async (name) => {
    const way = ways[name]!;
    const forged = createHmac('sha256', 'a guess').update(KNOWN).digest('hex');
    for (const signature of [undefined, forged, 'x']) {
      await way(KNOWN, signature);
      const statements = async (email: string) => {
        let fewest = Infinity;
        for (let n = 0; n < 5; n += 1) {
          const work = await countWork(api.db.database, ['cortex.visitors'], async () => {
            expect((await way(email, signature)).status).toBeLessThan(300);
          });
          fewest = Math.min(fewest, work.statements);
        }
        return fewest;
      };
      const [known, unknown] = [await statements(KNOWN), await statements(UNKNOWN)];
      expect([signature, unknown]).toEqual([signature, known]);
    }
  });
});
