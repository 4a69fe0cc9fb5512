import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

describe('many people in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/profiles', { email: 'grace@example.com', first_name: 'Grace' });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('come in by three steps, are counted before, and go again', async () => {
    await page.goto('/admin/directory');
    await page.getByRole('link', { name: 'Import' }).click();
    const rows = ['E-mail,First name,Plan,Opt in', 'ada@example.com,Ada,gold,yes', 'grace@example.com,Grace H.,,no'];
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'import-1-file');
    await page.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([...rows, 'nobody,Bob,,'].join('\n')),
    });
    await page.getByRole('combobox', { name: 'Plan' }).click();
    await page.getByRole('option', { name: 'Attribute “Plan”' }).click();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'import-2-columns');
    const goOn = () => page.getByRole('button', { name: 'Continue' }).press('Enter');
    const stepWithKeyboard = (name: string) => page.getByRole('group', { name }).and(page.locator(':focus')).waitFor();
    await goOn();
    await stepWithKeyboard('Step 3: Check');
    await page.getByLabel('How they agreed to e-mails').fill('Form of the old shop');
    // Whoever looks at the columns again finds what they wrote.
    await page.getByRole('button', { name: '2. Columns' }).press('Enter');
    await stepWithKeyboard('Step 2: Columns');
    await goOn();
    await page.getByRole('button', { name: 'Check the file' }).press('Enter');
    await page.getByText('This import: 1 new, 1 changed, 1 left out.').waitFor();
    await page.getByText('Row 4, E-mail: This is not an email address').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'import-3-check');
    await page.getByRole('button', { name: 'Import 2 rows' }).and(page.locator(':focus')).press('Enter');
    await page.locator('#main:focus').waitFor();
    await page.getByText('1 new, 1 changed, 1 left out.', { exact: true }).waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'import-4-result');
    const ada = async () => (await app.call('GET', '/contacts?q=ada@example.com')).body.items;
    expect(await ada()).toMatchObject([{ attributes: { Plan: 'gold' }, consent: { text: 'Form of the old shop' } }]);
    await page.getByRole('button', { name: 'Undo this import' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo this import' }).click();
    await page.getByText('1 removed, 1 as they were before.').waitFor();
    expect(await ada()).toEqual([]);
  });

  it('go out from the selection, as a file', async () => {
    await page.goto('/admin/directory');
    await page.getByRole('checkbox').last().check();
    await page.getByRole('button', { name: 'Export' }).press('Enter');
    const saved = page.waitForEvent('download');
    const download = page.getByRole('link', { name: 'Download 1 person' });
    await download.waitFor();
    await download.click();
    expect((await saved).suggestedFilename()).toBe('People.csv');
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'export');
  });

  it('are tagged from the selection, and the tags are taken back', async () => {
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Tags').first().fill('spring');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('Done: 1 person changed.').waitFor();
    // The keyboard goes on where the change began.
    await page.getByRole('region', { name: 'Selected people' }).and(page.locator(':focus')).waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'tags-1-done');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('Undone: 1 person as before.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'tags-2-undone');
  });

  it('enter an automation, which says beforehand who would not, and are taken out again', async () => {
    const graph = {
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'wait', type: 'wait', config: { for: { n: 7, unit: 'days' } } },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'wait' },
        { source: 'wait', port: 'next', target: 'end' },
      ],
    };
    const { id } = (await app.call('POST', '/automations', { name: 'Welcome back', graph })).body;
    await app.call('POST', `/automations/${id}/publish`, {});
    await app.call('POST', '/profiles', { email: 'hopper@example.com', first_name: 'Hope' });
    await app.call('POST', `/automations/${id}/enter`, { contact_email: 'grace@example.com' });
    await page.goto('/admin/directory');
    for (const email of ['hopper@example.com', 'grace@example.com'])
      await page.getByRole('row').filter({ hasText: email }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Start an automation' }).click();
    await page.getByRole('combobox', { name: 'Automation' }).fill('Welcome');
    await page.getByRole('option', { name: 'Welcome back' }).click();
    await page.getByText('1 person would enter now').waitFor();
    await page.getByText('1 person would not: They are inside now').click();
    await page.getByText('grace@example.com').last().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'enter-1-preview');
    await page.getByRole('button', { name: 'Start it for 1 person' }).click();
    await page.getByText('Done: 1 person entered, 1 did not.').waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'enter-2-done');
    await page.getByRole('button', { name: 'Remove those who have not moved on' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove those who have not moved on' }).click();
    await page.getByText('Done: 1 person removed.').waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'enter-3-removed');
  });

  it('are suggested as one, linked by hand, or told apart', async () => {
    for (const email of ['kay@gmail.com', 'k.ay@gmail.com', 'kay@gmial.com'])
      await app.call('POST', '/purchase-leads', { email, first_name: 'Kay', last_name: 'McNulty' });
    await page.goto('/admin/directory');
    await page.getByRole('link', { name: 'Possible duplicates' }).click();
    await page.getByRole('heading', { name: 'Possible duplicates' }).waitFor();
    await page.getByText('addresses that differ only by dots or a +tag').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'duplicates-1-list');
    await page.getByRole('link', { name: 'kay@gmail.com', exact: true }).first().click();
    const suggested = page.getByRole('dialog', { name: 'Person' }).getByRole('region', { name: 'Possible duplicates' });
    await suggested.waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'duplicates-2-folded');
    await suggested.getByRole('button', { name: '2 possible duplicates' }).click();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'duplicates-2-drawer');
    const wrong = suggested.locator('.possible-duplicate').filter({ hasText: 'kay@gmial.com' });
    await wrong.getByRole('button', { name: 'Not the same person' }).press('Enter');
    await wrong.waitFor({ state: 'detached' });
    await suggested.getByRole('button', { name: 'Link accounts' }).click();
    const form = page.getByTestId('action-form');
    await form.getByText('k.ay@gmail.com joins kay@gmail.com.').waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'duplicates-3-link');
    await form.getByRole('button', { name: 'Link accounts' }).click();
    await suggested.waitFor({ state: 'detached' });
    expect(broken).toEqual([]);
  });
});
