import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { StudioPage } from './studio.page.js';

describe('the e-mail studio by keyboard alone', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let studio: StudioPage;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    studio = new StudioPage(page, app);
    await signIn(page, app.admin, '/admin/email/templates');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = (globalThis as any).document;
      return `${activeElement?.getAttribute('aria-label') ?? ''}|${activeElement?.textContent?.trim() ?? ''}`;
    });
  const hasFocus = (field: Locator) => field.evaluate((el) => el === el.ownerDocument.activeElement);
  /** Presses Tab until the named thing has the focus. */
  const tabTo = async (name: RegExp, key = 'Tab') => {
    for (let n = 0; n < 120; n += 1) {
      await page.keyboard.press(key);
      if (name.test(await focused())) return;
    }
    throw new Error(`${key} does not reach ${name}`);
  };
  const toField = async (field: Locator) => {
    for (let n = 0; n < 40 && !(await hasFocus(field)); n += 1) await page.keyboard.press('Tab');
    expect(await hasFocus(field)).toBe(true);
  };
  /** Begins a template of this name and stands in its dialog. */
  const begin = async (name: string) => {
    await page.goto('/admin/email/templates');
    await page.getByRole('button', { name: 'New template' }).first().waitFor();
    await tabTo(/\|New template$/);
    await page.keyboard.press('Enter');
    await until(() => hasFocus(page.getByRole('dialog', { name: 'New template' }).getByLabel('Name')));
    await page.keyboard.type(name);
  };

  it('designs a newsletter from nothing', async () => {
    await begin('By hand');
    await tabTo(/\|An empty page$/);
    await page.keyboard.press('Enter');
    const id = await studio.opened();
    await page.getByRole('tab', { name: 'Blocks' }).waitFor();
    await tabTo(/^All templates/);
    const subject = page.getByRole('textbox', { name: 'Subject' });
    await toField(subject);
    await page.keyboard.type('Written by hand');
    await tabTo(/\|Text$/);
    await page.keyboard.press('Enter');
    await tabTo(/\|Button$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Button', exact: true }).waitFor();
    await tabTo(/\|Blocks$/, 'Shift+Tab');
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowRight');
    await page.getByRole('list', { name: 'Outline of the mail' }).waitFor();
    await page.keyboard.press('Tab');
    const focused = page.locator('[data-testid=outline-part]:focus');
    const chosen = () => focused.innerText();
    await until(async () => (await chosen()).startsWith('Button'));
    const seen = async () => `${(await studio.parts()).join()}; ${await focused.count()} focused`;
    /** The outline lists these, and one of them has the focus; what it is instead is said by the failure. */
    const is = (...parts: string[]) => {
      const wanted = `${parts.join()}; 1 focused`;
      return until(async () => (await seen()) === wanted).catch(async () => expect(await seen()).toBe(wanted));
    };
    await is('Header', 'Row', 'Text', 'Row', 'Text', 'Button', 'Footer');
    await page.keyboard.press('Alt+ArrowUp');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Footer');
    await page.keyboard.press('Control+d');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Button', 'Text', 'Footer');
    await page.keyboard.press('Delete');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Footer');
    await page.keyboard.press('Control+z');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Button', 'Text', 'Footer');
    await page.keyboard.press('Control+Shift+z');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Footer');
    await until(async () => (await chosen()).startsWith('Text'));
    // Two keys of one moment are two steps: no timer of the browser fires between them.
    await page.evaluate(() => {
      const { document, KeyboardEvent } = globalThis as any;
      const press = (pressed: object) =>
        document.activeElement.dispatchEvent(
          new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...pressed }),
        );
      press({ key: 'd', ctrlKey: true });
      press({ key: 'Delete' });
    });
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Footer');
    await page.keyboard.press('Control+z');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Text', 'Footer');
    await page.keyboard.press('Control+z');
    await is('Header', 'Row', 'Text', 'Row', 'Button', 'Text', 'Footer');
    await page.keyboard.press('ArrowUp');
    await until(async () => (await chosen()).startsWith('Text'));
    await page.keyboard.press('Enter');
    await studio.written.waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Written without a mouse.');
    await page.keyboard.press('Escape');
    await studio.written.waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowUp');
    await page.getByRole('heading', { name: 'Button', exact: true }).waitFor();
    await studio.storedWith(id, 'Written without a mouse.');
    await studio.saved();
    expect((await studio.stored(id)).subject).toBe('Written by hand');
  }, 240_000);

  it('designs a receipt from a ready design, sends a test of it and approves it', async () => {
    await begin('Receipt for courses');
    await tabTo(/^\|$/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('list', { name: 'Ready designs' }).getByText('Receipt', { exact: true }).waitFor();
    await tabTo(/\|Receipt/);
    await page.keyboard.press('Enter');
    const id = await studio.opened();
    expect(await studio.stored(id)).toMatchObject({ stream: 'transactional', approved_at: null });
    const subject = page.getByRole('textbox', { name: 'Subject' });
    await tabTo(/^All templates/);
    await toField(subject);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Thank you for your payment');
    await until(async () => (await studio.stored(id)).subject === 'Thank you for your payment');
    await tabTo(/\|Send me a test$/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/A test is on its way to/).waitFor();
    await tabTo(/\|Approve$/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await studio.stored(id)).approved_at !== null);
    await until(async () => {
      const { body } = await app.call('GET', '/outbox');
      return JSON.stringify(body).includes('Thank you for your payment');
    });
  }, 240_000);

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
