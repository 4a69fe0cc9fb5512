import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { queueMail } from '#emails';
import { newId, projectRoot } from '#platform';
import {
  browser,
  browserOnDisk,
  builtWeb,
  pageAt,
  seriousProblems,
  signIn,
  testApp,
  until,
  type TestApp,
} from '#testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** What the script puts on a page. */
interface Tracked {
  trackActivity(type: string, metadata?: object): void;
  identify(email: string, traits?: object, signature?: string): void;
  reset(): void;
  cortex: { consent(isGiven: boolean): void };
}

const KNOWN = 'ann@shop.example';

/** Whether a browser has written a text below its folder, where it keeps what pages store. */
async function isOnDisk(folder: string, text: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((each) => /Local Storage.*\.(log|ldb)$/.test(each)))
    if ((await readFile(join(folder, name), 'latin1')).includes(text)) return true;
  return false;
}

describe('the script of a shop’s pages', () => {
  let app: TestApp;
  let shop: Server;
  let shopUrl: string;
  let chromium: Browser;
  let key: string;
  let secret: string;
  const broken: string[] = [];
  let open: BrowserContext[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/profiles', { email: KNOWN });
    // The shop: plain pages on another port, which allow their own scripts and those of Cortex, and nothing inline.
    shop = createServer((request, response) => {
      const { searchParams } = new URL(request.url!, 'http://shop');
      const attributes = searchParams.get('script') ?? 'data-pages="auto"';
      const policy = `default-src 'none'; script-src ${app.url}; connect-src ${app.url}`;
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
      response.end(
        `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="${app.url}/track.js" data-key="${key}" ${attributes} defer></script><h1>Shop</h1>`,
      );
    });
    await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const made = await app.call('POST', '/api-keys', {
      ...{ name: 'Shop', kind: 'write' },
      ...{ allowed_types: ['page_view', 'clicked', 'identified'], allowed_origins: [shopUrl] },
    });
    ({ key, signing_secret: secret } = made.body);
    chromium = await browser();
  }, 240_000);

  afterEach(async () => {
    for (const context of open) await context.close();
    open = [];
    await app.database.run('delete from public.crm_activities');
  });

  afterAll(async () => {
    await chromium?.close();
    await new Promise((done) => shop.close(done));
    await app?.close();
    expect(broken).toEqual([]);
  });

  /** A page of the shop in a browser of its own. */
  async function visit(path = '/', script = 'data-pages="auto"'): Promise<Page> {
    const page = await pageAt(shopUrl, chromium, broken);
    open.push(page.context());
    await page.goto(at(path, script));
    return page;
  }
  const at = (path: string, script = 'data-pages="auto"') => `${path}?script=${encodeURIComponent(script)}`;
  const stored = () =>
    app.database.rows<{ type: string; n: string | null; anonymous_id: string; contact_email: string | null }>(
      "select type, metadata ->> 'n' as n, anonymous_id, contact_email from public.crm_activities where source = 'browser' order by occurred_at, metadata ->> 'n'",
    );
  const has = (count: number) => until(async () => (await stored()).length >= count);
  const click = (page: Page, n: number) =>
    page.evaluate((which) => (globalThis as unknown as Tracked).trackActivity('clicked', { n: which }), n);
  const waiting = (page: Page) =>
    page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('cortex.q.')).length);
  const sent = (page: Page) => until(async () => (await waiting(page)) === 0);

  it('is small, is kept for long, and has a name of its version that is kept for ever', async () => {
    const code = await readFile(join(projectRoot(), 'dist/apps/web/track.js'));
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
    const plain = await fetch(`${app.url}/track.js`);
    expect([plain.status, plain.headers.get('cross-origin-resource-policy')]).toEqual([200, 'cross-origin']);
    expect(plain.headers.get('cache-control')).toContain('max-age=86400');
  });

  it('records page views, also in a single-page application, and what a page says', async () => {
    const page = await visit('/pricing');
    await page.evaluate("history.pushState(null, '', '/cart')");
    await page.evaluate("history.replaceState({ scrolled: true }, '', '/cart')");
    await click(page, 1);
    await has(3);
    await sent(page);
    const paths = await app.database.rows(
      "select type, metadata ->> 'path' as path from public.crm_activities order by occurred_at, path",
    );
    expect(paths).toEqual([
      { type: 'page_view', path: '/pricing' },
      { type: 'page_view', path: '/cart' },
      { type: 'clicked', path: null },
    ]);
    expect(new Set((await stored()).map(({ anonymous_id }) => anonymous_id)).size).toBe(1);
  });

  it('keeps what it cannot send: over a cut network, a reload and a closed page', async () => {
    const page = await visit('/', '');
    await page.context().setOffline(true);
    for (const n of [1, 2, 3]) await click(page, n);
    expect(await waiting(page)).toBe(3);
    await page.close();
    expect(await stored()).toEqual([]);
    await open[0]!.setOffline(false);
    const next = await open[0]!.newPage();
    await next.goto(at('/', ''));
    await has(3);
    await sent(next);
    // Said in the last moment of the page.
    await click(next, 4);
    await next.close({ runBeforeUnload: false });
    const last = await open[0]!.newPage();
    await last.goto(at('/', ''));
    await has(4);
    await sent(last);
    expect((await stored()).map(({ n }) => n)).toEqual(['1', '2', '3', '4']);
  });

  it('counts once what ten tabs record and send', async () => {
    const first = await visit('/', '');
    await click(first, 0);
    await sent(first);
    const tabs = [first];
    while (tabs.length < 10) {
      const tab = await open[0]!.newPage();
      await tab.goto(at('/', ''));
      tabs.push(tab);
    }
    await Promise.all(tabs.map((tab, n) => click(tab, 100 + n)));
    await has(11);
    await sent(first);
    const all = await stored();
    expect(all.map(({ n }) => n).sort()).toEqual(['0', ...tabs.map((_tab, n) => String(100 + n))].sort());
    expect(new Set(all.map(({ anonymous_id }) => anonymous_id)).size).toBe(1);
  });

  it('says who it is with a signature of the shop’s server, and is somebody new after reset', async () => {
    const page = await visit('/', '');
    await click(page, 1);
    const signature = createHmac('sha256', secret).update(KNOWN).digest('hex');
    const identify = (by?: string) =>
      page.evaluate(([email, proof]) => (globalThis as unknown as Tracked).identify(email!, { plan: 'pro' }, proof), [
        KNOWN,
        by,
      ] as const);
    await identify();
    await has(2);
    expect((await stored()).map(({ contact_email }) => contact_email)).toEqual([null, null]);
    await identify(signature);
    await has(3);
    await until(async () => (await stored()).every(({ contact_email }) => contact_email === KNOWN));
    await page.evaluate(() => (globalThis as unknown as Tracked).reset());
    await click(page, 2);
    await has(4);
    const all = await stored();
    expect([all[3]!.contact_email, all[3]!.anonymous_id === all[0]!.anonymous_id]).toEqual([null, false]);
  });

  it('takes the proof of a mail’s link out of the address, and the first browser is its reader’s', async () => {
    await app.call('PATCH', '/settings', { mail_link_proof: true });
    const link = `${shopUrl}${at('/offer', '')}&from=mail#prices`;
    const person = await app.database.row<{ person_id: string }>(
      'select person_id from cortex.people where address = $1',
      [KNOWN],
    );
    const { message_id } = await app.database.tx((tx) =>
      queueMail(tx, {
        person_id: person!.person_id,
        stream: 'transactional',
        content: { subject: 'Offer', html: `<a href="${link.replaceAll('&', '&amp;')}">Offer</a>` },
        data: { contact: {} },
        dedupe_key: newId(),
      }),
    );
    await until(async () => (await app.call('GET', `/outbox/${message_id}`)).body.state === 'sent');
    const { html } = (await app.call('GET', `/outbox/${message_id}`)).body;
    const inMail = /href="(http:[^"]*offer[^"]*)"/.exec(html)![1]!.replaceAll('&amp;', '&');
    expect(inMail).toContain('&from=mail&cortex_proof=');
    const page = await visit('/', '');
    await click(page, 1);
    await has(1);
    await page.goto(inMail);
    await has(2);
    expect(page.url()).toBe(link);
    await until(async () => (await stored()).every(({ contact_email }) => contact_email === KNOWN));
    await click(page, 2);
    await has(3);
    await page.reload();
    await click(page, 3);
    await has(4);
    // Somebody to whom the mail was forwarded.
    const other = await pageAt(shopUrl, chromium, broken);
    open.push(other.context());
    await other.goto(inMail);
    await click(other, 9);
    await has(6);
    expect((await stored()).map(({ type, n, contact_email }) => [type, n, contact_email])).toEqual([
      ['clicked', '1', KNOWN],
      ['identified', null, KNOWN],
      ['clicked', '2', KNOWN],
      ['clicked', '3', KNOWN],
      ['identified', null, null],
      ['clicked', '9', null],
    ]);
    await app.call('PATCH', '/settings', { mail_link_proof: false });
  });

  it('stores and sends nothing before a yes, and removes all after a no', async () => {
    const page = await visit('/', 'data-consent="wait"');
    const kept = () => page.evaluate('[Object.keys(localStorage), document.cookie]');
    let requests = 0;
    page.on('request', (request) => (requests += request.url().includes('/track?') ? 1 : 0));
    await click(page, 1);
    await page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    expect([await kept(), requests]).toEqual([[[], ''], 0]);
    await page.evaluate(() => (globalThis as unknown as Tracked).cortex.consent(true));
    await has(1);
    await page.goto(at('/', 'data-consent="wait"'));
    await click(page, 2);
    await has(2);
    await page.evaluate(() => (globalThis as unknown as Tracked).cortex.consent(false));
    await click(page, 3);
    expect(await kept()).toEqual([[], '']);
    expect((await stored()).map(({ n }) => n)).toEqual(['1', '2']);
  });

  it.each([
    ['globalPrivacyControl', true],
    ['doNotTrack', '1'],
  ] as const)('leaves those alone whose browser says %s, where the shop has said so', async (name, value) => {
    const page = await pageAt(shopUrl, chromium, broken);
    open.push(page.context());
    await page.addInitScript(([of, is]) => Object.defineProperty(navigator, of, { value: is }), [name, value] as const);
    await page.goto(at('/', 'data-privacy="respect" data-pages="auto"'));
    await click(page, 1);
    await page.evaluate(() => (globalThis as unknown as Tracked).cortex.consent(true));
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await page.goto(at('/', ''));
    await click(page, 2);
    await has(1);
    expect((await stored()).map(({ n }) => n)).toEqual(['2']);
  });

  it('leaves what waits to the browser where a request cannot outlive its page, and counts it once', async () => {
    const page = await pageAt(shopUrl, chromium, broken);
    open.push(page.context());
    await page.addInitScript(() => {
      delete (Request.prototype as { keepalive?: boolean }).keepalive;
      globalThis.fetch = () => Promise.reject(new TypeError('Nothing but a beacon goes out.'));
    });
    await page.goto(at('/', ''));
    await click(page, 1);
    await page.evaluate("window.dispatchEvent(new Event('pagehide'))");
    await has(1);
    // No answer came, so the next page sends it again.
    expect(await waiting(page)).toBe(1);
    const next = await page.context().newPage();
    await next.goto(at('/', ''));
    await sent(next);
    expect((await stored()).map(({ n }) => n)).toEqual(['1']);
  });

  it('sends at the next start what it held when the browser was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cortex-browser-'));
    const start = async () => {
      const { chromium: own, kill } = await browserOnDisk(folder);
      const page = await own.contexts()[0]!.newPage();
      await page.goto(`${shopUrl}${at('/', '')}`);
      return { page, kill };
    };
    let running = await start();
    try {
      await running.page.context().setOffline(true);
      await click(running.page, 1);
      await until(() => isOnDisk(folder, 'cortex.q.'));
      await running.kill();
      expect(await stored()).toEqual([]);
      running = await start();
      await has(1);
      await sent(running.page);
      expect((await stored()).map(({ n }) => n)).toEqual(['1']);
    } finally {
      await running.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  it('comes with the key: the settings show the line, and it works as it is', async () => {
    const admin = await pageAt(app.url, chromium, broken);
    open.push(admin.context());
    await signIn(admin, app.admin, '/admin/settings');
    const keys = admin.locator('#keys');
    await keys.getByRole('button', { name: 'New key' }).click();
    await keys.getByLabel('Name').fill('Pages');
    await keys.getByText('Write key for web pages').click();
    await keys.getByRole('button', { name: 'Create the key' }).click();
    await keys.getByText('Name at least one site.').waitFor();
    for (const [label, text] of [
      ['Activity types it can record', 'page_view'],
      ['Sites it can be used on', shopUrl],
    ] as const) {
      await keys.getByRole('combobox', { name: label }).fill(text);
      await keys.getByRole('combobox', { name: label }).press('Enter');
    }
    await keys.getByRole('button', { name: 'Create the key' }).click();
    const line = await keys.getByTestId('page-snippet').innerText();
    expect(line).toMatch(/^<script src="\S+\/track\.js" data-key="cx_write_\S+" data-pages="auto" defer><\/script>$/);
    expect(await seriousProblems(admin)).toEqual([]);
    key = /data-key="(\S+)"/.exec(line)![1]!;
    await visit('/welcome');
    await has(1);
    expect((await stored())[0]).toMatchObject({ type: 'page_view' });
    const file = /src="\S+?(\/assets\/track-\w+\.js)"/.exec((await keys.locator('details code').textContent())!);
    const versioned = await fetch(`${app.url}${file?.[1]}`);
    expect(versioned.status).toBe(200);
    expect(versioned.headers.get('cache-control')).toContain('immutable');
    expect(versioned.headers.get('access-control-allow-origin')).toBe('*');
  });
});
