import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { testApp, type TestApp } from '#testing';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { PostHog } from 'posthog-node';

/** Clients as they come from npm, against the running product; nothing of them is changed but the address and the key. */
describe('a client that a shop has already', () => {
  let app: TestApp;
  let key: string;

  beforeAll(async () => {
    app = await testApp({ worker: false });
    key = (await app.call('POST', '/api-keys', { name: 'Programs', kind: 'server', scopes: ['ingest'] })).body.key;
  }, 120_000);
  afterAll(() => app?.close());

  const stored = (source: string, email: string) =>
    app.database.rows<{ type: string; metadata: Record<string, unknown> }>(
      `select type, metadata from public.crm_activities where source = $1 and contact_email = $2 order by type`,
      [source, email],
    );
  const contact = async (email: string) => {
    const { items } = (await app.call('GET', `/contacts?q=${email}`)).body;
    return (await app.call('GET', `/contacts/${items[0].id}`)).body;
  };
  const told = [
    { type: 'checkout_started', metadata: { cart: 'c1' } },
    { type: 'identified', metadata: expect.objectContaining({ plan: 'pro' }) },
    { type: 'page_view', metadata: expect.objectContaining({ name: 'Pricing', path: '/pricing' }) },
    { type: 'screen_view', metadata: expect.objectContaining({ name: 'Cart' }) },
  ];

  it('is Segment’s for Node', async () => {
    const email = 'segment@shop.example';
    const failures: unknown[] = [];
    const analytics = new Analytics({ writeKey: key, host: app.url });
    analytics.on('error', (error) => failures.push(error));
    analytics.track({ anonymousId: 'browser-1', event: 'Checkout Started', properties: { cart: 'c1' } });
    await analytics.flush();
    analytics.identify({ userId: 's1', anonymousId: 'browser-1', traits: { email, firstName: 'Sue', plan: 'pro' } });
    analytics.page({ userId: 's1', name: 'Pricing', properties: { path: '/pricing' } });
    analytics.screen({ userId: 's1', name: 'Cart' });
    analytics.group({ userId: 's1', groupId: 'g1' });
    analytics.alias({ userId: 's1', previousId: 's0' });
    await analytics.closeAndFlush();
    expect(failures).toEqual([]);
    expect(await stored('segment', email)).toEqual(told);
    expect(await contact(email)).toMatchObject({ first_name: 'Sue', attributes: { plan: 'pro' } });
  });

  it('is RudderStack’s for Node, which compresses', async () => {
    const email = 'rudder@shop.example';
    const client = new RudderAnalytics(key, { dataPlaneUrl: app.url, logLevel: 'error' });
    client.identify({ userId: 'r1', traits: { email, first_name: 'Ray', plan: 'pro' } });
    client.track({ userId: 'r1', event: 'Checkout Started', properties: { cart: 'c1' } });
    client.page({ userId: 'r1', name: 'Pricing', properties: { path: '/pricing' } });
    client.screen({ userId: 'r1', name: 'Cart' });
    client.group({ userId: 'r1', groupId: 'g1' });
    client.alias({ userId: 'r1', previousId: 'r0' });
    await client.flush();
    expect(await stored('segment', email)).toEqual(told);
    expect(await contact(email)).toMatchObject({ first_name: 'Ray', attributes: { plan: 'pro' } });
  });

  it('is PostHog’s for Node', async () => {
    const email = 'posthog@shop.example';
    const client = new PostHog(key, { host: app.url });
    client.identify({ distinctId: 'p1', properties: { email, plan: 'pro' } });
    client.capture({ distinctId: 'p1', event: 'Checkout Started', properties: { cart: 'c1' } });
    client.capture({ distinctId: 'p1', event: '$pageview', properties: { $current_url: 'https://shop.example/' } });
    client.groupIdentify({ groupType: 'company', groupKey: 'g1' });
    client.alias({ distinctId: 'p1', alias: 'p0' });
    await client.shutdown();
    expect(await stored('posthog', email)).toEqual([
      { type: 'checkout_started', metadata: { cart: 'c1' } },
      { type: 'identified', metadata: { plan: 'pro' } },
      { type: 'page_view', metadata: { url: 'https://shop.example/' } },
    ]);
    expect(await contact(email)).toMatchObject({ attributes: { plan: 'pro' } });
  });

  it('is that of CloudEvents, structured, binary and in a batch', async () => {
    const email = 'cloud@shop.example';
    const event = (type: string) =>
      new CloudEvent({ id: randomUUID(), source: '/shop', type, subject: email, data: { order: 'o1' } });
    const headers = { authorization: `Bearer ${key}` };
    const modes = [
      [Mode.STRUCTURED, 'com.shop.OrderStructured'],
      [Mode.BINARY, 'com.shop.OrderBinary'],
    ] as const;
    for (const [mode, type] of modes) {
      const emit = emitterFor(httpTransport(`${app.url}/activities`), { mode });
      const sent = event(type);
      for (const accepted of [1, 0]) {
        const { body } = (await emit(sent, { headers })) as { body: string };
        expect(JSON.parse(body)).toMatchObject({ accepted, duplicates: 1 - accepted });
      }
    }
    const batch = ['com.shop.OrderFirst', 'com.shop.OrderSecond'].map((type) => HTTP.structured(event(type)).body);
    const answer = await fetch(`${app.url}/activities`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/cloudevents-batch+json' },
      body: `[${batch.join(',')}]`,
    });
    expect(await answer.json()).toMatchObject({ accepted: 2 });
    expect(await stored('/shop', email)).toEqual(
      ['binary', 'first', 'second', 'structured'].map((name) => ({
        type: `com.shop.order_${name}`,
        metadata: { order: 'o1' },
      })),
    );
  });
});
