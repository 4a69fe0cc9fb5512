import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';

describe('the last days over a drawing', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let canvas: CanvasPage;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    canvas = new CanvasPage(page);
    await signIn(page, app.admin);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('says in Build what the last days would have made of it, and plays them back in Live by the arrow keys', async () => {
    const settings = { sender_broadcast: 'Shop <shop@example.com>', postal_address: 'Street 1' };
    expect((await app.call('PATCH', '/settings', settings)).status).toBe(200);
    await app.call('POST', '/activities', { contact_email: 'ann@example.com', type: 'cart.left' });
    const begins = { id: 'start', type: 'activity_received', config: { activity_type: 'cart.left' } };
    const rules = { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'France' }] };
    const graph = {
      nodes: [begins, { id: 'french', type: 'filter', config: { rules } }],
      edges: [{ source: 'start', port: 'next', target: 'french' }],
    };
    const id = (await app.call('POST', '/automations', { name: 'Last days', graph })).body.id as string;
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
    await page.getByTestId('expected-sum').getByText('1 person would have entered').waitFor();
    await page.getByTestId('expected-french:yes').waitFor({ state: 'attached' });
    await page.getByRole('switch', { name: 'Last 30 days' }).click();
    await page.getByTestId('expected-sum').waitFor({ state: 'detached' });
    expect((await app.call('POST', `/automations/${id}/publish`, {})).status).toBe(200);
    await app.call('POST', '/activities', { contact_email: 'ann@example.com', type: 'cart.left' });
    await until(async () => (await app.call('GET', `/automations/${id}/stats`)).body.entered === 1);
    await page.goto(`/admin/automations/${id}?mode=live`);
    await canvas.opened();
    await page.getByRole('button', { name: 'Play back' }).click();
    await page.getByRole('slider', { name: 'Moment of the last days' }).focus();
    await canvas.card('french').getByText('0 here at this time · 1 came').waitFor();
    await page.keyboard.press('Home');
    await canvas.card('french').getByText('0 here at this time · 0 came').waitFor();
    await page.getByRole('button', { name: 'Back to the figures' }).click();
    await canvas.facts('french').getByText('1 in').waitFor();
    expect(broken).toEqual([]);
  }, 120_000);
});
