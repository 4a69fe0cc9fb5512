import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import type { RouteDefinition } from '#contracts';
import { ADMIN, testApi, type TestApi } from './api.fixture.js';
import { customerOf } from './customers.fixture.js';
import { examples, placesOf, replaced, stripeSignature, type Place } from '#testing';
import {
  hostileBodies,
  hostileHeaders,
  hostileJson,
  hostileQueries,
  hostileTexts,
  hostileValues,
} from './hostile.fixture.js';
import { hostileWorld, type World } from './hostile-world.fixture.js';

/**
 * Every parameter of every route (path, query, each place of a body), found from the contracts and put beside things
 * that exist, with values that somebody means harm with. A 500 is our fault; a refusal is a problem that says what to
 * do. The same seed makes the same requests.
 */
const SEED = 20_261_129;
/** Of the hostile values, how many each place of a body is tried with. */
const PER_PLACE = 14;
const PER_PARAMETER = 30;
/** Bodies of one route at most: a drawing has hundreds of places. */
const PER_ROUTE = 100;

const STRIPE_WEBHOOK_SECRET = 'whsec_of_the_hostile_values';
const SHOPIFY_WEBHOOK_SECRET = 'shpss_of_the_hostile_values';
const shopifySignature = (body: string | Buffer): string =>
  createHmac('sha256', SHOPIFY_WEBHOOK_SECRET).update(body).digest('base64');

interface Attempt {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** Held open, or ends the session that the others need. */
const apart = new Set([
  'GET /events',
  'GET /activities/live',
  'POST /auth/staff/sign-out',
  'POST /auth/customer/sign-out',
  'DELETE /sessions',
]);
const routes = contracts.routesOf(contracts).filter(({ method, path }) => !apart.has(`${method} ${path}`));

let api: TestApi;
let world: World;
let cookie: string;
let customer: string;
let writeKey: string;
beforeAll(async () => {
  api = await testApi({
    POSTMARK_WEBHOOK_USER: 'postmark',
    POSTMARK_WEBHOOK_PASSWORD: 'a long password',
    STRIPE_WEBHOOK_SECRET,
    SHOPIFY_WEBHOOK_SECRET,
  });
  world = await hostileWorld(api);
  const page = { kind: 'write', allowed_types: ['page_view'], allowed_origins: ['https://shop.example'] };
  writeKey = (await api.call('POST', '/api-keys', { name: 'page', ...page })).body.key;
  cookie = await api.signIn(ADMIN.email, ADMIN.password);
  customer = (await customerOf(api, 'customer@hostile.example')).cookie;
}, 120_000);
afterAll(() => api?.close());

/** Numbers below `n`, the same ones for the same seed (mulberry32). */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

function some<T>(from: readonly T[], count: number, roll: (n: number) => number): T[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(roll(left.length), 1)[0]!);
}

const headersOf = ({ access }: RouteDefinition): Record<string, string> => {
  if (access === 'open') return {};
  if (access === 'own') return { cookie };
  if (access === 'customer') return { cookie: customer };
  if (access === 'stripe' || access === 'inbound') return {};
  if (access === 'shopify') return { 'x-shopify-topic': 'orders/paid' };
  if (access === 'write_key') return { authorization: `Bearer ${writeKey}`, origin: 'https://shop.example' };
  if (access === 'client') return { authorization: `Basic ${Buffer.from(`${api.adminKey}:`).toString('base64')}` };
  if (access === 'postmark')
    return { authorization: `Basic ${Buffer.from('postmark:a long password').toString('base64')}` };
  return { authorization: `Bearer ${api.adminKey}` };
};

function pathOf(route: RouteDefinition, instead?: { name: string; text: string }): string {
  // What is removed would be missing for all that come after.
  const id = route.method === 'DELETE' && route.path.endsWith('/:id') ? randomUUID() : world.idOf(route.path);
  return route.path.replaceAll(/:(\w+)/g, (_all, name: string) =>
    name === instead?.name ? instead.text : name === 'n' ? '1' : id,
  );
}

/** Required parameters of the query, so that the one that is tried is what is refused. */
function queryOf({ query }: RouteDefinition, without?: string): string[] {
  return Object.entries(query?.shape ?? {})
    .filter(([name, field]) => name !== without && !field.safeParse(undefined).success)
    .map(([name, field]) => `${name}=${encodeURIComponent(String(examples(field, world.known, name)[0] ?? 'x'))}`);
}

const withQuery = (path: string, parts: readonly string[]): string =>
  parts.length > 0 ? `${path}?${parts.join('&')}` : path;

function* attempts(route: RouteDefinition, roll: (n: number) => number): Generator<Attempt> {
  const { method } = route;
  const headers = headersOf(route);
  const takesBody = method !== 'GET';
  const bodies = takesBody ? bodiesOf(route) : [];
  const ordinary = takesBody ? { body: hostileJson(bodies[0] ?? {}), type: 'application/json' } : undefined;
  const send = (
    path: string,
    body = ordinary?.body as string | Buffer | undefined,
    more: Record<string, string> = {},
  ) => ({
    method,
    path,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(route.access === 'stripe' ? { 'stripe-signature': stripeSignature(STRIPE_WEBHOOK_SECRET, body ?? '') } : {}),
      ...(route.access === 'shopify' ? { 'x-shopify-hmac-sha256': shopifySignature(body ?? '') } : {}),
      ...headers,
      ...more,
    },
    ...(body === undefined ? {} : { body }),
  });
  const path = pathOf(route);
  for (const name of Object.keys(route.params?.shape ?? {}))
    for (const text of some(hostileTexts, PER_PARAMETER, roll))
      yield send(withQuery(pathOf(route, { name, text }), queryOf(route)));
  for (const name of Object.keys(route.query?.shape ?? {})) {
    for (const text of some(hostileTexts, PER_PARAMETER, roll))
      yield send(withQuery(path, [...queryOf(route, name), `${name}=${text}`]));
    for (const text of hostileQueries(name)) yield send(withQuery(path, [...queryOf(route, name), text]));
  }
  const query = queryOf(route);
  for (const more of some(hostileHeaders, 6, roll)) yield send(withQuery(path, query), ordinary?.body, more);
  if (!takesBody) return;
  for (const [type, body] of some(hostileBodies, 16, roll))
    yield send(withQuery(path, query), body, { 'content-type': type });
  const seen = new Set<string>();
  const places: (() => unknown)[] = [];
  for (const body of bodies) {
    yield send(withQuery(path, query), hostileJson(body));
    for (const place of placesOf(body)) {
      const key = nameOf(place);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const value of some(hostileValues, PER_PLACE, roll)) places.push(() => replaced(body, place, value));
    }
  }
  for (const hostile of some(places, PER_ROUTE, roll)) yield send(withQuery(path, query), hostileJson(hostile()));
}

const nameOf = (place: Place): string => place.map((key) => (typeof key === 'number' ? '*' : key)).join('/');

function bodiesOf(route: RouteDefinition): unknown[] {
  const own = world.known.get(`body:${route.method} ${route.path}`);
  return own ?? (route.body ? examples(route.body, world.known).slice(0, 20) : []);
}

const rawWords = /^(invalid|too (small|big)|unrecognized|expected|nonoptional)\b|\breceived\b|zod|FST_ERR/i;
const isSentence = (text: string): boolean => /^\S.*[.?!”)]$/s.test(text) && !rawWords.test(text);

/** What is wrong with an answer; nothing when it is as it should be. */
function fault(answer: {
  status: number;
  headers: Record<string, unknown>;
  body: any;
  text: string;
}): string | undefined {
  const { status } = answer;
  if (status >= 500 && status !== 503) return `${status}`;
  if (status < 400) return undefined;
  const type = String(answer.headers['content-type'] ?? '');
  if (type.startsWith('text/html')) return undefined;
  if (!type.startsWith('application/problem+json')) return `${status} as ${type || 'nothing'}`;
  if (!isSentence(answer.body.detail)) return `${status} says “${String(answer.body.detail).slice(0, 200)}”`;
  const bad = answer.body.errors.find((error: { message: string }) => !isSentence(error.message));
  return bad && `${status} says “${bad.message.slice(0, 200)}” of ${bad.pointer.slice(0, 100)}`;
}

describe('hostile values', () => {
  let sent = 0;
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers each of them, and never with a fault of ours',
    async (name, route) => {
      const roll = dice(SEED + name.length * 7919 + name.charCodeAt(name.length - 1));
      const faults = new Map<string, string>();
      for (const { method, path, headers, body } of attempts(route, roll)) {
        sent += 1;
        const answer = await api.call(method, path, body, { anonymous: true, headers });
        const wrong = fault(answer);
        if (wrong && faults.size < 20)
          faults.set(
            wrong,
            `${method} ${path.slice(0, 200)} ${String(body ?? '').slice(0, 400)} → ${answer.text.slice(0, 300)} ${answer.status === 500 ? (api.logged().trimEnd().split('\n').at(-1) ?? '') : ''}`,
          );
      }
      expect([...faults]).toEqual([]);
    },
  );

  it('leave everything readable that they could store', async () => {
    const faults: unknown[] = [];
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const path = withQuery(pathOf(route), queryOf(route));
      const answer = await api.call('GET', path, undefined, { anonymous: true, headers: headersOf(route) });
      // The tokens are made up, and neither has every broadcast a test, nor every job a file, nor every version an experiment.
      const without: readonly string[] = [
        contracts.broadcastTestResult.path,
        contracts.jobFile.path,
        contracts.getExperiment.path,
      ];
      const lacking = route.path.includes(':token') || without.includes(route.path);
      if (answer.status >= 400 && !lacking) faults.push([path, answer.status, answer.text.slice(0, 300)]);
    }
    expect(faults).toEqual([]);
    expect(sent).toBeGreaterThan(8000);
  });
});
