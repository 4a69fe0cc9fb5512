import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#platform';
import { browser, builtWeb, pageAt, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, BrowserContext } from 'playwright-core';

const ANN = 'ann@shop.example';
const HARM = '<img src=x onerror="document.title=\'harm\'">';

/** What the README says about pages: the indented blocks, in their order, and the types that a key is to name. */
async function readme(): Promise<{ line: string; call: string; server: string; page: string; types: string[] }> {
  const text = await readFile(join(projectRoot(), 'README.md'), 'utf8');
  const section = /## Record what visitors do\n([^]*?)\n## /.exec(text)![1]!;
  const [line, call, server, page] = [...section.matchAll(/(?:^ {4,}.*\n)+/gm)].map(([block]) => block.trim());
  const names = /name the activity types \(([^)]*)\)/.exec(section)![1]!;
  return { line: line!, call: call!, server: server!, page: page!, types: names.match(/[a-z_.]+/g)! };
}

/** A small shop: plain HTML on a port of its own, wired up by what the README says and by nothing else. */
describe('a shop that was wired up by the README', () => {
  let app: TestApp;
  let shop: Server;
  let shopUrl: string;
  let folder: string;
  let chromium: Browser;
  const broken: string[] = [];
  const open: BrowserContext[] = [];
  let said: Awaited<ReturnType<typeof readme>>;
  let key: { key: string; signing_secret: string };

  beforeAll(async () => {
    await builtWeb();
    said = await readme();
    app = await testApp();
    folder = await mkdtemp(join(tmpdir(), 'cortex-shop-'));
    await app.call('POST', '/profiles', { email: ANN, first_name: 'Ann', consent: 'subscribed' });
    shop = createServer(
      (request, response) =>
        void answer(request.url!).then((html) => {
          response.writeHead(200, { 'content-type': 'text/html' }).end(html);
        }),
    );
    await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const wish = { name: 'Shop', kind: 'write', allowed_types: said.types, allowed_origins: [shopUrl] };
    key = (await app.call('POST', '/api-keys', wish)).body;
    chromium = await browser();
  }, 240_000);

  afterAll(async () => {
    for (const context of open) await context.close();
    await chromium?.close();
    await new Promise((done) => shop?.close(done) ?? done(undefined));
    await app?.close();
    await rm(folder, { recursive: true, force: true });
    expect(broken).toEqual([]);
  });

  /** The shop's server signs with the README's own lines. */
  async function signatureOf(email: string): Promise<string> {
    const file = join(folder, 'sign.mjs');
    await writeFile(file, `const user = { email: process.argv[2] };\n${said.server}\nconsole.log(signature);\n`);
    const env = { ...process.env, CORTEX_SIGNING_SECRET: key.signing_secret };
    return (await promisify(execFile)(process.execPath, [file, email], { env })).stdout.trim();
  }

  async function answer(path: string): Promise<string> {
    const line = said.line.replace('https://cortex.example.com', app.url).replace('cx_write_…', key.key);
    const signedIn =
      path === '/account'
        ? said.page.replace('ann@example.com', ANN).replace('the signature', await signatureOf(ANN))
        : '';
    const call = said.call.replace("cart: 'c1'", `cart: 'c1', note: ${JSON.stringify(HARM)}`).replaceAll('"', '&quot;');
    return `<!doctype html><html><head><title>Bread for all</title><link rel="icon" href="data:,">${line}</head>
      <body><h1>Shop</h1><button onclick="${call}">Leave</button>${signedIn}</body></html>`;
  }

  it('shows its visitor’s way in the timeline, which starts an automation and its mail, with no harm in either', async () => {
    const mail = { subject: 'Your cart', html: '<p>{{ activity.metadata.note }}</p>', stream: 'broadcast' };
    const graph = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
        { id: 'mail', type: 'send_email', config: mail },
      ],
      edges: [{ source: 'start', port: 'next', target: 'mail' }],
    };
    const { id } = (await app.call('POST', '/automations', { name: 'Left carts', graph })).body;
    expect((await app.call('POST', `/automations/${id}/publish`, {})).status).toBe(200);

    const visitor = await pageAt(shopUrl, chromium, broken);
    open.push(visitor.context());
    await visitor.goto('/pricing');
    await visitor.goto('/cart');
    await visitor.getByRole('button', { name: 'Leave' }).click();
    const stored = () =>
      app.database.rows<{ type: string; contact_email: string | null }>(
        "select type, contact_email from public.crm_activities where source = 'browser' order by occurred_at",
      );
    await until(async () => (await stored()).length === 3);
    expect((await stored()).every(({ contact_email }) => contact_email === null)).toBe(true);
    await visitor.goto('/account');
    await until(async () => (await stored()).filter(({ contact_email }) => contact_email === ANN).length >= 4);

    // The person's way, as a colleague sees it.
    const [ann] = (await app.call('GET', `/contacts?q=${ANN}`)).body.items;
    const sentMail = async () => (await app.call('GET', `/outbox?contact_email=${ANN}`)).body.items;
    await until(async () => (await sentMail()).some(({ state }: { state: string }) => state === 'sent'));
    const admin = await pageAt(app.url, chromium, broken);
    open.push(admin.context());
    await signIn(admin, app.admin, `/admin/directory?contact=${ann.id}`);
    for (const entry of [/Viewed Bread for all/, /Left the checkout/, /Entered “Left carts”/, /Was sent “Your cart”/])
      await admin.getByText(entry).first().waitFor();
    const left = admin.locator('.entry', { hasText: 'Left the checkout' });
    await left.getByRole('button').last().click();
    await admin.getByText(HARM.slice(0, 10)).first().waitFor();
    expect(await admin.title()).not.toBe('harm');
    const [message] = await sentMail();
    const shown = (await app.call('GET', `/outbox/${message.id}`)).body;
    expect(shown.html).toContain('&lt;img src=x');
    expect(shown.html).not.toContain(HARM);
  });
});
