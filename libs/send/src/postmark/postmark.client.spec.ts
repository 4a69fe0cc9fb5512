import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MailBody } from './mail-body.js';
import { PostmarkGateway } from './postmark.client.js';

const asked: { path: string | undefined; token: unknown }[] = [];
const server = createServer((request, response) => {
  if (request.url?.startsWith('/hangs')) return;
  if (request.url?.startsWith('/drops')) return void request.socket.destroy();
  asked.push({ path: request.url, token: request.headers['x-postmark-server-token'] });
  const { port } = server.address() as AddressInfo;
  response.writeHead(307, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
});

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

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

it('follows no redirect, so that the token goes to Postmark alone, and takes none for an answer', async () => {
  const { port } = server.address() as AddressInfo;
  const gateway = new PostmarkGateway({ token: 'secret', url: `http://127.0.0.1:${port}/api`, timeoutSeconds: 5 });
  expect(await gateway.post(MailBody.of([mail]))).toMatchObject({ kind: 'unclear', status: 307 });
  expect(await gateway.suppressions('broadcast')).toBeUndefined();
  expect(await gateway.searchBatch('batch', 'broadcast')).toEqual({ found: [], complete: false });
  expect(asked.map(({ path }) => path?.split('?')[0])).not.toContain('/elsewhere');
  expect(asked).toHaveLength(3);
});

it('says in a sentence that no answer came', async () => {
  const { port } = server.address() as AddressInfo;
  const said = async (path: string) => {
    const gateway = new PostmarkGateway({
      token: 'secret',
      url: `http://127.0.0.1:${port}${path}`,
      timeoutSeconds: 0.1,
    });
    return gateway.post(MailBody.of([mail]));
  };
  expect(await said('/hangs')).toEqual({ kind: 'unclear', status: 0, message: 'Postmark did not answer in time.' });
  expect(await said('/drops')).toEqual({
    kind: 'unclear',
    status: 0,
    message: 'The connection to Postmark broke before there was an answer.',
  });
});
