import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt } from '#testing';
import type { Browser, Page } from 'playwright-core';

describe('the admin in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/purchase-leads', [
      {
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        tags: ['newsletter'],
        consent: 'subscribed',
      },
      { email: 'grace@example.com', first_name: 'Grace', last_name: 'Hopper' },
    ]);
    await app.call('POST', '/profiles', { email: 'alan@example.com', first_name: 'Alan', last_name: 'Turing' });
    await app.call('POST', '/activities', {
      contact_email: 'ada@example.com',
      type: 'checkout.abandoned',
      metadata: { course_title: 'Photography 101' },
    });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken, { timezoneId: 'Europe/Berlin' });
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** Waits until the page's content is there and nothing of it is still being fetched; its stream of changes stays open. */
  const settled = async () => {
    await page.locator('#main h1').waitFor();
    await page.locator('[aria-busy="true"], .skeleton').first().waitFor({ state: 'detached' });
  };

  it('asks who one is, refuses a wrong password, and goes on to where one was going', async () => {
    await page.goto('/admin/directory?q=ada');
    await page.getByLabel('E-mail address').fill(app.admin.email);
    await page.locator('input[name=password]').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.locator('input[name=password]').fill(app.admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => url.pathname === '/admin/directory' && url.searchParams.get('q') === 'ada');
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('opens a person from a row, moves on by arrows, and closes by Escape', async () => {
    await page.goto('/admin/directory?sort=email');
    await page.locator('tbody tr', { hasText: 'ada@example.com' }).locator('td').nth(1).click();
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await drawer.getByText('Photography 101').waitFor();
    await drawer.getByRole('heading', { name: 'Today' }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await drawer.getByRole('heading', { name: 'Alan Turing' }).waitFor();
    expect(new URL(page.url()).searchParams.get('contact')).toBeTruthy();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('contact')).toBe(false);
  });

  it('keeps a tag that is added in the drawer, opened by its own address', async () => {
    const { body } = await app.call('GET', '/contacts?q=grace@example.com');
    const { id } = body.items[0];
    await page.goto(`/admin/outbox?contact=${id}`);
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByLabel('Add a tag').fill('vip');
    const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await drawer.getByLabel('Add a tag').press('Enter');
    expect((await answered).status()).toBe(200);
    await drawer.getByRole('button', { name: 'Remove the tag vip' }).waitFor();
    expect((await app.call('GET', `/contacts/${id}`)).body.tags).toContain('vip');
  });

  it('makes a smart list in rows, counts it while it is edited, and keeps it through JSON', async () => {
    const leads = JSON.stringify({ operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] });
    await page.goto(`/admin/smart-lists/new?rules=${encodeURIComponent(leads)}`);
    await page.getByLabel('Name').fill('Tagged leads');
    await page.getByText('2 people', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    const row = page.locator('.rule-row').nth(1);
    await row.getByRole('combobox', { name: 'Subject' }).click();
    await page.getByRole('option', { name: 'Tags' }).click();
    await row.getByRole('combobox', { name: 'Tags' }).fill('newsletter');
    await page.getByText('Leads who are tagged “newsletter”').waitFor();
    await page.getByText('1 person', { exact: true }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByText('JSON', { exact: true }).click();
    expect(JSON.parse(await page.getByLabel('The rule as JSON').inputValue())).toEqual({
      operator: 'AND',
      conditions: [
        { field: 'type', operator: 'eq', value: 'lead' },
        { field: 'tags', operator: 'contains', value: 'newsletter' },
      ],
    });
    await page.getByRole('button', { name: 'Save the list' }).click();
    await page.getByRole('heading', { name: 'Tagged leads', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'People' }).getByText('Ada Lovelace').waitFor();
    const { body } = await app.call('GET', '/smart-lists');
    expect(body.items).toMatchObject([{ name: 'Tagged leads', user_count: 1 }]);
  });

  it('stops all mail from any page and says so on the next', async () => {
    await page.goto('/admin/audit');
    await page.getByRole('button', { name: 'Stop all mail' }).click();
    await page.getByLabel('Reason (shown to everyone)').fill('The wrong list');
    await page.getByRole('button', { name: 'Stop all mail now' }).click();
    await page.getByText('All mail is stopped by').waitFor();
    await page.goto('/admin/settings');
    await page.getByText('The wrong list').waitFor();
    expect((await app.call('GET', '/settings')).body.sending_stopped_reason).toBe('The wrong list');
    await page.getByRole('button', { name: 'Resume sending' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume sending' }).click();
    await page.getByRole('button', { name: 'Stop all mail' }).waitFor();
  });

  it('says in the audit what was done, and finds it by what was done', async () => {
    await page.goto('/admin/audit');
    await settled();
    const actions = page.getByRole('region', { name: 'Audit entries' }).locator('tbody td:nth-child(3)');
    expect((await actions.allTextContents()).slice(0, 2)).toEqual(['Resumed sending', 'Stopped all mail']);
    await page.getByRole('combobox', { name: 'Which action' }).click();
    await page.getByRole('option', { name: 'Stopped all mail' }).click();
    await page.locator('tbody tr:only-child').waitFor();
    expect(await actions.allTextContents()).toEqual(['Stopped all mail']);
    expect(new URL(page.url()).searchParams.get('action')).toBe('sending.stopped');
  });

  it.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('has no serious barrier on any page, %s and %i px wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['', '/directory', '/smart-lists', '/smart-lists/new', '/outbox', '/audit', '/settings']) {
      await page.goto(`/admin${path}`);
      await settled();
      expect({ path, problems: await seriousProblems(page) }).toEqual({ path, problems: [] });
    }
  });

  it.each([1024, 320])('fits a window %i px wide', async (width) => {
    await page.setViewportSize({ width, height: 844 });
    for (const path of ['', '/directory', '/smart-lists/new', '/outbox', '/settings']) {
      await page.goto(`/admin${path}`);
      await settled();
      const beyond = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect({ path, beyond }).toEqual({ path, beyond: 0 });
    }
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
