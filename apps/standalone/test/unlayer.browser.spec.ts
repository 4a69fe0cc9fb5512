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
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';
import { designOf, standInForUnlayer } from './unlayer.stand-in.js';

/** A blue picture, 160 by 90. */
const blue =
  'iVBORw0KGgoAAAANSUhEUgAAAKAAAABaCAMAAAAIGK1gAAAAA1BMVEUvXYqWE3UgAAAAJUlEQVR42u3BgQAAAADDoPlTX+EAVQEAAAAAAAAAAAAAAAAAvAY4mgAB4vbwvQAAAABJRU5ErkJggg==';

const look = (page: Page, name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, `unlayer-${name}`);
const policy = async (app: TestApp, path: string) =>
  (await fetch(`${app.url}${path}`)).headers.get('content-security-policy')!;

/** An application, and a page on its gallery that hears what breaks. */
async function opened(chromium: Browser, broken: string[], env: Record<string, string> = {}) {
  const app = await testApp({ env });
  const page = await pageAt(app.url, chromium, broken);
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) broken.push(message.text());
  });
  await page.addInitScript(countCommits);
  await standInForUnlayer(page);
  await signIn(page, app.admin, '/admin/email/templates');
  return { app, page };
}

let chromium: Browser;
beforeAll(async () => {
  await builtWeb();
  chromium = await browser();
}, 240_000);
afterAll(() => chromium?.close());

describe('Unlayer’s editor, by a stand-in for its script', () => {
  let app: TestApp;
  let page: Page;
  const broken: string[] = [];
  let id: string;

  beforeAll(async () => {
    ({ app, page } = await opened(chromium, broken, { UNLAYER_PROJECT_ID: '4711' }));
  }, 240_000);
  afterAll(() => app?.close());

  const stored = async () => (await app.call('GET', `/email/templates/${id}`)).body;
  const storedWith = (words: string) => until(async () => JSON.stringify((await stored()).design).includes(words));
  const asked = <T>(what: string) => page.evaluate(`window.standIn.${what}`) as Promise<T>;
  const text = () => page.frameLocator('iframe[title=Unlayer]').locator('[contenteditable]');
  const ready = async () => {
    await text().waitFor();
    // Undo is there once the editor is.
    await page.getByRole('button', { name: 'Undo' }).and(page.locator(':enabled')).waitFor();
  };

  it('begins a mail with it, on a page that was loaded for it', async () => {
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Made with Unlayer');
    await page.getByRole('button', { name: 'Unlayer', exact: true }).click();
    await page.waitForURL(/\/admin\/email\/templates\/[0-9a-f-]{36}$/);
    id = page.url().split('/').at(-1)!;
    await ready();
    expect(await asked('options')).toMatchObject({
      projectId: 4711,
      displayMode: 'email',
      mergeTags: { contact_first_name: { name: 'First name', value: '{{ contact.first_name }}' } },
      specialLinks: { links_unsubscribe: { href: '{{ links.unsubscribe }}' } },
    });
    expect(await stored()).toMatchObject({ editor: 'unlayer', version: 1 });
  });

  it('is mounted once, React draws none of the keys that are typed in it, and what was typed is saved as a mail', async () => {
    await text().click();
    await page.keyboard.type('Hello');
    await storedWith('Hello');
    await atRest(page);
    expect(await drawnWhileTyping(page, text())).toBeLessThan(10);
    await storedWith('abcdefghi abcdefghi');
    expect(await asked('created')).toBe(1);
    const { html } = await stored();
    // By the server: what the editor exports is not needed here.
    expect(html).toContain('Helloabcdefghi');
    expect(html).not.toContain('exported');
    expect(await seriousProblems(page)).toEqual([]);
    await look(page, 'editor');
  });

  it('is shown, by the server, as somebody gets it, and goes on where one was', async () => {
    await page.getByText('Preview', { exact: true }).click();
    await page.frameLocator('[data-testid=mail-frame]').getByText('Helloabcdefghi').waitFor();
    await page.getByText('Design', { exact: true }).click();
    await text().waitFor();
    expect(await asked('created')).toBe(1);
  });

  it('keeps pictures that are chosen in it', async () => {
    expect(await asked(`pick('blue.png', '${blue}')`)).toMatchObject({
      progress: 100,
      url: expect.stringMatching(/^http.*\/media\/.+\.jpg$/),
    });
    await asked("pick('text.png', btoa('no picture'))");
    await page.getByText('This is no picture').waitFor();
  });

  it('is left by loading the next screen anew, with what was typed in the last moment', async () => {
    await text().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' At the last moment');
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    await storedWith('At the last moment');
    expect(await page.evaluate("performance.getEntriesByType('navigation')[0].name")).toMatch(/\/email\/templates$/);
    expect(await page.evaluate('typeof window.unlayer')).toBe('undefined');
  });

  it('opens again with what was saved, and looked at and left it is saved no more', async () => {
    const { version } = await stored();
    await page.getByTestId('template-card').filter({ hasText: 'Made with Unlayer' }).getByRole('link').click();
    await text().getByText('At the last moment').waitFor();
    expect(await asked('loaded')).toBe(1);
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    expect((await stored()).version).toBe(version);
  });

  it('is left by Back without coming back to it at the next Back', async () => {
    await page.goto('/admin/email/templates');
    const card = page.getByTestId('template-card').filter({ hasText: 'Made with Unlayer' });
    await card.getByRole('link').click();
    await ready();
    await page.goBack();
    await card.waitFor();
    expect(await page.evaluate('typeof window.unlayer')).toBe('undefined');
    await page.goBack();
    await card.waitFor();
    expect(page.url()).toMatch(/\/email\/templates$/);
  });

  it('is let in on the page of a template and nowhere else', async () => {
    const open = await policy(app, `/admin/email/templates/${id}`);
    expect(open).toContain("script-src 'self' https://editor.unlayer.com;");
    expect(open).toContain("frame-src 'self' https://editor.unlayer.com;");
    expect(open).toContain("script-src-attr 'none'");
    for (const path of ['/admin', '/admin/email/templates', '/admin/settings', '/sign-in'])
      expect([path, await policy(app, path)]).toEqual([path, expect.not.stringContaining('unlayer')]);
  });

  it('says so when Unlayer’s script does not come', async () => {
    const alone = await pageAt(app.url, chromium, []);
    await alone.route('https://editor.unlayer.com/**', (route) => route.abort());
    await signIn(alone, app.admin);
    await alone.clock.install();
    await alone.goto(`/admin/email/templates/${id}`);
    await alone.getByText('Loading the editor from editor.unlayer.com').waitFor();
    await alone.clock.fastForward(20_000);
    await alone.getByText('Unlayer’s editor did not load').waitFor();
    await look(alone, 'late');
    await alone.close();
  });

  it('threw nothing and broke no policy on the way', () => expect(broken).toEqual([]));
});

describe('a mail made with Unlayer where Unlayer is not set up', () => {
  let app: TestApp;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    ({ app, page } = await opened(chromium, broken));
  }, 240_000);
  afterAll(() => app?.close());

  it('is read, shown and sent, and the editor is neither offered nor let in', async () => {
    const fields = { name: 'From before', subject: 'Dear {{ contact.first_name }}', editor: 'unlayer', html: '' };
    const { id } = (await app.call('POST', '/email/templates', { ...fields, design: designOf('<p>Still here</p>') }))
      .body;
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByRole('button', { name: 'An empty page' }).waitFor();
    expect(await page.getByRole('button', { name: 'Unlayer', exact: true }).count()).toBe(0);
    expect(await policy(app, `/admin/email/templates/${id}`)).not.toContain('unlayer');
    await page.goto(`/admin/email/templates/${id}`);
    await page.getByText('not set up on this installation').waitFor();
    await page.frameLocator('[data-testid=mail-frame]').getByText('Still here').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look(page, 'off');
    await page.getByRole('button', { name: 'Send me a test' }).click();
    await page.getByText('A test is on its way').waitFor();
    const sent = async () => (await app.call('GET', '/outbox')).body.items as { subject: string }[];
    await until(async () => (await sent()).some(({ subject }) => /^\[TEST\] Dear /.test(subject)));
    await page.getByRole('textbox', { name: 'Subject' }).fill('Changed');
    await until(async () => (await app.call('GET', `/email/templates/${id}`)).body.subject === 'Changed');
    expect((await app.call('GET', `/email/templates/${id}`)).body.html).toContain('Still here');
  });

  it('threw nothing and broke no policy on the way', () => expect(broken).toEqual([]));
});
