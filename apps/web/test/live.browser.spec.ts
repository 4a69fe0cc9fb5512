import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt, signIn } from '#testing';
import type { Browser, Page } from 'playwright-core';

describe('what a reader sees without asking again', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let ada: string;
  const asked: string[] = [];
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('PATCH', '/settings', { sender_broadcast: 'Shop <shop@example.com>', postal_address: 'Street 1' });
    const graph = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
        {
          id: 'mail',
          type: 'send_email',
          config: { subject: 'You left something behind', html: '<p>Hello</p>', stream: 'broadcast' },
        },
        {
          id: 'wait',
          type: 'wait_until',
          config: { activity_type: 'course.enrolled', timeout: { n: 2, unit: 'days' } },
        },
        {
          id: 'last',
          type: 'send_email',
          config: { subject: 'Last chance', html: '<p>Bye</p>', stream: 'broadcast' },
        },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'mail' },
        { source: 'mail', port: 'next', target: 'wait' },
        { source: 'wait', port: 'timed_out', target: 'last' },
      ],
    };
    const made = await app.call('POST', '/automations', { name: 'Abandoned checkout', graph });
    await app.call('POST', `/automations/${made.body.id}/publish`, {});
    await app.call('POST', '/purchase-leads', {
      email: 'ada@example.com',
      first_name: 'Ada',
      country: 'DE',
      consent: 'subscribed',
    });
    ada = (await app.call('GET', '/contacts?q=ada@example.com')).body.items[0].id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await signIn(page, app.admin, `/admin/directory?contact=${ada}`);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const shot = async (name: string) => {
    const folder = process.env['CORTEX_SHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  };

  it('shows at once where a person is now, asking once for all automations, and what is new', async () => {
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByText('Started a checkout').waitFor();
    await app.call('POST', '/activities', { contact_email: 'ada@example.com', type: 'checkout.abandoned' });
    await drawer
      .getByRole('region', { name: 'In automations now' })
      .getByRole('link', { name: 'Abandoned checkout' })
      .waitFor();
    await drawer.getByText('At this step: Wait until “Enrolled in a course” happens').waitFor();
    expect(asked.filter((path) => /^\/automations\/[^/]+\/runs$/.test(path))).toEqual([]);
    await drawer.getByRole('button', { name: /new$/ }).click();
    await drawer.getByRole('link', { name: 'Entered “Abandoned checkout”' }).waitFor();
    await drawer.getByRole('link', { name: 'Was sent “You left something behind”' }).waitFor();
    await shot('drawer');
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('goes from the timeline to the mail as sent', async () => {
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByRole('link', { name: 'Was sent “You left something behind”' }).click();
    const mail = page.getByRole('dialog', { name: 'The e-mail as sent' });
    await mail.frameLocator('iframe').getByText('Hello').waitFor();
    await page.keyboard.press('Escape');
    await mail.waitFor({ state: 'detached' });
    await drawer.getByRole('link', { name: 'Was sent “You left something behind”' }).waitFor();
  });

  it('asks before somebody is moved on to a mail', async () => {
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByRole('button', { name: 'Remove from automation' }).click();
    const leaving = page.getByRole('dialog', { name: 'Remove from automation: ada@example.com' });
    await leaving.getByText('leaves this automation at once').waitFor();
    await leaving.getByRole('button', { name: 'Cancel' }).click();
    await leaving.waitFor({ state: 'detached' });
    await drawer.getByRole('button', { name: 'Move on now' }).click();
    const question = page.getByRole('dialog', { name: 'Move on now: ada@example.com' });
    await question.getByText('This goes on to: Send “Last chance”.').waitFor();
    await question.getByRole('button', { name: 'Move on now' }).click();
    await drawer.getByRole('region', { name: 'In automations now' }).waitFor({ state: 'detached' });
  });

  it('brings a mail into the outbox by itself', async () => {
    await page.goto('/admin/outbox');
    await page.locator('.outbox-item').first().waitFor();
    await app.call('POST', '/purchase-leads', { email: 'grace@example.com', consent: 'subscribed' });
    await app.call('POST', '/activities', { contact_email: 'grace@example.com', type: 'checkout.abandoned' });
    await page.locator('.outbox-item', { hasText: 'grace@example.com' }).waitFor();
  });

  it('checks a person against rules, row by row, and again when the rules change', async () => {
    const leads = JSON.stringify({ operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] });
    await page.goto(`/admin/smart-lists/new?rules=${encodeURIComponent(leads)}`);
    await page.getByRole('button', { name: 'Add a condition' }).click();
    const row = page.locator('.rule-row').nth(1);
    await row.getByRole('combobox', { name: 'Subject' }).click();
    await page.getByRole('option', { name: 'Country' }).click();
    await row.getByRole('combobox', { name: 'Country' }).fill('AT');
    await page.getByRole('button', { name: 'Check a person' }).click();
    const check = page.getByRole('region', { name: 'Check a person' });
    await check.getByLabel('Person to check').fill('nobody@example.com');
    await check.getByRole('button', { name: 'Check', exact: true }).click();
    await check.getByText('Nobody in the directory has this address.').waitFor();
    await check.getByLabel('Person to check').fill('ada@example.com');
    await check.getByRole('button', { name: 'Check', exact: true }).click();
    await check.getByText('The rules do not match').waitFor();
    expect(await check.locator('li').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-met')))).toEqual([
      'true',
      'false',
    ]);
    await shot('check');
    expect(await seriousProblems(page)).toEqual([]);
    await row.getByRole('combobox', { name: 'Country' }).fill('DE');
    await check.getByText('The rules match').waitFor();
    expect(broken).toEqual([]);
  });
});
