import { KEY, sampleActivity } from '../data/ingest-database.js';
import { requestText } from './load.js';

/** The ways in that the benchmarks of ingestion drive. */
export type WayIn = 'POST /activities' | 'POST /v1/batch' | 'POST /track';

const ORIGIN = 'https://shop.example';
/** Visitors' networks; each may record 600 activities a minute. */
const NETWORKS = 250;
const bearer = { authorization: `Bearer ${KEY}` };
const basic = { authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}` };

/** Requests to POST /activities, of one activity each or of as many as are told. */
export const toActivities = (count: number, size = 1): string[] =>
  each(count, (n) => {
    const some = each(size, (at) => sampleActivity(n * size + at));
    return requestText('/activities', bearer, JSON.stringify(size === 1 ? some[0] : some));
  });

/** The same as a client of Segment sends it, with an id of each call. */
export const toClientBatch = (count: number, size = 1): string[] =>
  each(count, (n) => {
    const batch = each(size, (at) => {
      const { contact_email, type, metadata } = sampleActivity(n * size + at);
      return {
        type: 'track',
        messageId: crypto.randomUUID(),
        userId: contact_email,
        event: type,
        properties: metadata,
      };
    });
    return requestText('/v1/batch', basic, JSON.stringify({ batch }));
  });

/** The same as pages send it, of visitors of whom nothing is proven. @param key a write key of `newPageKey` */
export const toTrack = (count: number, key: string, size = 1): string[] =>
  each(count, (n) => {
    const activities = each(size, (at) => {
      const { contact_email, type, metadata } = sampleActivity(n * size + at);
      return { id: crypto.randomUUID(), anonymous_id: contact_email, type, metadata };
    });
    const headers = { origin: ORIGIN, 'content-type': 'text/plain', 'x-forwarded-for': `10.0.${n % NETWORKS}.1` };
    return requestText(`/track?key=${key}`, headers, JSON.stringify({ activities }));
  });

/** A write key that has recorded nothing yet: one may record 30,000 activities a minute. */
export async function newPageKey(port: number): Promise<string> {
  const types = each(4, (n) => sampleActivity(n).type);
  const wish = { name: 'Pages', kind: 'write', allowed_types: types, allowed_origins: [ORIGIN] };
  return newKey(port, wish);
}

/** A server key that may record. */
export const newServerKey = (port: number): Promise<string> =>
  newKey(port, { name: 'Programs', kind: 'server', scopes: ['ingest'] });

async function newKey(port: number, wish: object): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api-keys`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
  const { key } = (await answer.json()) as { key?: string };
  if (key === undefined) throw new Error(`POST /api-keys answered ${answer.status}.`);
  return key;
}

const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
