import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
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

  const zoomed = () =>
    page.evaluate<number>(`Number(getComputedStyle(document.querySelector('.drawing')).getPropertyValue('--zoom'))`);

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
    // Figures are 12 px on the screen from everywhere they are shown.
    const least = () =>
      page.evaluate<number>(`(() => {
        const zoom = Number(getComputedStyle(document.querySelector('.drawing')).getPropertyValue('--zoom'));
        const shown = [...document.querySelectorAll('.drawing :is(.card-facts, .path-fact)')].filter((one) => one.offsetParent);
        return Math.min(...shown.map((one) => parseFloat(getComputedStyle(one).fontSize))) * zoom;
      })()`);
    for (const zoom of [0.9, 0.8, 0.71, 0.6, 0.45, 0.35]) {
      while ((await zoomed()) > zoom) {
        const before = await zoomed();
        await page.getByRole('button', { name: 'Zoom out' }).click();
        await until(async () => (await zoomed()) < before);
      }
      await until(async () => Math.round((await least()) * 10) / 10 >= 12);
    }
    await page.getByRole('button', { name: 'Fit' }).click();
    await until(async () => (await zoomed()) > 0.7);
    await page.getByRole('button', { name: 'Play back' }).click();
    await page.getByRole('slider', { name: 'Moment of the last days' }).focus();
    await canvas.card('french').getByText('0 here at this time · 1 came').waitFor();
    // Nothing of the drawing is hidden behind the scrubber.
    const river = (await page.getByTestId('river').boundingBox())!;
    await until(async () => {
      const cards = await Promise.all(['start', 'french'].map((step) => canvas.card(step).boundingBox()));
      return cards.every((card) => card!.x + card!.width <= river.x || card!.y + card!.height <= river.y);
    });
    await page.keyboard.press('Home');
    await canvas.card('french').getByText('0 here at this time · 0 came').waitFor();
    await page.getByRole('button', { name: 'Back to the figures' }).click();
    await canvas.facts('french').getByText('1 in').waitFor();

    // On a phone the outline has the figures of the paths too, and each opens its people.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByTestId('path-start:next').getByRole('button').click();
    await page.getByText('ann@example.com').first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(broken).toEqual([]);
  }, 120_000);

  it('marks quietly every number that rests on an assumption made before it', async () => {
    const wait = { activity_type: 'email.clicked', timeout: { n: 1, unit: 'days' } };
    const mail = { stream: 'broadcast', subject: 'Hello', html: '<p>Hello</p>' };
    const graph = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'cart.left' } },
        { id: 'mail', type: 'send_email', config: mail },
        { id: 'clicks', type: 'wait_until', config: wait },
        { id: 'tag', type: 'update_contact', config: { add_tags: ['seen'] } },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'mail' },
        { source: 'mail', port: 'next', target: 'clicks' },
        { source: 'clicks', port: 'happened', target: 'tag' },
      ],
    };
    const id = (await app.call('POST', '/automations', { name: 'Assumed', graph })).body.id as string;
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
    await page.getByRole('switch', { name: 'Last 30 days' }).click();
    await page.getByTestId('expected-tag').waitFor();
    const marked = await page
      .locator('[data-testid^=expected-][data-assumed=true]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')));
    expect(marked).toEqual(['expected-tag']);
    expect(await page.getByTestId('expected-tag').getAttribute('title')).toMatch(/Rests on what is assumed before: 0%/);
    expect(await page.getByTestId('expected-clicks:timed_out').textContent()).toContain('assumed');
    expect(broken).toEqual([]);
  }, 120_000);
});
