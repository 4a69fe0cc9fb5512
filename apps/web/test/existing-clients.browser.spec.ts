import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, pageAt, testApp, until, type TestApp } from '#testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const KNOWN = 'ann@shop.example';
const require = createRequire(import.meta.url);

/** The browsers' clients as they come from npm, on a page of a shop on another port. */
describe('a client that a shop’s pages have already', () => {
  let app: TestApp;
  let shop: Server;
  let shopUrl: string;
  let chromium: Browser;
  let key: string;
  let secret: string;
  const broken: string[] = [];
  const open: BrowserContext[] = [];

  beforeAll(async () => {
    app = await testApp({ worker: false });
    await app.call('POST', '/profiles', { email: KNOWN });
    const segment = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist/umd');
    const rudder = join(dirname(require.resolve('@rudderstack/analytics-js/bundled')), '../umd');
    shop = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://shop');
      const file = /^\/(segment|rudder)(\/.+\.js)$/.exec(pathname);
      if (!file) {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>');
        return;
      }
      readFile(join(file[1] === 'segment' ? segment : rudder, file[2]!)).then(
        (code) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(code),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done));
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    const made = await app.call('POST', '/api-keys', {
      ...{ name: 'Shop', kind: 'write', allowed_origins: [shopUrl] },
      allowed_types: ['page_view', 'checkout_started', 'identified'],
    });
    ({ key, signing_secret: secret } = made.body);
    chromium = await browser();
  }, 240_000);

  afterAll(async () => {
    for (const context of open) await context.close();
    await chromium?.close();
    await new Promise((done) => shop?.close(done) ?? done(undefined));
    await app?.close();
    expect(broken).toEqual([]);
  });

  async function visit(): Promise<Page> {
    const page = await pageAt(shopUrl, chromium, broken);
    open.push(page.context());
    await page.goto('/pricing');
    return page;
  }
  const stored = (cart: string) =>
    app.database.rows<{ type: string; contact_email: string | null; anonymous_id: string }>(
      `with visitor as (select anonymous_id from public.crm_activities where metadata ->> 'cart' = $1 limit 1)
       select a.type, a.contact_email, a.anonymous_id from public.crm_activities a join visitor using (anonymous_id)
       where a.source = 'browser' order by a.type`,
      [cart],
    );
  const signature = () => createHmac('sha256', secret).update(KNOWN).digest('hex');

  it('is Segment’s', async () => {
    const page = await visit();
    await page.addScriptTag({ url: '/segment/index.js' });
    await page.evaluate(
      async ([writeKey, cdnURL, email, proof]) => {
        const analytics = (globalThis as any).AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL });
        await analytics.page();
        await analytics.track('Checkout Started', { cart: 'segment' });
        await analytics.group('g1');
        await analytics.identify('u1', { email }, { context: { signature: 'none that is right' } });
        await analytics.identify('u1', { email }, { context: { signature: proof } });
      },
      [key, app.url, KNOWN, signature()] as const,
    );
    await until(async () => (await stored('segment')).length === 4);
    await until(async () => (await stored('segment')).every(({ contact_email }) => contact_email === KNOWN));
    expect((await stored('segment')).map(({ type }) => type)).toEqual([
      'checkout_started',
      'identified',
      'identified',
      'page_view',
    ]);
  });

  it('is RudderStack’s', async () => {
    const page = await visit();
    await page.addScriptTag({ url: '/rudder/index.js' });
    await page.evaluate(
      async ([writeKey, server, email, proof]) => {
        const { RudderAnalytics } = (globalThis as any).rudderanalytics;
        const analytics = new RudderAnalytics();
        analytics.load(writeKey, server, { configUrl: server, loadIntegration: false, logLevel: 'NONE' });
        await new Promise((done) => analytics.ready(() => done(undefined)));
        analytics.page();
        analytics.track('Checkout Started', { cart: 'rudder' });
        analytics.identify('u2', { email }, { context: { signature: proof } });
      },
      [key, app.url, KNOWN, signature()] as const,
    );
    await until(async () => (await stored('rudder')).length === 3);
    await until(async () => (await stored('rudder')).every(({ contact_email }) => contact_email === KNOWN));
    expect((await stored('rudder')).map(({ type }) => type)).toEqual(['checkout_started', 'identified', 'page_view']);
  });
});
