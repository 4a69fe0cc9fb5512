import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { clientsWorld, done, KNOWN, type ClientsWorld } from './clients.fixture.js';

let world: ClientsWorld;
beforeAll(async () => {
  world = await clientsWorld();
}, 120_000);
afterAll(() => world?.app.close());

describe('a client with a server key', () => {
  it('records what happened under a name in lower snake case, once', async () => {
    const message = {
      messageId: randomUUID(),
      userId: KNOWN,
      event: 'Checkout Started',
      properties: { marker: 'snake' },
    };
    expect(await world.send('/v1/track', message)).toMatchObject(done);
    expect(await world.send('/v1/track', message)).toMatchObject(done);
    expect(await world.send('/v1/batch', { batch: [{ type: 'track', ...message }] })).toMatchObject(done);
    expect(await world.stored('snake')).toMatchObject([
      { type: 'checkout_started', contact_email: KNOWN, source: 'segment', metadata: {} },
    ]);
    await world.app.call('PATCH', '/settings', {
      event_aliases: { 'Order Completed': 'order.paid', 注文: 'order.placed' },
    });
    const track = (event: string) => world.send('/v1/track', { userId: KNOWN, event, properties: { marker: 'alias' } });
    await until(async () => (await track('注文')).status === 200);
    expect(await track('Order Completed')).toMatchObject(done);
    expect((await world.stored('alias')).map(({ type }) => type).sort()).toEqual(['order.paid', 'order.placed']);
  });

  it('says who somebody is: their fields and attributes, and what they did before under their ids', async () => {
    const email = 'new@shop.example';
    await world.send('/v1/page', {
      anonymousId: 'browser-1',
      name: 'Pricing',
      properties: { path: '/p', marker: 'before' },
    });
    await world.send('/v1/track', { userId: 71, event: 'Looked', properties: { marker: 'before' } });
    expect((await world.stored('before')).map(({ contact_email }) => contact_email)).toEqual([null, null]);
    const traits = { email, firstName: 'New', plan: 'pro', tags: ['vip'], consent: 'subscribed', phone: 'none yet' };
    await world.send('/v1/batch', {
      batch: [
        { type: 'identify', userId: 71, anonymousId: 'browser-1', traits },
        { type: 'screen', userId: 71, name: 'Cart', properties: { marker: 'after' } },
      ],
    });
    await until(async () => (await world.person(email)) !== undefined);
    expect(await world.person(email)).toMatchObject({
      type: 'lead',
      first_name: 'New',
      attributes: { plan: 'pro' },
      tags: ['lead'],
      consent: { status: 'unknown' },
      can_be_emailed: false,
    });
    expect((await world.stored('before')).map((row) => [row.type, row.contact_email, row.metadata])).toEqual([
      ['page_view', email, { name: 'Pricing', path: '/p' }],
      ['looked', email, {}],
    ]);
    expect(await world.stored('after')).toMatchObject([{ type: 'screen_view', contact_email: email }]);
    // From then on the id is enough; of a customer the profile is changed.
    await world.send('/v1/track', { userId: '71', event: 'Came Back', properties: { marker: 'later' } });
    expect(await world.stored('later')).toMatchObject([{ contact_email: email }]);
    await world.send('/v1/identify', {
      userId: 'k',
      traits: { email: KNOWN, last_name: 'Lee', country: 'DE', seats: 3 },
    });
    await until(async () => (await world.person(KNOWN)).last_name === 'Lee');
    expect(await world.person(KNOWN)).toMatchObject({ type: 'customer', country: 'DE', attributes: { seats: 3 } });
  });

  it('does not take whoever signs in at a known browser for the one it is known of', async () => {
    await world.send('/v1/identify', {
      userId: 'first',
      anonymousId: 'shared',
      traits: { email: 'first@shop.example' },
    });
    await world.send('/v1/track', {
      userId: 'second',
      anonymousId: 'shared',
      event: 'Looked',
      properties: { marker: 'second' },
    });
    expect(await world.stored('second')).toMatchObject([{ contact_email: null, anonymous_id: 'user:second' }]);
    await world.send('/v1/identify', {
      userId: 'second',
      anonymousId: 'shared',
      traits: { email: 'second@shop.example' },
    });
    expect(await world.stored('second')).toMatchObject([{ contact_email: 'second@shop.example' }]);
  });

  it('has a clock that is corrected and never ahead, and may tell of long ago', async () => {
    const now = world.app.clock.now().getTime();
    const at = (hours: number) => new Date(now + hours * 3600_000).toISOString();
    const track = (n: string, more: object) => ({
      ...{ type: 'track', userId: KNOWN, event: 'Clock', properties: { marker: 'clock', n } },
      ...more,
    });
    await world.send('/v1/batch', {
      sentAt: at(5),
      batch: [track('fast', { timestamp: at(4) }), track('own', { originalTimestamp: at(-2), sentAt: at(0) })],
    });
    await world.send('/v1/batch', {
      batch: [track('old', { timestamp: at(-9000) }), track('ahead', { timestamp: at(9000) })],
    });
    await world.send(
      '/v1/track',
      track('absurd', { timestamp: '0001-01-03T00:00:00Z', sentAt: '9999-12-01T00:00:00Z' }),
    );
    const found = (await world.stored('clock')).map((row) => [
      row.metadata.n,
      Math.round((row.occurred_at.getTime() - now) / 3600_000),
    ]);
    expect(found.slice(1)).toEqual([
      ['old', -9000],
      ['own', -2],
      ['fast', -1],
      ['ahead', 0],
    ]);
  });

  it('loses nothing of a batch by what is wrong in it, and is told of one call what is wrong', async () => {
    const good = (n: number) => ({ type: 'track', userId: KNOWN, event: `Good ${n}`, properties: { marker: 'good' } });
    const bad = [
      { type: 'track', userId: KNOWN },
      { type: 'track', event: 'Nobody' },
      { type: 'track', userId: KNOWN, event: '注' },
      { type: 'track', userId: KNOWN, event: 'email.sent' },
      { type: 'track', userId: KNOWN, event: 'x'.repeat(120) },
      { type: 'track', userId: KNOWN, event: 'x'.repeat(300) },
      { type: 'identify', userId: 'u', traits: { email: 'not an address' } },
      { type: 'track', userId: KNOWN, event: 'When', timestamp: 'yesterday' },
      { type: 'track', userId: {}, event: 'Who' },
      { type: 'track', userId: KNOWN, event: 'What', properties: [] },
      { type: 'track', userId: KNOWN, event: 'Text', properties: { note: 'a\0b' } },
      { type: 'nothing', userId: KNOWN },
      null,
      'text',
      3,
    ];
    const unused = [
      { type: 'group', userId: KNOWN, groupId: 'g' },
      { type: 'alias', userId: KNOWN, previousId: 'p' },
    ];
    const answer = await world.send('/v1/batch', {
      batch: [good(1), ...bad, ...unused, good(2)],
      context: {},
      other: true,
    });
    expect(answer).toMatchObject(done);
    expect((await world.stored('good')).map(({ type }) => type)).toEqual(['good_1', 'good_2']);
    expect(await world.send('/v1/batch', { batch: bad })).toMatchObject(done);
    for (const message of bad.slice(0, 11)) {
      const { type = '' } = message as { type?: string };
      const refused = await world.send(`/v1/${type}`, message);
      expect([message, refused.status, refused.body.code]).toEqual([message, 400, 'invalid_request']);
      expect(refused.body.errors[0].message).toMatch(/\.$/);
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
    }
    for (const message of unused) expect(await world.send(`/v1/${message.type}`, message)).toMatchObject(done);
    for (const body of ['[]', 'null', '3', '{"batch":{}}', '{"batch":[]}', '{}', '{"batch":[{}],"sentAt":"now"}'])
      expect([body, (await world.send('/v1/batch', body)).status]).toEqual([body, 400]);
    expect((await world.send('/v1/batch', '{')).body).toMatchObject({ code: 'invalid_json' });
    const many = Array.from({ length: 501 }, () => good(3));
    expect((await world.send('/v1/batch', { batch: many })).body).toMatchObject({ code: 'too_many_items' });
    const { body: openApi } = await world.app.call('GET', '/openapi.json');
    expect(openApi.paths['/v1/batch'].post.security).toEqual([{ client: [] }]);
  });

  it('is shown what of it was refused and what was not used, without the key', async () => {
    const wish = { name: 'Shown', kind: 'server', scopes: ['ingest'] };
    const { id, key } = (await world.app.call('POST', '/api-keys', wish)).body;
    const rejects = async (unused = false) =>
      (await world.app.call('GET', `/sources/${id}/rejects?unused=${unused}`)).body.items;
    const batch = [
      { type: 'track', userId: KNOWN, event: 'Taken', writeKey: key },
      { type: 'track', userId: KNOWN, writeKey: key, context: { note: 'without an event' } },
      { type: 'group', userId: KNOWN, groupId: 'g', writeKey: key },
    ];
    await world.send('/v1/batch', { writeKey: key, batch }, { key: null });
    await world.send('/v1/alias', { userId: KNOWN, previousId: 'p', writeKey: key }, { key });
    await world.send('/v1/track', { userId: KNOWN, writeKey: key }, { key: null });
    await world.send('/v1/track', `{ "writeKey": "${key}", `, { key });
    await world.send('/batch', { api_key: key, batch: [{ event: '$autocapture', distinct_id: 'd' }] }, { key: null });
    await until(async () => (await rejects()).length === 3 && (await rejects(true)).length === 3);
    const refused = await rejects();
    expect(refused.map((one: any) => [one.code, one.pointer, one.route])).toEqual([
      ['invalid_json', null, 'POST /v1/track'],
      ['invalid_request', '/event', 'POST /v1/track'],
      ['invalid_request', '/event', 'POST /v1/batch'],
    ]);
    expect(refused[2].body).toContain('without an event');
    const unused = await rejects(true);
    expect(unused.map((one: any) => [one.code, one.route])).toEqual([
      ['not_used', 'POST /capture'],
      ['not_used', 'POST /v1/alias'],
      ['not_used', 'POST /v1/batch'],
    ]);
    expect(unused[1].reason).toContain('Link the two people');
    for (const { body } of [...refused, ...unused]) expect(body).not.toContain(key);
    const { items } = (await world.app.call('GET', '/sources')).body;
    expect(items.find((one: any) => one.id === id).day).toEqual({ accepted: 1, rejected: 3, unused: 3 });
  });

  it('may compress what it sends, whose size is that of before', async () => {
    const message = (marker: string) => ({ type: 'track', userId: KNOWN, event: 'Packed', properties: { marker } });
    const packed = (body: unknown) => gzipSync(JSON.stringify(body));
    const gzip = { 'content-encoding': 'gzip' };
    // As RudderStack's client for Node calls it.
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain'])
      expect(
        await world.send('/v1/batch', packed({ batch: [message('packed')] }), {
          headers: { ...gzip, 'content-type': type },
        }),
      ).toMatchObject(done);
    expect(await world.stored('packed')).toHaveLength(3);
    const bomb = packed({ batch: [{ ...message('bomb'), filler: 'x'.repeat(50 * 1024 * 1024) }] });
    expect(bomb.length).toBeLessThan(100_000);
    expect((await world.send('/v1/batch', bomb, { headers: gzip })).body).toMatchObject({
      status: 413,
      code: 'too_large',
    });
    expect((await world.send('/v1/batch', '{}', { headers: gzip })).body).toMatchObject({ code: 'invalid_json' });
    const brotli = await world.send('/v1/batch', 'x', { headers: { 'content-encoding': 'br' } });
    expect(brotli.body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const csv = await world.send('/v1/track', 'a,b', { headers: { 'content-type': 'text/csv' } });
    expect(csv.status).toBe(415);
    // Elsewhere nothing is unpacked.
    const elsewhere = await fetch(`${world.app.url}/activities`, {
      method: 'POST',
      headers: { ...gzip, 'content-type': 'application/json', authorization: `Bearer ${world.serverKey}` },
      body: packed({}),
    });
    expect(elsewhere.status).toBe(400);
  });

  it('needs a key that may record', async () => {
    const message = { userId: KNOWN, event: 'Keys', properties: { marker: 'keys' } };
    const reader = (await world.app.call('POST', '/api-keys', { name: 'r', kind: 'server', scopes: ['read'] })).body
      .key;
    expect((await world.send('/v1/track', message, { key: reader })).status).toBe(403);
    for (const key of [null, 'nothing', ''])
      expect([key, (await world.send('/v1/track', message, { key })).body.code]).toEqual([key, 'unknown_api_key']);
    expect((await world.send('/v1/track', { ...message, writeKey: 'cx_nothing_like_it' }, { key: null })).status).toBe(
      401,
    );
    const large = { writeKey: world.serverKey, ...message, filler: 'x'.repeat(70_000) };
    expect((await world.send('/v1/track', large, { key: null })).status).toBe(413);
    expect((await world.send('/v1/track', large)).status).toBe(200);
    expect((await world.send('/v1/track', { writeKey: world.serverKey, ...message }, { key: null })).status).toBe(200);
    // An address is written down on the way.
    expect((await world.send(`/v1/track?writeKey=${world.serverKey}`, message, { key: null })).status).toBe(401);
    const visit = { anonymousId: 'a', event: 'Checkout Started', properties: { marker: 'keys' } };
    expect((await world.send(`/v1/track?writeKey=${world.writeKey}`, visit, { key: null })).status).toBe(200);
    const bearer = { authorization: `Bearer ${world.serverKey}` };
    expect((await world.send('/v1/track', message, { key: null, headers: bearer })).status).toBe(200);
    expect(await world.stored('keys')).toHaveLength(4);
  });
});

describe('PostHog’s capture', () => {
  const event = (name: string, more: object = {}) => ({
    event: name,
    distinct_id: 'ph-1',
    properties: { marker: 'posthog', $lib: 'web' },
    ...more,
  });

  it('takes one, an array and a batch, under each of its addresses', async () => {
    const api_key = world.serverKey;
    const status = { status: 200, body: { status: 1 } };
    expect(await world.send('/capture/', { api_key, ...event('Signed Up') }, { key: null })).toMatchObject(status);
    expect(
      await world.send(
        '/i/v0/e/?ip=0',
        [event('$pageview', { properties: { marker: 'posthog', token: api_key, $current_url: 'u' } })],
        { key: null },
      ),
    ).toMatchObject(status);
    const uuid = randomUUID();
    const batch = [
      event('Twice', { uuid }),
      event('Twice', { uuid }),
      event('$autocapture'),
      event(''),
      null,
      event('$groupidentify'),
    ];
    expect(
      await world.send('/batch/', { api_key, batch, sent_at: world.app.clock.now().toISOString() }, { key: null }),
    ).toMatchObject(status);
    const form = (text: string) =>
      world.send('/e/', `data=${encodeURIComponent(text)}`, {
        key: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const one = JSON.stringify({ api_key, ...event('In A Form') });
    expect(await form(Buffer.from(one).toString('base64'))).toMatchObject(status);
    expect(await form(one)).toMatchObject(status);
    const packed = gzipSync(JSON.stringify({ api_key, ...event('Packed') }));
    for (const path of ['/e/?compression=gzip-js', '/e/'])
      expect(await world.send(path, packed, { key: null, headers: { 'content-type': 'text/plain' } })).toMatchObject(
        status,
      );
    expect((await world.stored('posthog')).map(({ type }) => type).sort()).toEqual([
      'in_a_form',
      'in_a_form',
      'packed',
      'packed',
      'page_view',
      'signed_up',
      'twice',
    ]);
    expect(
      (await world.stored('posthog')).every((row) => row.contact_email === null && row.anonymous_id === 'user:ph-1'),
    ).toBe(true);
    await world.send(
      '/batch',
      { api_key, batch: [event('$identify', { properties: { $set: { email: 'ph@shop.example', plan: 'pro' } } })] },
      { key: null },
    );
    await until(async () => (await world.person('ph@shop.example'))?.attributes.plan === 'pro');
    expect((await world.stored('posthog')).every((row) => row.contact_email === 'ph@shop.example')).toBe(true);
    const refused = await world.send('/capture', { api_key, ...event('') }, { key: null });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/event']);
  });
});
