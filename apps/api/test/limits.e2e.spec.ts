import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { testApi, type TestApi } from './api.fixture.js';

const MIB = 1024 * 1024;
let api: TestApi;
let port: number;

beforeAll(async () => {
  api = await testApi();
  await api.app.listen(0, '127.0.0.1');
  port = (api.app.getHttpServer().address() as AddressInfo).port;
}, 120_000);
afterAll(() => api?.close());

/** Sends the head of a request and no byte of the body that it announces; answers what comes back until it is closed. */
const headOnly = (method: string, path: string, headers: Record<string, string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });

const routesWithBody = contracts
  .routesOf(contracts)
  .filter(({ method, access }) => method !== 'GET' && access !== 'open')
  .map((route) => [`${route.method} ${route.path}`, route] as const);

describe('before a body is taken', () => {
  it.each(routesWithBody)('%s asks a stranger who they are', async (_name, { method, path, access }) => {
    const answer = await headOnly(method, path.replaceAll(/:\w+/g, '0'), {
      'content-type': 'application/json',
      'content-length': '900000',
    });
    // The key of a client of others may stand in the body, of which a stranger's is small.
    expect(answer).toMatch(access === 'client' ? /^HTTP\/1\.1 413 / : /^HTTP\/1\.1 401 /);
  });

  it('asks whoever may not do it, too', async () => {
    const reader = await api.call<{ key: string }>('POST', '/api-keys', {
      name: 'reader',
      kind: 'server',
      scopes: ['read'],
    });
    const answer = await headOnly('POST', '/smart-lists', {
      authorization: `Bearer ${reader.body.key}`,
      'content-type': 'application/json',
      'content-length': '900000',
    });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('refuses a length that is too much, by the kind of the body', async () => {
    const list = '/smart-lists/00000000-0000-4000-8000-000000000000/members';
    const send = (path: string, type: string, length: number) =>
      headOnly('POST', path, {
        authorization: `Bearer ${api.adminKey}`,
        'content-type': type,
        'content-length': String(length),
      });
    expect(await send('/smart-lists', 'application/json', MIB + 1)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await send(list, 'application/json', MIB + 1)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await send(list, 'text/csv', 20 * MIB + 1)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await send('/auth/staff/sign-in', 'application/json', 64 * 1024 + 1)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await send('/nowhere', 'application/json', 1000)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('holds a body to its limit that announces no length', async () => {
    const text = JSON.stringify({ emails: ['x'.repeat(MIB)] });
    const answer = await fetch(`http://127.0.0.1:${port}/smart-lists/00000000-0000-4000-8000-000000000000/members`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': 'application/json' },
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'too_large']);
  });
});
