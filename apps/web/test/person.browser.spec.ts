import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';

/** What support does in one person's drawer, as they would: actions by keyboard, notes, and views of the directory. */
describe('one person', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let drawer: Locator;
  let ada: string;
  let course: string;
  const broken: string[] = [];
  let shop: Server;
  /** What the shop answers when it is asked for orders. */
  let shopAnswers = 401;

  beforeAll(async () => {
    await builtWeb();
    shop = createServer((_request, response) => {
      response.writeHead(shopAnswers, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ items: [], next_cursor: null }));
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const orders = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/orders`;
    app = await testApp({
      env: { ORDERS_URL: orders, ORDERS_TOKEN: 'token-of-the-shop', CORTEX_WEBHOOK_NETWORKS: '127.0.0.0/8' },
    });
    await app.call('PATCH', '/settings', {
      sender_transactional: 'Shop <shop@example.com>',
      postal_address: 'Street 1',
    });
    course = (await app.call('POST', '/courses', { title: 'Light' })).body.results[0].id;
    await app.call('POST', '/purchase-leads', [
      { email: 'ada@example.com', first_name: 'Ada' },
      { email: 'grace@example.com', first_name: 'Grace' },
    ]);
    ada = (await app.call('GET', '/contacts?q=ada@example.com')).body.items[0].id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    drawer = page.getByRole('dialog', { name: 'Person' });
    await signIn(page, app.admin, `/admin/directory?contact=${ada}`);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    shop?.close();
  });

  const press = (keys: string) => page.keyboard.press(keys);
  const answered = (path: RegExp) => page.waitForResponse((response) => path.test(response.url()));

  it('shows what can be done in three groups, what takes away apart, and why something cannot be done', async () => {
    const bar = drawer.getByTestId('action-bar');
    for (const group of ['Identity', 'Support', 'Commerce']) await bar.getByRole('group', { name: group }).waitFor();
    // Nothing is linked, so that nothing can be parted.
    expect(await bar.getByRole('button', { name: 'Unlink accounts' }).count()).toBe(0);
    for (const button of await bar.locator('[aria-disabled="true"]').all()) {
      const reason = await button.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${reason}"]`).textContent()).toMatch(/\.$/);
    }
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('is erased when their address is typed, and then nobody is left to look at', async () => {
    await app.call('POST', '/purchase-leads', { email: 'gone@example.com', first_name: 'Gone' });
    const gone = (await app.call('GET', '/contacts?q=gone@example.com')).body.items[0].id;
    const other = await page.context().newPage();
    // The address keeps what was searched for, and the keyboard comes back to it.
    await other.goto(`${app.url}/admin/directory?q=example.com`);
    await other.getByRole('link', { name: 'Gone' }).focus();
    await other.keyboard.press('Enter');
    await other.getByRole('link', { name: 'Download everything' }).waitFor();
    await other.keyboard.press('Escape');
    await other.getByRole('dialog', { name: 'Person', exact: true }).waitFor({ state: 'detached' });
    await other.getByRole('link', { name: 'Gone' }).and(other.locator(':focus')).waitFor();
    await other.keyboard.press('Enter');
    await other.getByRole('button', { name: 'Erase this person' }).click();
    const dialog = other.getByRole('dialog', { name: /^Erase this person/ });
    await dialog.getByLabel('Reason').fill('Asked for it on 3 May');
    await dialog.getByLabel('Type their email address').fill('gone@example.com');
    await dialog.getByRole('button', { name: 'Erase this person' }).click();
    await dialog.getByTestId('action-result').getByText('Done.', { exact: true }).waitFor();
    await other.keyboard.press('Escape');
    await other.getByRole('dialog', { name: 'Person', exact: true }).waitFor({ state: 'detached' });
    expect((await app.call('GET', `/contacts/${gone}`)).status).toBe(404);
    expect(new URL(other.url()).search).toBe('?q=example.com');
    await other.locator('#main:focus').waitFor();
    await other.getByRole('link', { name: 'Gone' }).waitFor({ state: 'detached' });
    await other.close();
  });

  it('says what an action will do, offers to link an address that is taken, and is closed one by one by Esc', async () => {
    await drawer.getByRole('button', { name: 'Update email' }).focus();
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Update email: Ada' });
    await dialog.getByText('Fill in the form').waitFor();
    await page.keyboard.type('grace@example.com');
    await dialog.getByRole('button', { name: 'Link the two accounts instead' }).click();
    const link = page.getByRole('dialog', { name: 'Link accounts: Ada' });
    await link.getByTestId('action-preview').getByText('grace@example.com').first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await press('Escape');
    await link.waitFor({ state: 'detached' });
    expect(await drawer.getByRole('button', { name: 'Link accounts' }).evaluate((one) => one.matches(':focus'))).toBe(
      true,
    );
    await press('Escape');
    await drawer.waitFor({ state: 'detached' });
  });

  it('says in the palette why an action cannot be done, and gives the focus back to where it was', async () => {
    await page.goto(`/admin/directory?contact=${ada}`);
    const link = drawer.getByRole('button', { name: 'Link accounts' });
    await link.focus();
    // The first time it is loaded, and the second time it is there.
    for (const time of [1, 2]) {
      await press('Control+k');
      await page.getByLabel('Command', { exact: true }).fill('reset pass');
      await page
        .getByRole('button', { name: /^Reset password/ })
        .last()
        .waitFor();
      await press('Enter');
      await page.getByLabel('Command', { exact: true }).waitFor({ state: 'detached' });
      await page
        .getByText(/^Reset password: They /)
        .nth(time - 1)
        .waitFor();
      expect(await link.evaluate((one) => one.matches(':focus'))).toBe(true);
    }
    expect(new URL(page.url()).searchParams.has('action')).toBe(false);
  });

  it('does an action once by keyboard, from the command palette, and shows what became of each part', async () => {
    await page.goto(`/admin/directory?contact=${ada}`);
    await drawer.getByTestId('action-bar').waitFor();
    await press('Control+k');
    await page.getByLabel('Command', { exact: true }).fill('update em');
    await page.getByRole('button', { name: 'Update email' }).last().waitFor();
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Update email: Ada' });
    await dialog.getByLabel('New email address').fill('ada@new.example');
    await dialog.getByTestId('action-preview').getByText('ada@example.com becomes ada@new.example.').waitFor();
    await dialog.getByRole('list', { name: 'What will be done' }).waitFor();
    await dialog.locator('button[type="submit"]:enabled').waitFor();
    const keys: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (/\/actions\/update_email$/.test(request.url())) keys.push(request.headers()['idempotency-key']);
    });
    const done = answered(/\/actions\/update_email$/);
    await press('Enter');
    expect((await done).status()).toBe(200);
    await page.locator('[data-testid="action-result"][data-state="done"]').waitFor();
    await dialog.getByText('Change the address: Done').waitFor();
    await press('Escape');
    await drawer.getByText('ada@new.example').first().waitFor();
    await drawer.getByTestId('past-actions').getByRole('button', { name: 'Actions (1)' }).waitFor();
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect((await app.call('GET', `/contacts/${ada}/actions`)).body.items).toMatchObject([
      { action: 'update_email', state: 'done', by: app.admin.email },
    ]);
  });

  it('takes an amount as people write it', async () => {
    await drawer.getByRole('button', { name: 'Manual enrollment' }).click();
    const dialog = page.getByRole('dialog', { name: 'Manual enrollment: Ada' });
    await dialog.getByRole('combobox', { name: 'Course' }).click();
    await page.getByRole('option', { name: 'Light' }).click();
    await dialog.getByRole('combobox', { name: 'Payment' }).click();
    await page.getByRole('option', { name: 'Paid elsewhere' }).click();
    await dialog.getByLabel('Amount').fill('49.5');
    await dialog.getByLabel('Currency').fill('eur');
    await dialog.locator('button[type="submit"]:enabled').click();
    await page.locator('[data-testid="action-result"][data-state="done"]').waitFor();
    expect((await app.call('GET', `/contacts/${ada}/actions`)).body.items[0].input).toMatchObject({
      course_id: course,
      amount_minor: 4950,
      currency: 'EUR',
    });
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('asks which course is meant and for the end of the order before access is taken, and offers the way back', async () => {
    await app.call('POST', '/enrollments', {
      email: 'ada@new.example',
      course_id: (await app.call('POST', '/courses', { title: 'Shadow' })).body.results[0].id,
    });
    await drawer.getByRole('button', { name: 'Revoke & refund' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke & refund: Ada' });
    const submit = dialog.locator('button[type="submit"]');
    // The choice comes above the reason and takes the focus: the keyboard goes from the top down.
    await dialog.getByRole('radio').first().and(page.locator(':focus')).waitFor();
    await dialog.getByRole('radio', { name: 'Light' }).check();
    await dialog.getByText('loses “Light” at once').waitFor();
    expect(await submit.isDisabled()).toBe(true);
    const order = (await dialog.getByText(/^Order /).textContent())!;
    await dialog.getByLabel('Type the last four').fill('nope');
    await dialog.getByLabel('Reason').fill('Asked for their money back');
    // In a window too low for the whole dialog, the mistake is brought into view.
    const low = { width: 1440, height: 420 };
    await page.setViewportSize(low);
    await dialog.locator('button[type="submit"]:enabled').click();
    await dialog.getByLabel('Type the last four').and(page.locator(':focus')).waitFor();
    const mistake = dialog.getByText('These are not the last four characters of the order.').first();
    const { y, height } = (await mistake.boundingBox())!;
    expect([y > 0, y + height < low.height]).toEqual([true, true]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await dialog.getByLabel('Type the last four').fill(order.slice(-4));
    expect(await seriousProblems(page)).toEqual([]);
    await dialog.locator('button[type="submit"]:enabled').click();
    await page.locator('[data-testid="action-result"][data-state="done"]').waitFor();
    await dialog.getByText('Cancel the enrollment: Done').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await drawer.getByTestId('action-bar').getByRole('button', { name: 'Restore access' }).waitFor();
  });

  it('shows what failed with the way to try it again, in the dialog and in the list', async () => {
    await drawer.getByRole('button', { name: 'Sync orders' }).click();
    await page.getByTestId('action-form').locator('button[type="submit"]:enabled').click();
    const result = page.getByTestId('action-result');
    await result.getByRole('button', { name: 'Try again' }).click();
    await result.getByRole('button', { name: 'Try again' }).and(page.locator(':enabled')).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await press('Escape');
    shopAnswers = 200;
    const past = drawer.getByTestId('past-actions');
    await past.getByRole('button', { name: 'Try again' }).click();
    await past.getByText(/^Fetch orders from .*: Done/).waitFor();
    const [latest] = (await app.call('GET', `/contacts/${ada}/actions`)).body.items;
    expect(latest).toMatchObject({ action: 'sync_orders', state: 'done', effects: [{ state: 'done' }] });
  });

  it('lets a viewer see what there is and why they may not do it', async () => {
    const viewer = { email: 'viewer@example.com', password: 'a password for tests' };
    await app.call('POST', '/staff', { ...viewer, name: 'Viewer', role: 'viewer' });
    const other = await pageAt(app.url, chromium, broken);
    await signIn(other, viewer, `/admin/directory?contact=${ada}`);
    const theirs = other.getByRole('dialog', { name: 'Person' });
    await other.keyboard.press('Tab');
    await theirs.getByRole('button', { name: 'Update email' }).focus();
    await other.keyboard.press('Enter');
    await other.getByRole('tooltip').filter({ hasText: 'Only support and administrators may do this.' }).waitFor();
    expect(new URL(other.url()).searchParams.has('action')).toBe(false);
    expect(await theirs.getByLabel('Write a note').count()).toBe(0);
    expect(await theirs.getByRole('button', { name: 'Revoke & refund' }).getAttribute('aria-disabled')).toBe('true');
    expect(await seriousProblems(other)).toEqual([]);
    await other.context().close();
  });

  it('keeps notes, which show at once and are taken back when the server refuses', async () => {
    const notes = drawer.getByTestId('notes');
    await notes.getByLabel('Write a note').fill('Wants an invoice.');
    await press('Control+Enter');
    await notes.getByText('Wants an invoice.').waitFor();
    await notes.getByRole('button', { name: 'Edit' }).click();
    await notes.getByLabel('Change the note').fill('Has the invoice.');
    await notes.getByRole('button', { name: 'Save' }).click();
    await notes.getByText('Has the invoice.').waitFor();
    await page.route(/\/notes$/, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 500, json: { detail: 'Not now.' } })
        : route.fallback(),
    );
    await notes.getByLabel('Write a note').fill('Not taken');
    await notes.getByRole('button', { name: 'Add note' }).click();
    await notes.getByText('Not now.').waitFor();
    expect(await notes.getByLabel('Write a note').inputValue()).toBe('Not taken');
    expect(await notes.getByRole('listitem').count()).toBe(1);
    expect((await app.call('GET', `/contacts/${ada}/notes`)).body.items).toMatchObject([{ text: 'Has the invoice.' }]);
    await page.unroute(/\/notes$/);
  });

  it('has a page of their own, which Ctrl with a click opens', async () => {
    // A customer now, so shown under another id; the one from before still opens them.
    ada = (await app.call('GET', '/contacts?q=ada@new.example')).body.items[0].id;
    await page.goto('/admin/directory');
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page
        .locator(`[data-contact="${ada}"] .quiet`)
        .first()
        .click({ modifiers: ['Control'] }),
    ]);
    await tab.waitForURL((url) => url.pathname === `/admin/directory/${ada}`);
    await tab.getByRole('heading', { name: 'Ada', level: 1 }).waitFor();
    await tab.getByTestId('notes').getByText('Has the invoice.').waitFor();
    await tab.getByTestId('action-bar').waitFor();
    expect(await seriousProblems(tab)).toEqual([]);
    await tab.close();
  });

  it('is found again by a view that keeps filters, order and columns', async () => {
    await page.goto('/admin/directory?type=lead&sort=name&columns=email_status,created_at');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save as a new view…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Leads by name');
    await press('Enter');
    await page.getByRole('button', { name: 'Leads by name' }).waitFor();
    await page.goto('/admin/directory');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Leads by name' }).click();
    await page.waitForURL((url) => url.searchParams.get('sort') === 'name' && url.searchParams.get('type') === 'lead');
    await page.getByRole('columnheader', { name: 'Added' }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Tags' }).count()).toBe(0);
    await page.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Everyone' }).click();
    await page.getByRole('button', { name: 'Leads by name, changed' }).waitFor();
    expect(broken).toEqual([]);
  });
});
