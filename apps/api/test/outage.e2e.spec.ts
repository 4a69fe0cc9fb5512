import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as contracts from '#contracts';
import { routesOf } from '#contracts';
import { newId } from '#platform';
import { startCluster, stopCluster, type ClusterSettings } from '#platform/postgres';
import { TcpProxy, testApp, until, type TestApp } from '#testing';

/** Milliseconds within which a caller knows that the database is away: five seconds, and what a busy machine adds. */
const SOON = 8_000;
const someId = '01930000-0000-7000-8000-000000000000';

interface Call {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A call of every kind: those that read, those that write, the ways of their own, and who signs in. */
const kinds = (cookie: string): Call[] => {
  const json = { 'content-type': 'application/json' };
  const activity = () => ({ id: newId(), contact_email: 'ada@school.example', type: 'page.viewed' });
  const course = () => ({ id: newId(), title: 'Photography 101' });
  return [
    { name: 'the fast way of activities', method: 'POST', path: '/activities', body: activity() },
    {
      name: 'activities that may be repeated',
      method: 'POST',
      path: '/activities',
      body: activity(),
      headers: { 'idempotency-key': newId() },
    },
    { name: 'a write', method: 'POST', path: '/courses', body: course() },
    {
      name: 'a write that may be repeated',
      method: 'POST',
      path: '/courses',
      body: course(),
      headers: { 'idempotency-key': newId() },
    },
    { name: 'a read by a session', method: 'GET', path: '/contacts', headers: { cookie, authorization: '' } },
    { name: 'the session', method: 'GET', path: '/auth/staff/session', headers: { cookie, authorization: '' } },
    {
      name: 'a sign-in',
      method: 'POST',
      path: '/auth/staff/sign-in',
      body: { email: 'admin@example.com', password: 'correct horse battery staple' },
      headers: { ...json, authorization: '' },
    },
    { name: 'readiness', method: 'GET', path: '/health/ready' },
  ];
};

/** Every route that reads, with ids that are nobody's. */
const reads: Call[] = routesOf(contracts)
  .filter(({ method }) => method === 'GET')
  .map(({ path }) => ({ name: `GET ${path}`, method: 'GET', path: path.replace(/:\w+/g, someId) }));

describe('while the database is away', () => {
  let app: TestApp;
  let proxy: TcpProxy;
  let cookie: string;
  beforeAll(async () => {
    app = await testApp({ through: async (url) => (proxy = await TcpProxy.to(url)).through(url) });
    const { email, password } = app.admin;
    const signedIn = await app.call('POST', '/auth/staff/sign-in', { email, password }, { key: null });
    cookie = signedIn.headers.getSetCookie().join('; ');
    expect(signedIn.status).toBe(200);
  });
  afterEach(async () => {
    proxy.plugIn();
    await until(async () => (await send(kinds(cookie)[2]!)).status < 300);
  });
  afterAll(async () => {
    await app.close();
    await proxy.close();
  });

  const send = async ({ name, method, path, body, headers = {} }: Call) => {
    const began = performance.now();
    const { authorization = `Bearer ${app.adminKey}`, ...others } = headers;
    const answer = await fetch(app.url + path, {
      method,
      headers: {
        ...others,
        ...(authorization ? { authorization } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    const text = /event-stream/.test(answer.headers.get('content-type') ?? '') ? '' : await answer.text();
    if (text === '') await answer.body?.cancel();
    const ms = Math.round(performance.now() - began);
    return { name, status: answer.status, retry: answer.headers.get('retry-after'), ms, text: text.slice(0, 200) };
  };
  type Sent = Awaited<ReturnType<typeof send>>;

  /** All at once, and beside them one that needs no database: what that takes on a busy machine is nobody's wait. */
  const sendAll = async (calls: Call[]) => {
    const live = { name: 'live', method: 'GET', path: '/health/live' };
    const [own, ...sent] = await Promise.all([live, ...calls].map(send));
    return sent.map((one) => ({ ...one, ms: one.ms - own!.ms }));
  };
  const isRefusal = ({ status, retry, ms }: Sent) => status === 503 && Number(retry) > 0 && ms < SOON;
  /** What needs no database answers as always; nothing fails, and nothing waits. */
  const isWell = (sent: Sent) => (sent.status < 500 && sent.ms < SOON) || isRefusal(sent);

  it.each(['is dead', 'was cut while it was idle'])(
    'a cable that %s makes every kind of route answer 503 with Retry-After within 5 s',
    async (how) => {
      if (how === 'is dead') proxy.pull();
      else {
        // What the pool finds is closed, and nothing new comes through.
        proxy.reset();
        proxy.pull();
      }
      const sent = await sendAll(kinds(cookie));
      expect(sent.filter((one) => !isRefusal(one))).toEqual([]);
      const all: Sent[] = [];
      for (let from = 0; from < reads.length; from += 10) all.push(...(await sendAll(reads.slice(from, from + 10))));
      expect(all.filter((one) => !isWell(one))).toEqual([]);
      expect(all.filter(({ status }) => status === 503).length).toBeGreaterThan(30);
    },
  );

  it('a cable that dies under a statement ends that with 503', async () => {
    const holder = app.database.tx(async (tx) => {
      await tx.run('lock table cortex.attention in access exclusive mode');
      const waiting = send({ name: 'waits', method: 'GET', path: '/attention' });
      await until(async () => (await tx.row('select from pg_locks where not granted')) !== undefined);
      proxy.pull();
      return waiting;
    });
    expect(isRefusal(await holder)).toBe(true);
  });

  it('connections that are reset answer 503 at most, and the next request is served', async () => {
    // Without sign-ins: eight passwords to check at once take long whatever the database does.
    const calls = kinds(cookie).filter(({ name }) => name !== 'a sign-in');
    const eightTimes = [...Array(8)].flatMap(() => calls);
    const waiting = sendAll(eightTimes);
    proxy.reset();
    expect((await waiting).filter((one) => !isWell(one))).toEqual([]);
  });

  it('a database that takes no writes refuses them with 503, and takes them when it does again', async () => {
    const name = new URL(app.databaseUrl).pathname.slice(1);
    const writes = kinds(cookie).filter(({ method, name: kind }) => method === 'POST' && kind !== 'a sign-in');
    await app.database.run(`alter database ${name} set default_transaction_read_only = on`);
    proxy.reset();
    await until(async () => (await send(writes[2]!)).status === 503);
    const sent = await sendAll(kinds(cookie));
    expect(sent.filter((one) => !isWell(one))).toEqual([]);
    expect(
      sent.filter(({ name: kind }) => writes.some((write) => write.name === kind)).map(({ status }) => status),
    ).toEqual(writes.map(() => 503));
    // The test's own connections began before it.
    await app.database.run(`alter database ${name} reset default_transaction_read_only`);
  });

  it('a full disk is named to the caller and stands under Needs attention', async () => {
    await app.database.run(
      `create function public.full() returns trigger language plpgsql as
         $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
    );
    await app.database.run(
      'create trigger full_disk before insert on courses for each row execute function public.full()',
    );
    const call = kinds(cookie)[2]!;
    const sent = await send(call);
    expect(isRefusal(sent)).toBe(true);
    expect(sent.text).toContain('The disk of the database is full');
    await until(async () => {
      const { body } = await app.call('GET', '/attention');
      return body.items.some(({ title }: { title: string }) => title === 'The disk of the database is full');
    });
    await app.database.run('drop function public.full cascade');
    expect((await send(call)).status).toBeLessThan(300);
  });

  it('the loops and jobs of the worker go on after it', async () => {
    proxy.pull();
    await until(async () => isRefusal(await send(kinds(cookie)[2]!)));
    proxy.plugIn();
    const id = newId();
    const activity = { id, contact_email: 'ada@school.example', type: 'page.viewed' };
    await until(async () => (await app.call('POST', '/activities', activity)).status < 300);
    await until(async () => {
      const row = await app.database.row('select from cortex.activity_inbox where activity_id = $1', [id]);
      return row === undefined;
    });
  });
});

describe('while the database is started again', () => {
  let settings: ClusterSettings;
  let app: TestApp;
  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cortex-outage-'));
    await chmod(dataDir, 0o711);
    settings = { dataDir, settings: { fsync: 'off' } };
    app = await testApp({ cluster: (await startCluster(settings)).url });
  });
  afterAll(async () => {
    await app.close();
    await stopCluster(settings.dataDir);
    await rm(settings.dataDir, { recursive: true, force: true });
  });

  it('requests are answered 503 with Retry-After, and served when it is back', async () => {
    const answers = new Map<number, Set<string | null>>();
    const ask = async () => {
      const began = performance.now();
      const { status, headers } = await app.call('POST', '/courses', { id: newId(), title: 'Photography 101' });
      expect(performance.now() - began).toBeLessThan(SOON);
      answers.set(status, (answers.get(status) ?? new Set()).add(headers.get('retry-after')));
      return status;
    };
    const before = await ask();
    expect(before).toBeLessThan(300);
    let asking = true;
    const askers = [...Array(4)].map(async () => {
      while (asking) await ask();
    });
    await stopCluster(settings.dataDir);
    await until(() => answers.has(503));
    await startCluster(settings);
    await until(async () => (await ask()) === before);
    asking = false;
    await Promise.all(askers);
    expect([...answers.keys()].sort()).toEqual([before, 503]);
    expect([...answers.get(503)!]).toEqual(['2']);
  });
});
