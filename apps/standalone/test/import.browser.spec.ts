import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

describe('people by file in a browser', () => {
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
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('How they agreed to e-mails').fill('Form of the old shop');
    await page.getByRole('button', { name: 'Check the file' }).click();
    await page.getByText('This import: 1 new, 1 changed, 1 left out.').waitFor();
    await page.getByText('Row 4, E-mail: This is not an email address').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'import-3-check');
    await page.getByRole('button', { name: 'Import 3 rows' }).click();
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
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download 1 person' }).click();
    expect((await saved).suggestedFilename()).toBe('People.csv');
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'export');
    expect(broken).toEqual([]);
  });
});
