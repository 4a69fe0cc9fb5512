import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientsWorld, done, KNOWN, SHOP, type ClientsWorld } from './clients.fixture.js';

let world: ClientsWorld;
beforeAll(async () => {
  world = await clientsWorld();
}, 120_000);
afterAll(() => world?.app.close());

describe('a client with a write key', () => {
  it('records what the key names, for its visitor, from where it names', async () => {
    const message = { anonymousId: 'page-1', event: 'Checkout Started', properties: { marker: 'page' } };
    const answer = await world.fromPage('/v1/t', { ...message, messageId: 'ajs-1' }, { 'content-type': 'text/plain' });
    expect(answer).toMatchObject(done);
    expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
    const inBody = { writeKey: world.writeKey, ...message, messageId: 'ajs-2' };
    expect(
      await world.send('/v1/t/', JSON.stringify(inBody), {
        key: null,
        headers: { origin: SHOP, 'content-type': 'text/plain' },
      }),
    ).toMatchObject(done);
    const header = { anonymousid: Buffer.from('page-2').toString('base64') };
    const batch = { batch: [{ type: 'track', ...message, anonymousId: undefined }], writeKey: world.writeKey };
    expect(await world.fromPage('/beacon/v1/batch', batch, header)).toMatchObject(done);
    expect((await world.stored('page')).map((row) => [row.type, row.anonymous_id, row.source])).toEqual([
      ['checkout_started', 'page-1', 'browser'],
      ['checkout_started', 'page-1', 'browser'],
      ['checkout_started', 'page-2', 'browser'],
    ]);
    for (const origin of ['https://evil.example', 'null', 'http://shop.example']) {
      const refused = await world.send('/v1/track', message, { key: world.writeKey, headers: { origin } });
      expect([refused.status, refused.body.code]).toEqual([403, 'origin_not_allowed']);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    }
    // Not a page: an app, or a program of the shop.
    expect(await world.send('/v1/track', message, { key: world.writeKey })).toMatchObject(done);
    const refused = await world.fromPage('/v1/track', { ...message, event: 'Order Paid' });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/type']);
    const preflight = await world.app.call('OPTIONS', '/v1/batch', undefined, { key: null, headers: { origin: SHOP } });
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, *');
  });

  it('proves nobody by what it claims, and is answered alike', async () => {
    const claims = [KNOWN, 'nobody@shop.example'].flatMap((email) => [
      { userId: email, traits: { email, plan: 'pro' } },
      { userId: '71', traits: { email } },
      { anonymousId: 'claims', traits: { email }, context: { signature: 'x' } },
      { anonymousId: 'claims', traits: { email }, context: { signature: world.sign('other@shop.example') } },
    ]);
    const before = await world.person(KNOWN);
    const answers = [];
    for (const claim of claims)
      answers.push(await world.fromPage('/v1/identify', { ...claim, messageId: randomUUID() }));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toEqual(
      new Set([JSON.stringify([200, { success: true }])]),
    );
    const found = await world.app.database.rows<Record<string, unknown>>(
      "select contact_email, anonymous_id, metadata from public.crm_activities where anonymous_id = 'claims' or anonymous_id like 'unproven:%'",
    );
    expect(found.length).toBe(8);
    expect(found.filter((row) => row.contact_email || JSON.stringify(row).includes('@'))).toEqual([]);
    expect((await world.person(KNOWN)).attributes).toEqual(before.attributes);
    expect(await world.person('nobody@shop.example')).toBeUndefined();
    // Nor may it take the place of a program's user.
    const taken = await world.fromPage('/v1/track', { anonymousId: 'user:71', event: 'Checkout Started' });
    expect([taken.status, taken.body.errors[0].pointer]).toEqual([400, '/anonymousId']);
    expect(
      (
        await world.app.call(
          'POST',
          `/track?key=${world.writeKey}`,
          { activities: [{ id: randomUUID(), anonymous_id: 'user:71', type: 'page_view' }] },
          { key: null, headers: { origin: SHOP } },
        )
      ).status,
    ).toBe(400);
  });

  it('becomes a person by proof, of whom it sets nothing', async () => {
    await world.fromPage('/v1/p', { anonymousId: 'proof', properties: { marker: 'proof' } });
    const traits = { email: KNOWN, plan: 'stolen' };
    await world.fromPage('/v1/i', { anonymousId: 'proof', traits, context: { signature: world.sign(KNOWN) } });
    expect(await world.stored('proof')).toMatchObject([{ contact_email: KNOWN }]);
    expect((await world.person(KNOWN)).attributes.plan).toBeUndefined();
  });

  it('has a clock that is corrected, and believed within a week', async () => {
    const now = world.app.clock.now().getTime();
    const at = (days: number) => new Date(now + days * 86_400_000).toISOString();
    const view = (n: number, more: object) => ({
      ...{ type: 'page', anonymousId: 'clock', properties: { marker: 'clock', n } },
      ...more,
    });
    await world.fromPage('/v1/batch', {
      batch: [view(1, { timestamp: at(-30) }), view(3, { timestamp: at(300) })],
    });
    await world.fromPage('/v1/p', view(2, { originalTimestamp: at(-101), sentAt: at(-100) }));
    const found = (await world.stored('clock')).map(({ metadata, occurred_at }) => [
      metadata.n,
      Math.round((occurred_at.getTime() - now) / 86_400_000),
    ]);
    expect(found).toEqual([
      [1, -7],
      [2, -1],
      [3, 0],
    ]);
  });

  it('makes nobody, mails nobody and starts nothing, 10,000 times, and once each', async () => {
    await world.matched();
    const now = async () => [
      await world.count('select count(*)::int as n from public.view_directory_contacts'),
      await world.count('select count(*)::int as n from cortex.automation_runs where automation_id = $1', [
        world.automation,
      ]),
      await world.count('select count(*)::int as n from cortex.messages'),
    ];
    const before = await now();
    const batchOf = (n: number) => ({
      batch: Array.from({ length: 500 }, (_, at) => ({
        type: at % 3 ? 'track' : 'identify',
        event: 'checkout.abandoned',
        messageId: `flood-${n}-${at}`,
        anonymousId: `flood-${n}-${at}`,
        traits: { email: `stranger-${n}-${at}@strangers.example` },
        context: {
          traits: { email: `stranger-${n}-${at}@strangers.example` },
          signature: at % 2 ? 'guess' : undefined,
        },
      })),
    });
    for (let n = 0; n < 20; n += 1)
      expect(await world.fromPage('/v1/batch', batchOf(n), { 'x-forwarded-for': `203.0.113.${n}` })).toMatchObject(
        done,
      );
    expect(await world.fromPage('/v1/batch', batchOf(3), { 'x-forwarded-for': '203.0.113.99' })).toMatchObject(done);
    await world.matched();
    expect(await now()).toEqual(before);
    expect(
      await world.count("select count(*)::int as n from public.crm_activities where anonymous_id like 'flood-%'"),
    ).toBe(10_000);
    expect(
      await world.count(
        "select count(*)::int as n from public.crm_activities where metadata::text like '%strangers.example%'",
      ),
    ).toBe(0);
  });

  it('is told to wait before its body is read, and nobody else is', async () => {
    const batch = Array.from({ length: 300 }, () => ({ type: 'page', anonymousId: 'busy' }));
    const flood = { 'x-forwarded-for': '192.0.2.1' };
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push(await world.fromPage('/v1/batch', { batch }, flood));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(Number(statuses[3]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(statuses[3]!.headers.get('access-control-expose-headers')).toBe('Retry-After');
    // Nothing of it is read any more, not even that it is no JSON.
    expect((await world.fromPage('/v1/batch', '{', flood)).status).toBe(429);
    expect((await world.fromPage('/v1/page', { anonymousId: 'calm' }, { 'x-forwarded-for': '192.0.2.2' })).status).toBe(
      200,
    );
    expect((await world.send('/v1/page', { anonymousId: 'calm' }, { headers: flood })).status).toBe(200);
    const tooLong = Array.from({ length: 500 }, () => ({
      type: 'page',
      anonymousId: 'long',
      properties: { x: 'x'.repeat(1500) },
    }));
    const never = await world.fromPage('/v1/batch', { batch: tooLong }, { 'x-forwarded-for': '192.0.2.3' });
    expect(never.body).toMatchObject({ status: 413, code: 'too_large' });
  });
});

describe('PostHog’s client for browsers', () => {
  it('is told before it captures that all else is off, from pages of the key alone', async () => {
    const { app, writeKey } = world;
    const get = (path: string, headers: Record<string, string>) =>
      app.call('GET', path, undefined, { key: null, headers });
    const page = { origin: SHOP, 'sec-fetch-site': 'cross-site' };
    const config = await get(`/array/${writeKey}/config`, page);
    expect([config.status, config.headers.get('access-control-allow-origin')]).toEqual([200, SHOP]);
    expect(config.body).toMatchObject({ sessionRecording: false, hasFeatureFlags: false });
    expect((await get(`/array/${writeKey}/config`, { origin: 'https://evil.example' })).status).toBe(403);
    // A script comes without an origin, and is no way around it for anything else.
    const dest = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' };
    const script = await get(`/array/${writeKey}/config.js`, dest);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const place: { _POSTHOG_REMOTE_CONFIG?: Record<string, unknown> } = {};
    new Function('window', script.body)(place);
    expect(place._POSTHOG_REMOTE_CONFIG).toEqual({ [writeKey]: { config: config.body, siteApps: [] } });
    expect((await get('/array/cx_write_none/config.js', dest)).status).toBe(401);
    const event = { event: 'Checkout Started', distinct_id: 'ph-1' };
    const asScript = await app.call('POST', `/capture?api_key=${writeKey}`, event, { key: null, headers: dest });
    expect(asScript.status).toBe(403);
    const asked = JSON.stringify({ token: writeKey, distinct_id: 'ph-1', groups: {} });
    for (const path of ['/flags/?v=2&compression=base64', '/decide/?v=3'])
      for (const [body, type] of [
        [`data=${encodeURIComponent(Buffer.from(asked).toString('base64'))}`, 'application/x-www-form-urlencoded'],
        [asked, 'text/plain'],
      ] as const) {
        const flags = await app.call('POST', path, body, { key: null, headers: { ...page, 'content-type': type } });
        expect([flags.status, flags.headers.get('access-control-allow-origin')]).toEqual([200, SHOP]);
        expect(flags.body).toMatchObject({ featureFlags: {}, errorsWhileComputingFlags: false });
      }
  });
});

describe('a flood of one key', () => {
  it('is told to wait, loses nothing that was accepted, and no other key is refused', async () => {
    const large = { contact_email: KNOWN, type: 'flood', metadata: { filler: 'x'.repeat(900_000) } };
    const body = JSON.stringify(large);
    const post = (key: string, text: string) =>
      fetch(`${world.app.url}/activities`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: text,
      });
    const flood = Promise.all(Array.from({ length: 60 }, () => post(world.app.adminKey, body)));
    const others: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const small = JSON.stringify({ contact_email: KNOWN, type: 'calm', metadata: { n } });
      others.push((await post(world.serverKey, small)).status);
    }
    const answers = await flood;
    const accepted = answers.filter(({ status }) => status === 202).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect([accepted + refused.length, refused.length > 0]).toEqual([60, true]);
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(new Set(others)).toEqual(new Set([202]));
    expect(await world.count("select count(*)::int as n from public.crm_activities where type = 'flood'")).toBe(
      accepted,
    );
    expect(await world.count("select count(*)::int as n from public.crm_activities where type = 'calm'")).toBe(20);
  });
});
