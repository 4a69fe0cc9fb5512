import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  atRest,
  browser,
  builtWeb,
  countCommits,
  drawnWhileTyping,
  pageAt,
  seriousProblems,
  signIn,
  testApp,
  until,
  type TestApp,
} from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { takePictures } from './pictures.js';
import { designOf, StudioPage } from './studio.page.js';

/** A blue picture, 160 by 90. */
const blue = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAKAAAABaCAMAAAAIGK1gAAAAA1BMVEUvXYqWE3UgAAAAJUlEQVR42u3BgQAAAADDoPlTX+EAVQEAAAAAAAAAAAAAAAAAvAY4mgAB4vbwvQAAAABJRU5ErkJggg==',
  'base64',
);
const file = { name: 'blue.png', mimeType: 'image/png', buffer: blue };

describe('the e-mail studio in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let studio: StudioPage;
  const broken: string[] = [];
  const outside: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/purchase-leads', [
      { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', consent: 'subscribed' },
    ]);
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    studio = new StudioPage(page, app);
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== app.url) outside.push(url.href);
    });
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) broken.push(message.text());
    });
    await page.addInitScript(countCommits);
    await signIn(page, app.admin, '/admin/email/templates');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const look = (name: string, part?: Locator) =>
    takePictures(page, process.env.CORTEX_TEST_SHOTS, `studio-${name}`, part);
  const blocks = () => page.getByRole('list', { name: 'Blocks' });

  it('designs a newsletter from a ready design with the mouse, and sees it as somebody gets it', async () => {
    await page.goto('/admin/email/templates');
    await page.getByRole('button', { name: 'New template' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New template' });
    await dialog.getByLabel('Name').fill('Spring letter');
    await dialog.getByRole('list', { name: 'Ready designs' }).getByRole('button').first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('new');
    await dialog.getByRole('button', { name: /Newsletter/ }).click();
    const id = await studio.opened();
    await page.getByRole('textbox', { name: 'Subject' }).fill('News for {{ contact.first_name | default: "you" }}');
    await studio.write(0, 'Hello ');
    await page.getByRole('button', { name: 'Personal word', exact: true }).click();
    await page.getByRole('button', { name: 'Insert', exact: true }).click();
    await studio.written.locator('.cx-chip').waitFor();
    await page.keyboard.type(', spring is here.');
    await studio.storedWith(id, ', spring is here.');
    await studio.saved();
    await look('design');
    expect(await seriousProblems(page)).toEqual([]);
    const mail = await studio.stored(id);
    expect(JSON.stringify(mail.design)).toMatch(/Hello \{\{ contact\.first_name \| default: \\?["']/);
    expect(mail.subject).toBe('News for {{ contact.first_name | default: "you" }}');
    await page.getByText('Preview', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Preview for' }).fill('ada@example.com');
    const shown = page.frameLocator('[data-testid=mail-frame]');
    await shown.getByText('Hello Ada, spring is here.').waitFor();
    await page.getByText('News for Ada').waitFor();
    await look('preview');
    await page.getByTestId('mail-preview').getByText('Dark', { exact: true }).click();
    await look('preview-darkmail');
    await page.getByText('Plain text', { exact: true }).click();
    await page.getByText('Hello Ada, spring is here.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('designs a mail from nothing with the mouse: drag, settings, a picture, undo', async () => {
    await page.goto('/admin/email/templates');
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByRole('button', { name: 'An empty page' }).click();
    const id = await studio.opened();
    await studio.text(0).click();
    await blocks().getByRole('button', { name: 'Button', exact: true }).click();
    await page.getByRole('heading', { name: 'Button', exact: true }).waitFor();
    const link = page.getByRole('textbox', { name: 'Link', exact: true });
    await link.fill('https://example.com/spring');
    await link.press('Enter');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await link.inputValue()) === '');
    await page.getByRole('button', { name: 'Redo' }).click();
    await until(async () => (await link.inputValue()) === 'https://example.com/spring');
    // Pictures are uploaded, and asked about once.
    await blocks().getByRole('button', { name: 'Picture', exact: true }).click();
    await page.getByTestId('picture-file').setInputFiles(file);
    await page.getByLabel('What does the picture show?').fill('A blue sky');
    await page.getByRole('button', { name: 'Add the picture' }).click();
    await studio.paper.getByAltText('A blue sky').waitFor();
    await until(() => studio.paper.getByAltText('A blue sky').evaluate((img: any) => img.naturalWidth === 160));
    await page.getByRole('combobox', { name: 'Shown to' }).click();
    await page.getByRole('option', { name: 'Only customers' }).click();
    await studio.storedWith(id, "contact.type == 'customer'");
    const leaves = (await studio.stored(id)).design.rows.flatMap((row: any) => row.children?.[0]?.children ?? []);
    expect(leaves).toEqual([
      expect.objectContaining({ tagName: 'mj-text' }),
      expect.objectContaining({ tagName: 'mj-button', attributes: { href: 'https://example.com/spring' } }),
      expect.objectContaining({ tagName: 'mj-image', only: "contact.type == 'customer'" }),
    ]);
    // A block is dragged onto the paper and dropped there.
    await studio.drag(blocks().getByRole('button', { name: 'Line', exact: true }), 0);
    await studio.storedWith(id, 'mj-divider');
    await studio.saved();
    await look('from-nothing');
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('puts columns side by side, fills them, and lists them', async () => {
    const id = await studio.make(designOf('<p>Above</p>'));
    await studio.open(id);
    await studio.text(0).click();
    await page.getByRole('button', { name: 'Two columns' }).click();
    await blocks().getByRole('button', { name: 'Text', exact: true }).click();
    await studio.tab('Outline');
    const is = (...parts: string[]) => until(async () => (await studio.parts()).join() === parts.join());
    await is('Row', 'Text', 'Row', 'Column', 'Text', 'Column', 'Footer');
    await studio.outline.nth(5).click();
    await page.getByRole('heading', { name: 'Column', exact: true }).waitFor();
    await studio.tab('Blocks');
    await blocks().getByRole('button', { name: 'Button', exact: true }).click();
    await studio.tab('Outline');
    await is('Row', 'Text', 'Row', 'Column', 'Text', 'Column', 'Button', 'Footer');
    // Of two columns the one that stays takes the whole row.
    await studio.outline.nth(3).click();
    await page.getByRole('button', { name: 'Remove (Delete)' }).click();
    await is('Row', 'Text', 'Row', 'Button', 'Footer');
    await until(async () => (await studio.stored(id)).design.rows[1]?.children?.length === 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await is('Row', 'Text', 'Row', 'Column', 'Text', 'Column', 'Button', 'Footer');
    await until(async () => (await studio.stored(id)).design.rows[1]?.children?.length === 2);
  });

  it('says beside the paper what is wrong, leads there, and puts it right in one step that can be undone', async () => {
    const id = await studio.make({
      ...designOf('<p>Pale</p>'),
      rows: designOf('<p>Pale</p>').rows.slice(0, 1),
    });
    await studio.open(id);
    await page.getByRole('tab', { name: /Checks/ }).click();
    const checks = page.getByTestId('checks');
    await checks.getByText('Not every reader gets a footer').waitFor();
    await look('checks');
    expect(await seriousProblems(page)).toEqual([]);
    await checks.getByRole('button', { name: 'Add the footer' }).click();
    await studio.paper.locator('[data-gjs-type=cx-footer]').waitFor();
    await studio.storedWith(id, 'cx-footer');
    await page.getByRole('button', { name: 'Undo' }).click();
    await studio.paper.locator('[data-gjs-type=cx-footer]').waitFor({ state: 'detached' });
    await studio.paper.getByText('Pale').waitFor();
    await page.getByRole('button', { name: 'Redo' }).click();
    await studio.paper.locator('[data-gjs-type=cx-footer]').waitFor();
    await blocks().getByRole('button', { name: 'Button', exact: true }).click();
    await page.getByRole('tab', { name: /Checks/ }).click();
    await checks.getByText('leads nowhere').waitFor();
    await checks.locator('li', { hasText: 'leads nowhere' }).getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('heading', { name: 'Button', exact: true }).waitFor();
  });

  it('leads from a link that does not work, and from words that look like spam, to where they stand', async () => {
    const mail = designOf('<p>Nothing here</p>', '<p>This is 100% <b>free</b></p>');
    const button = { tagName: 'mj-button', attributes: { href: 'http://127.0.0.1/{{ contact.id }}' }, content: 'Go' };
    Object.assign(mail.rows[0]!.children![0]!, { children: [...mail.rows[0]!.children![0]!.children, button] });
    await studio.open(await studio.make(mail));
    await page.getByRole('tab', { name: /Checks/ }).click();
    const checks = page.getByTestId('checks');
    const spam = checks.getByRole('listitem').filter({ hasText: '“100% free”' });
    await spam.getByRole('button', { name: 'Go there' }).click();
    await studio.paper.locator('[data-gjs-type=mj-text].gjs-selected').filter({ hasText: 'free' }).waitFor();
    await page.getByRole('tab', { name: /Checks/ }).click();
    await checks.getByRole('button', { name: 'Try every link' }).click();
    const link = checks.locator('.mail-link-broken').filter({ hasText: '127.0.0.1' });
    await link.waitFor();
    await look('checks-links');
    expect(await seriousProblems(page)).toEqual([]);
    await link.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('heading', { name: 'Button', exact: true }).waitFor();
  });

  it('keeps a block for other mails, and puts a ready design in place of everything, to be undone', async () => {
    const id = await studio.make(designOf('<p>Our offer of the week</p>'));
    await studio.open(id);
    await studio.text(0).click();
    await page.getByRole('button', { name: 'Save as a block' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Offer');
    await page.getByRole('button', { name: 'Save the block' }).click();
    await studio.tab('Saved');
    await page.getByRole('list', { name: 'Saved blocks' }).getByRole('button', { name: 'Offer', exact: true }).click();
    await studio.paper.getByText('Our offer of the week').nth(1).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await studio.tab('Ready');
    await page.getByRole('list', { name: 'Ready designs' }).getByRole('button').first().click();
    await studio.paper.getByText('Our offer of the week').first().waitFor({ state: 'detached' });
    await page.getByTestId('toast-undo').click();
    await studio.paper.getByText('Our offer of the week').nth(1).waitFor();
    await studio.tab('Saved');
    await page.getByRole('button', { name: 'Delete the saved block Offer' }).click();
    await page.getByText('No saved blocks yet').waitFor();
  });

  it('makes headings, lists and links of what is written, and only words in a button', async () => {
    const id = await studio.make(designOf('<p>Title</p>'));
    await studio.open(id);
    await studio.text(0).dblclick();
    await studio.written.waitFor();
    await page.getByRole('button', { name: 'Paragraph' }).click();
    await page.getByRole('menuitem', { name: 'Large heading' }).click();
    await studio.written.locator('h1').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Go to ');
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await page.getByLabel('Link to').fill('example.com/spring');
    await page.getByRole('button', { name: 'Link', exact: true }).last().click();
    await studio.written.locator('a').waitFor();
    await page.keyboard.press('Escape');
    await studio.storedWith(id, 'https://example.com/spring');
    const { content } = (await studio.stored(id)).design.rows[0].children[0].children[0];
    expect(content).toMatch(/^<h1>Title<\/h1><p>Go to <a href="https:\/\/example\.com\/spring">/);
    await blocks().getByRole('button', { name: 'Button', exact: true }).click();
    await studio.paper.locator('[data-gjs-type=mj-button]').dblclick();
    await studio.written.waitFor();
    expect(await page.getByRole('button', { name: 'List', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Buy it');
    await page.keyboard.press('Enter');
    await studio.written.waitFor({ state: 'detached' });
    await studio.storedWith(id, '"Buy it"');
  });

  it('keeps a personal word through loading, reading and loading again, and what is typed when one leaves', async () => {
    const content = `<p>Dear {{ contact.first_name | default: "friend" }}, <a href="https://example.com/?c={{ lead.course_id }}">go on</a>.</p>`;
    const id = await studio.make(designOf(content, '<p>Second.</p>'));
    await studio.open(id);
    expect(await studio.text(0).locator('.cx-chip').count()).toBe(1);
    await studio.text(1).dblclick();
    await studio.written.waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Typed at the last moment');
    // Left at once, before anything was at rest.
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    await studio.storedWith(id, 'Typed at the last moment');
    const { design, version } = await studio.stored(id);
    expect(design.rows[0].children[0].children[0].content).toBe(content);
    await studio.open(id);
    expect(await studio.text(0).locator('.cx-chip').count()).toBe(1);
    // Looked at and left, it is no new version.
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    expect((await studio.stored(id)).version).toBe(version);
  });

  it('shows a mail in the brand while its colours are chosen, and says which are hard to read', async () => {
    await page.goto('/admin/settings#brand');
    const brand = page.locator('#brand');
    const button = page.getByRole('img', { name: 'A mail in this brand' }).getByText('Save my place');
    await button.waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('brand', brand);
    const ground = () => button.evaluate((el) => el.ownerDocument.defaultView!.getComputedStyle(el).backgroundColor);
    const accent = brand.getByLabel('Buttons and links', { exact: true });
    await accent.fill('#ffee00');
    await brand.getByText('Links would be hard to read').waitFor();
    await until(async () => (await ground()) === 'rgb(255, 238, 0)');
    // Half typed it is no colour yet, and the mail is as it is stored.
    await accent.fill('#8a1');
    await until(async () => (await ground()) === 'rgb(15, 107, 92)');
    await accent.fill('#8a1c4a');
    await page.keyboard.press('Escape');
    await brand.getByRole('button', { name: 'Save', exact: true }).click();
    await until(async () => (await app.call('GET', '/settings')).body.brand.accent === '#8a1c4a');
  });

  it('renders none of 300 characters that are typed', async () => {
    const id = await studio.make(designOf(...Array.from({ length: 40 }, (_, n) => `<p>Paragraph ${n}</p>`)));
    await studio.open(id);
    await studio.write(20, 'warm up ');
    await studio.storedWith(id, 'warm up');
    await studio.saved();
    // So that only the typing is counted.
    await atRest(page);
    expect(await drawnWhileTyping(page, studio.written)).toBeLessThan(10);
    await studio.storedWith(id, 'abcdefghi abcdefghi');
  });

  it('threw nothing, asked nobody else and broke no policy on the way', () => {
    expect(broken).toEqual([]);
    expect(outside).toEqual([]);
  });
});
