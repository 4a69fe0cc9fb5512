import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PostmarkGateway } from './postmark.client.js';

const asked: { path: string | undefined; token: unknown }[] = [];
const server = createServer((request, response) => {
  asked.push({ path: request.url, token: request.headers['x-postmark-server-token'] });
  const { port } = server.address() as AddressInfo;
  response.writeHead(307, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

it('follows no redirect, so that the token goes to Postmark alone, and takes none for an answer', async () => {
  const { port } = server.address() as AddressInfo;
  const gateway = new PostmarkGateway({ token: 'secret', url: `http://127.0.0.1:${port}/api`, timeoutSeconds: 5 });
  const mail = {
    from: 'school@example.com',
    to: 'ann@example.com',
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    stream: 'broadcast',
    metadata: { b: 'batch', k: 'key' },
    headers: [],
    track: false,
  };
  expect(await gateway.post([mail])).toMatchObject({ kind: 'unclear', status: 307 });
  expect(await gateway.suppressions('broadcast')).toBeUndefined();
  expect(await gateway.searchBatch('batch', 'broadcast')).toEqual({ found: [], complete: false });
  expect(asked.map(({ path }) => path?.split('?')[0])).not.toContain('/elsewhere');
  expect(asked).toHaveLength(3);
});
