import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from './api.fixture.js';

const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const batched = { 'content-type': 'application/cloudevents-batch+json' };
const event = (more: object = {}) => ({
  specversion: '1.0',
  id: 'e-1',
  source: '/shop/checkout',
  type: 'com.shop.CheckoutAbandoned',
  time: '2026-11-20T10:00:00Z',
  data: { contact_email: 'ann@shop.example', course_title: 'Photography 101' },
  ...more,
});

describe('CloudEvents', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
  }, 120_000);
  afterAll(() => api?.close());

  const post = (body: unknown, headers: Record<string, string>) => api.call('POST', '/activities', body, { headers });
  const stored = async (email: string) => (await api.call('GET', `/activities?contact_email=${email}`)).body.items;

  it('takes a structured event as an activity, and its repeat as a duplicate', async () => {
    expect(await post(event(), structured)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await post(event({ time: '2026-11-20T10:00:05Z' }), structured)).toMatchObject({ body: { duplicates: 1 } });
    const found = (await stored('ann@shop.example')).filter((item: { source: string }) => item.source !== 'trigger');
    expect(found).toMatchObject([
      {
        type: 'com.shop.checkout_abandoned',
        source: '/shop/checkout',
        occurred_at: '2026-11-20T10:00:00.000Z',
        metadata: { course_title: 'Photography 101' },
      },
    ]);
    expect(found[0].metadata).not.toHaveProperty('contact_email');
  });

  it('takes a batch, of which bad ones are rejected by item, and a subject that is an address', async () => {
    const answer = await post(
      [
        event({ id: 'b-1', subject: 'bea@shop.example', data: { plan: 'pro' } }),
        event({ id: 'b-2', specversion: '0.3' }),
        event({ id: 'b-3', subject: 'order/7', data: 'text' }),
      ],
      batched,
    );
    expect(answer).toMatchObject({
      status: 202,
      body: {
        accepted: 1,
        rejected: 2,
        results: [
          { status: 'accepted' },
          { status: 'rejected', error: { pointer: '/specversion' } },
          { status: 'rejected', error: { pointer: '/contact_email' } },
        ],
      },
    });
    expect(await stored('bea@shop.example')).toEqual(
      expect.arrayContaining([expect.objectContaining({ metadata: { plan: 'pro' } })]),
    );
  });

  it('takes a binary event: attributes in headers, data as the body', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'n-1',
      'ce-source': 'shop',
      'ce-type': 'order.paid%20late',
      'ce-subject': 'cai@shop.example',
    };
    expect(await post({ amount: 49, currency: 'EUR' }, headers)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await stored('cai@shop.example')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'order.paid_late', metadata: { amount: 49, currency: 'EUR' } }),
      ]),
    );
    expect(await post({}, { ...headers, 'ce-specversion': '2.0' })).toMatchObject({ status: 400 });
  });

  it('says what to do when form and body do not fit, and is described', async () => {
    expect(await post([event()], structured)).toMatchObject({ status: 400 });
    expect(await post(event(), batched)).toMatchObject({ status: 400 });
    expect(await post(event({ id: 'x', data: undefined, data_base64: 'AA==' }), structured)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ pointer: '/data_base64' })]) },
    });
    const { body } = await api.call<any>('GET', '/openapi.json');
    const { description, requestBody } = body.paths['/activities'].post;
    expect(description).toContain('CloudEvents 1.0');
    expect(Object.keys(requestBody.content)).toEqual([
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
    ]);
  });
});
