import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog, readConfig, Vault } from '#platform';
import { browser, builtWeb, pageAt, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { liveSampleWeeks } from '../src/demo/live-sample-weeks.js';
import { seedDemoLists } from '../src/demo/seed-lists.js';
import { seedDemo } from '../src/demo/seed.js';
import { takePictures } from './pictures.js';

/** A command as a menu offers it. */
interface Offered {
  name: string;
  unavailable: boolean;
}

describe('every screen, with the sample shop', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];
  let paths: string[] = [];
  /** What the pages said that is no sentence, gathered where they are all opened. */
  const raw: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    const sender = { CORTEX_SENDER: 'The Shop <shop@shop.test>', CORTEX_POSTAL_ADDRESS: '1 Main Street' };
    app = await testApp({ env: sender, worker: false });
    await seedDemo(app.database);
    const config = readConfig(sender);
    await liveSampleWeeks(app.database, {
      ...{ config, vault: new Vault(app.database, config), log: createLog('silent', 'test') },
    });
    await seedDemoLists(app.database);
    paths = await screens();
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const look = (name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, name);
  const items = async (path: string) => (await app.call<{ items: { id: string }[] }>('GET', path)).body.items;
  const first = async (path: string) => (await items(path))[0]!.id;

  /** The address of each screen, with something to show on it. */
  async function screens(): Promise<string[]> {
    await app.call('PATCH', '/settings', { seed_lists: [{ name: 'Colleagues', addresses: ['ann@example.com'] }] });
    const { id: news } = (await app.call('POST', '/broadcasts', { name: 'Spring news' })).body;
    await app.call('POST', '/email/templates', { name: 'Spring', subject: 'Spring is here', html: '<p>Hello</p>' });
    const person = await first('/contacts?limit=1');
    const { email } = (await app.call('GET', `/contacts/${person}`)).body;
    await app.call('POST', '/activities', [
      { contact_email: email, type: 'quiz.finished', metadata: { score_of_ten: 7 } },
      { contact_email: email, type: 'course.enrolled', metadata: { source: 'shop_import' } },
    ]);
    const rules = {
      operator: 'AND',
      conditions: [
        { field: 'activity', activity_type: 'quiz.finished', operator: 'count_gte', value: 1 },
        { field: 'can_be_emailed', operator: 'is_true' },
      ],
    };
    await app.call('POST', '/smart-lists', { name: 'Took the quiz', kind: 'rules', rules });
    const automation = (await items('/automations')).find((one: any) => one.entered > 0)!.id;
    const run = await first(`/automations/${automation}/runs?limit=1`);
    const lists = (await items('/smart-lists')).map(({ id }) => `/smart-lists/${id}`);
    return [
      ...['', '/directory', `/directory/${person}`, '/directory/import'],
      ...['/directory/duplicates', '/smart-lists', '/smart-lists/new', ...lists],
      ...['/automations', '/automations/new', `/automations/${automation}`],
      ...['mode=live', `mode=live&run=${run}`, 'mode=live&step=first-mail', 'mode=history'].map(
        (search) => `/automations/${automation}?${search}`,
      ),
      '/email-studio',
      ...['settings', 'audience', 'design', 'review'].map((step) => `/email/wizard?broadcast=${news}&step=${step}`),
      ...['/email/templates', `/email/templates/${await first('/email/templates')}`],
      ...['/outbox', `/outbox?message=${await first('/outbox')}`, '/audit', '/settings'],
    ];
  }

  const settled = async () => {
    await page.locator('#main :is(h1, .editor)').first().waitFor();
    await page.locator('[aria-busy="true"], .skeleton').first().waitFor({ state: 'detached' });
  };
  const open = async (path: string) => {
    await page.goto(`/admin${path}`);
    await settled();
  };

  /** What the menus of a page offer, of rows that are alike the first's. */
  async function offered(): Promise<Offered[]> {
    const found: Offered[] = [];
    const kinds = new Set<string>();
    for (const menu of await page.locator('[aria-haspopup=menu]:visible:enabled').all()) {
      const name = (await menu.getAttribute('aria-label')) ?? (await menu.innerText());
      const kind = name.replace(/ for .*/, '');
      if (kinds.has(kind)) continue;
      kinds.add(kind);
      await menu.click();
      const list = page.getByRole('menu');
      await list.waitFor();
      found.push(
        ...(await list.locator('[role=menuitem]').evaluateAll((all) =>
          all.map((item) => ({
            name: (item as any).innerText.split('\n')[0].trim() as string,
            unavailable: item.matches(':disabled, [aria-disabled=true], [data-disabled]'),
          })),
        )),
      );
      await page.keyboard.press('Escape');
      await list.waitFor({ state: 'detached' });
    }
    return found;
  }

  /** The buttons of a page, of rows that are alike the first's. */
  const buttons = (): Promise<Offered[]> =>
    page
      .locator('#main :is(button, a.mantine-Button-root):visible:not([aria-haspopup], [tabindex="-1"])')
      .evaluateAll((all) => {
        const found = new Map<string, Offered>();
        for (const button of all as any[]) {
          const name = (button.getAttribute('aria-label') ?? button.innerText).trim().split('\n')[0].trim();
          const kind = button.closest('tr, li') ? 'of a row' : name;
          if (name !== '' && !button.closest('[data-own-commands]') && !found.has(kind))
            found.set(kind, { name, unavailable: button.matches(':disabled, [aria-disabled=true], [data-disabled]') });
        }
        return [...found.values()];
      });

  /** The palette's lines, by their names. */
  const lines = (): Promise<Offered[]> =>
    page.locator('.commands [data-action]').evaluateAll((all) =>
      all.map((line) => ({
        name: (line as any).innerText.split('\n')[0].trim() as string,
        unavailable: line.getAttribute('aria-disabled') === 'true',
      })),
    );

  /** What stands on a page that only a program would say: types, ids, instants and JSON, but for examples and code. */
  const rawWords = (): Promise<string[]> =>
    page.evaluate(() => {
      const { document, NodeFilter } = globalThis as any;
      const raw = [/[a-z]+[._][a-z]+/, /[0-9a-f]{8}-[0-9a-f]{4}-/, /\d{4}-\d\d-\d\dT/, /[{[]"/, /is (true|false)\b/];
      // An address is two texts: the second begins behind its @.
      const meant = /\S+@\S*|(https?:\/\/|\/)\S+|[\w.-]+\.(com|test|local|csv|json|zip)\b|CORTEX_\w+/g;
      // What people name themselves is said as it is sent.
      const own = '[aria-label="Part of the metadata"], [aria-label="Name of the attribute"]';
      const content = `script, style, code, pre, kbd, .code, .cm-editor, [name=html], iframe, ${own}`;
      const said = (text: string, by: any) =>
        text.trim() !== '' && by.checkVisibility() && by.closest(content) === null ? [text.trim().slice(0, 120)] : [];
      const found: string[] = [];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) found.push(...said(texts.currentNode.data, texts.currentNode.parentElement));
      for (const field of document.querySelectorAll(
        'input:not([type=hidden], [type=radio], [type=checkbox]), textarea',
      ))
        found.push(...said(field.value, field), ...said(field.placeholder, field));
      for (const named of document.querySelectorAll('[aria-label]'))
        found.push(...said(named.getAttribute('aria-label'), named));
      return [...new Set(found)].filter((text) => raw.some((like) => like.test(text.replaceAll(meant, ''))));
    });

  it('has every button and every command of a menu in its palette', async () => {
    const missing: string[] = [];
    for (const path of paths) {
      await open(path);
      const menus = await offered();
      const wanted = [...menus, ...(await buttons())];
      // What things are called may come a moment after the page.
      let words = await rawWords();
      for (let frame = 0; frame < 120 && words.length > 0; frame += 1) {
        await page.evaluate('new Promise(requestAnimationFrame)');
        words = await rawWords();
      }
      raw.push(...words.map((text) => `${path}: ${text}`));
      await page.keyboard.press('Control+k');
      const field = page.getByLabel('Command', { exact: true });
      await field.waitFor();
      // The menu of the canvas shortens names that say more in a list.
      const isIn = (all: Offered[], { name, unavailable }: Offered) =>
        all.some((line) => line.name.startsWith(name) && line.unavailable === unavailable);
      const all = await lines();
      for (const one of wanted.filter((want) => !isIn(all, want))) {
        await field.fill(one.name);
        // A list that goes on loading has no button for more any longer.
        if (!isIn(await lines(), one) && isIn([...menus, ...(await buttons())], one))
          missing.push(`${path}: ${one.name}`);
      }
    }
    expect(missing).toEqual([]);
  }, 240_000);

  it('says what a person would say, and no types, ids or JSON', () => expect(raw).toEqual([]));

  it('does from the palette what the menu does, and says why something cannot be done', async () => {
    const choose = async (path: string, typed: string) => {
      await open(path);
      await page.keyboard.press('Control+k');
      await page.getByLabel('Command', { exact: true }).fill(typed);
      await page.locator('.commands [data-action][data-selected]').waitFor();
      await page.keyboard.press('Enter');
    };
    await choose('/smart-lists', 'move to a folder viewed prices');
    await page.getByRole('dialog', { name: 'Move “Viewed prices, did not buy”' }).waitFor();
    await look('palette-dialog');
    await choose('/directory/import', '2. columns');
    await page.getByText('2. Columns: Choose a file first.').waitFor();
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
