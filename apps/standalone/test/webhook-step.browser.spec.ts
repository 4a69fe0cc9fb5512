import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt, signIn } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

describe('trying a webhook step in the editor', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let canvas: CanvasPage;
  let server: Server;
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({ env: { CORTEX_WEBHOOK_NETWORKS: '127.0.0.1' } });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(202, { 'content-type': 'application/json' }).end('{"queued":true}');
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    canvas = new CanvasPage(page);
    await signIn(page, app.admin);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('shows what is sent about a person, sends one test call, sends secrets to no other host, and says why an address inside is not called', async () => {
    const { port } = server.address() as AddressInfo;
    await app.call('POST', '/profiles', { email: 'wanda@shop.example', first_name: 'Wanda' });
    const made = await app.call('POST', '/automations', {
      name: 'Tell the warehouse',
      graph: {
        nodes: [
          { id: 'start', type: 'manual', config: {} },
          {
            id: 'call',
            type: 'webhook',
            config: {
              url: `http://127.0.0.1:${port}/in`,
              body: { name: '{{ contact.first_name }}' },
              headers: { 'X-Shop': 'one' },
            },
          },
        ],
        edges: [{ source: 'start', port: 'next', target: 'call' }],
      },
    });
    await page.goto(`/admin/automations/${made.body.id}`);
    await canvas.opened();
    const step = await canvas.openStep('call');
    await step.getByTestId('webhook-try-tab').click();
    await step.getByTestId('webhook-body').getByText('"name": "Ada"').waitFor();
    await step.getByLabel('Preview for').fill('wanda@shop.example');
    await step.getByTestId('webhook-body').getByText('"name": "Wanda"').waitFor();
    const sent = await step.getByRole('figure', { name: 'What is sent' }).textContent();
    expect(sent).toContain('X-Shop••••••••');
    expect(sent).toContain('webhook-signature');
    expect(received).toEqual([]);

    await step.getByRole('button', { name: 'Send a test call' }).click();
    const answer = step.getByTestId('webhook-answer');
    await answer.getByText(/^Answered 202, after \d+ ms\.$/).waitFor();
    await answer.getByText('{"queued":true}').waitFor();
    expect(received).toMatchObject([
      { body: '{"name":"Wanda"}', headers: { 'webhook-test': 'true', 'x-shop': 'one' } },
    ]);
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'webhook-try');

    await canvas.openStep('call');
    await step.getByRole('tab', { name: 'Call' }).click();
    const stored = step.getByTestId('secret-state');
    await stored.getByText(/^Set on .* by From CORTEX_API_KEY$/).waitFor();
    await step.getByRole('button', { name: 'Replace' }).click();
    await step.getByLabel('Value of header 1').fill('two');
    await step.getByRole('button', { name: 'Set', exact: true }).click();
    await stored.getByText(new RegExp(`^Set on .* by ${app.admin.email}$`)).waitFor();
    await step.getByRole('button', { name: 'Add a header' }).click();
    await step.getByLabel('Name of header 2').fill('Authorization');
    await step.getByText('Set the value of the header “Authorization”.').first().waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'webhook-headers');
    await canvas.openStep('call');
    await step.getByLabel('Value of header 2').fill('Bearer typed-in-the-editor');
    await step.getByLabel('Value of header 2').press('Enter');
    await step.getByTestId('secret-state').nth(1).waitFor();
    await canvas.saved();
    expect(await page.content()).not.toContain('typed-in-the-editor');
    const { graph } = (await app.call('GET', `/automations/${made.body.id}`)).body;
    const set = { secret: true, id: expect.any(String), set_at: expect.any(String), set_by: app.admin.email };
    expect(graph.nodes[1].config.headers).toEqual({
      'X-Shop': { ...set, host: `127.0.0.1:${port}` },
      Authorization: { ...set, host: `127.0.0.1:${port}` },
    });
    const tryOut = async () => {
      await step.getByTestId('webhook-try-tab').click();
      await step.getByRole('button', { name: 'Send a test call' }).click();
    };
    // Another host does not get what was set for this one.
    await step.getByLabel('Address').fill('http://10.1.2.3/in');
    await step
      .getByText(/The value of “Authorization” was set for 127\.0\.0\.1:\d+, so it is not sent to 10\.1\.2\.3/)
      .first()
      .waitFor();
    await tryOut();
    await answer.getByText(/a header’s value was set for another host; set it again in the step/).waitFor();
    await canvas.openStep('call');
    await step.getByRole('tab', { name: 'Call' }).click();
    await step.getByRole('button', { name: 'Remove header 2' }).click();
    await step.getByRole('button', { name: 'Remove header 1' }).click();
    await tryOut();
    await answer
      .getByText(/its address 10\.1\.2\.3 is not public \(private\); only public addresses are called\.$/)
      .waitFor();
    expect(received).toHaveLength(1);
    expect((await app.call('GET', `/automations/${made.body.id}/runs`)).body.items).toEqual([]);
    expect(broken).toEqual([]);
  }, 90_000);
});
