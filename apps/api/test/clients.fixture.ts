import { createHmac } from 'node:crypto';
import { testApp, until, type TestApp } from '#testing';

export const SHOP = 'https://shop.example';
/** A customer who has said yes to mail. */
export const KNOWN = 'ann@shop.example';
/** How Segment's HTTP API says that it has taken something. */
export const done = { status: 200, body: { success: true } };

export interface Sent {
  /** The user of basic auth, a server key; null where the key stands elsewhere. */
  key?: string | null;
  headers?: Record<string, string>;
}

export interface Stored {
  type: string;
  contact_email: string | null;
  anonymous_id: string | null;
  source: string;
  metadata: Record<string, unknown>;
  occurred_at: Date;
}

export interface ClientsWorld {
  app: TestApp;
  writeKey: string;
  /** With the scope `ingest` alone. */
  serverKey: string;
  /** An automation that starts by `checkout.abandoned`, each time. */
  automation: string;
  /** The proof that an address is a visitor's. */
  sign(email: string): string;
  send(path: string, body: unknown, how?: Sent): Promise<{ status: number; headers: Headers; body: any }>;
  /** As a page of the shop, with the write key. */
  fromPage: (path: string, body: unknown, headers?: Record<string, string>) => ReturnType<ClientsWorld['send']>;
  /** Activities whose metadata have this `marker`, oldest first. */
  stored(marker: string): Promise<Stored[]>;
  count(sql: string, values?: unknown[]): Promise<number>;
  person(email: string): Promise<any>;
  /** Until every activity has been matched. */
  matched(): Promise<void>;
}

/** The whole product behind a proxy that says where a request came from, with a shop's keys. */
export async function clientsWorld(): Promise<ClientsWorld> {
  const app = await testApp({ env: { CORTEX_TRUST_PROXY: '1' } });
  const make = async (wish: object) => (await app.call('POST', '/api-keys', wish)).body;
  const { key: serverKey } = await make({ name: 'Programs', kind: 'server', scopes: ['ingest'] });
  const { key: writeKey, signing_secret: secret } = await make({
    ...{ name: 'Pages', kind: 'write', allowed_origins: [SHOP] },
    allowed_types: ['page_view', 'screen_view', 'identified', 'checkout.abandoned', 'checkout_started'],
  });
  await app.call('POST', '/profiles', { email: KNOWN, consent: 'subscribed' });
  const graph = {
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
      { id: 'end', type: 'exit', config: {} },
    ],
    edges: [{ source: 'start', port: 'next', target: 'end' }],
  };
  const settings = { entry: { limit: 'always' } };
  const { id: automation } = (await app.call('POST', '/automations', { name: 'Carts', graph, settings })).body;
  const published = await app.call('POST', `/automations/${automation}/publish`, {});
  if (published.status !== 200) throw new Error(JSON.stringify(published.body));

  const send: ClientsWorld['send'] = async (path, body, { key = serverKey, headers = {} } = {}) => {
    const basic = key === null ? {} : { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
    const answer = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...basic, ...headers },
      body: typeof body === 'string' || Buffer.isBuffer(body) ? (body as string) : JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  const rows = <T extends object>(text: string, values: unknown[] = []) => app.database.rows<T>(text, values);
  return {
    ...{ app, writeKey, serverKey, automation, send },
    sign: (email) => createHmac('sha256', secret).update(email).digest('hex'),
    fromPage: (path, body, headers = {}) => send(path, body, { key: writeKey, headers: { origin: SHOP, ...headers } }),
    stored: (marker) =>
      rows<Stored>(
        `select type, contact_email, anonymous_id, source, metadata - 'marker' as metadata, occurred_at
         from public.crm_activities where metadata ->> 'marker' = $1 order by occurred_at, type`,
        [marker],
      ),
    count: async (text, values) => (await rows<{ n: number }>(text, values))[0]!.n,
    person: async (email) => {
      const { items } = (await app.call('GET', `/contacts?q=${encodeURIComponent(email)}`)).body;
      return items.length > 0 ? (await app.call('GET', `/contacts/${items[0].id}`)).body : undefined;
    },
    matched: () => until(async () => (await rows('select 1 from cortex.activity_inbox limit 1')).length === 0),
  };
}
