import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

describe('e-mail templates in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/purchase-leads', [{ email: 'ada@example.com', first_name: 'Ada', consent: 'subscribed' }]);
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) broken.push(message.text());
    });
    await signIn(page, app.admin, '/admin/email/templates');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const look = (name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, `templates-${name}`);
  const stored = async (id: string) => (await app.call('GET', `/email/templates/${id}`)).body;
  const make = async (more: object = {}): Promise<string> =>
    (await app.call('POST', '/email/templates', { name: 'Letter', html: '<p>Hello</p>', ...more })).body.id;
  const code = () => page.getByTestId('html-editor').getByRole('textbox', { name: 'HTML' });
  const saved = () => page.locator('[data-testid=mail-saved][data-saved=true]').waitFor();
  const open = async (id: string) => {
    await page.goto(`/admin/email/templates/${id}`);
    await code().waitFor();
  };

  it('makes one, writes it with completion, and shows it as somebody gets it', async () => {
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByLabel('Name').fill('Welcome');
    await page.getByRole('button', { name: 'HTML', exact: true }).click();
    await code().waitFor();
    const id = page.url().split('/').at(-1)!;
    await code().click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('<p>Hello {{ contact.first_n');
    await page.locator('.cm-tooltip-autocomplete li', { hasText: 'first_name' }).click();
    await page.keyboard.type(' }}</p>');
    await page.getByRole('textbox', { name: 'Subject' }).fill('News for {{ contact.first_name | default: "you" }}');
    await page.getByRole('textbox', { name: 'Preview text' }).click();
    await page.getByText('First name, or “you”').waitFor();
    await saved();
    expect(await stored(id)).toMatchObject({
      html: expect.stringMatching(/^<p>Hello \{\{ ?contact\.first_name ?\}\}/),
      subject: 'News for {{ contact.first_name | default: "you" }}',
    });
    await page.getByRole('combobox', { name: 'Preview for' }).fill('ada@example.com');
    await page.frameLocator('[data-testid=mail-frame]').getByText('Hello Ada').waitFor();
    await page.getByText('News for Ada').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('code');
  });

  it('marks a problem where it stands, and leads there', async () => {
    const id = await make({ html: '<p>One</p>\n<p>Two</p>\n' });
    await open(id);
    await code().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('<p>{{ contact.frist_name }}</p>');
    await page.locator('.cm-lintRange').first().waitFor();
    await page.getByRole('tab', { name: /Checks/ }).click();
    const typo = page.getByTestId('checks').getByRole('listitem').filter({ hasText: 'Did you mean' });
    await typo.getByRole('button', { name: 'Go there' }).click();
    expect(await code().evaluate((el) => el.contains(el.ownerDocument.activeElement))).toBe(true);
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('keeps what was typed in the last moment before one leaves', async () => {
    const id = await make();
    await open(id);
    await code().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('<p>At the last moment</p>');
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    await until(async () => (await stored(id)).html.includes('At the last moment'));
  });

  it('says that somebody else saved, keeps both, and saves mine when it is chosen', async () => {
    const id = await make();
    await open(id);
    const { version } = await stored(id);
    await app.call('PUT', `/email/templates/${id}`, {
      name: 'Letter',
      html: '<p>Hello</p>',
      subject: 'Theirs',
      version,
    });
    await page.getByRole('textbox', { name: 'Subject' }).fill('Mine');
    await page.getByText('Somebody else saved this mail').waitFor();
    expect((await stored(id)).subject).toBe('Theirs');
    await page.getByRole('button', { name: 'Save my version' }).click();
    await saved();
    expect((await stored(id)).subject).toBe('Mine');
  });

  it('offers what was not saved when one left, and restores it', async () => {
    const id = await make();
    await open(id);
    const { version } = await stored(id);
    await app.call('PUT', `/email/templates/${id}`, {
      name: 'Letter',
      html: '<p>Hello</p>',
      subject: 'Theirs',
      version,
    });
    await page.getByRole('textbox', { name: 'Subject' }).fill('Not lost');
    await page.getByText('Somebody else saved this mail').waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.goto('about:blank');
    await open(id);
    await page.getByRole('button', { name: 'Restore them' }).click();
    await saved();
    await until(async () => (await stored(id)).subject === 'Not lost');
  });

  it('keeps the two kinds of mail apart, duplicates, and deletes only what nothing uses', async () => {
    await make({ name: 'Receipt', stream: 'transactional', html: '<h1>Receipt</h1>' });
    const used = await make({ name: 'In use', html: '<h1>In use</h1>' });
    const graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'mail', type: 'send_email', config: { template_id: used } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'mail' }],
    };
    await app.call('POST', '/automations', { name: 'Uses it', graph });
    await page.goto('/admin/email/templates');
    const card = (name: string) => page.getByTestId('template-card').filter({ hasText: name });
    await card('In use').first().waitFor();
    expect(await card('Receipt').count()).toBe(0);
    await card('In use').frameLocator('iframe').getByText('In use').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('gallery');
    await page.getByRole('button', { name: 'More for In use' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText('It cannot be deleted while it is used').waitFor();
    await page.getByRole('dialog').getByRole('link', { name: 'Uses it' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete the template' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Transactional', { exact: true }).click();
    await card('Receipt').waitFor();
    expect(await card('In use').count()).toBe(0);
    await page.getByRole('button', { name: 'More for Receipt' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await code().waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the template' }).click();
    await page.getByRole('heading', { name: 'E-mail templates' }).waitFor();
    const names = (await app.call('GET', '/email/templates')).body.items.map((one: { name: string }) => one.name);
    expect(names).not.toContain('Receipt (copy)');
  });

  it('is written in a step of an automation without leaving it', async () => {
    const graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'mail', type: 'send_email', config: { subject: 'Hello', html: '<p>Before</p>' } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'mail' }],
    };
    const { body } = await app.call('POST', '/automations', { name: 'In place', graph });
    await page.goto(`/admin/automations/${body.id}?step=mail`);
    await page.getByRole('button', { name: 'Open the editor' }).click();
    await code().click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('<p>After</p>');
    await look('in-place');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.locator('[data-testid=saved][data-saved=true]').waitFor();
    const config = async () =>
      (await app.call('GET', `/automations/${body.id}`)).body.graph.nodes.find((node: any) => node.id === 'mail')
        .config;
    await until(async () => (await config()).html === '<p>After</p>');
    expect((await config()).subject).toBe('Hello');
    await page.getByText('From a template', { exact: true }).click();
    await page.getByRole('button', { name: 'New template' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('From the step');
    await page.getByRole('dialog').getByRole('button', { name: 'HTML', exact: true }).click();
    await page.getByRole('textbox', { name: 'Subject' }).last().fill('Made in place');
    await page.getByRole('button', { name: 'Done' }).click();
    await until(async () => typeof (await config()).template_id === 'string');
    expect((await stored((await config()).template_id)).subject).toBe('Made in place');
  });

  it('shows what differs between versions, restores one, and has system mail approved', async () => {
    const id = await make({ name: 'Receipt', stream: 'transactional', html: '<p>Thank you for your order.</p>' });
    await app.call('PUT', `/email/templates/${id}`, {
      name: 'Receipt',
      stream: 'transactional',
      html: '<p>Thank you for your purchase.</p>',
      version: 1,
    });
    await open(id);
    await page.getByText('Not approved').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Versions' }).click();
    const dialog = page.getByRole('dialog', { name: 'Versions' });
    await dialog.frameLocator('iframe[title="Version 1"]').getByText('order').waitFor();
    await dialog.frameLocator('iframe[title="Version 2"]').getByText('purchase').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('versions');
    await dialog.getByText('Words', { exact: true }).click();
    await dialog.getByTestId('words-difference').locator('.cm-changedText', { hasText: 'order' }).first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('difference');
    await dialog.getByRole('button', { name: 'Restore version 1' }).click();
    await code().getByText('order').waitFor();
    expect(await stored(id)).toMatchObject({ version: 3, html: '<p>Thank you for your order.</p>' });
    // What is not saved yet belongs to what is approved.
    await page.getByRole('textbox', { name: 'Subject' }).fill('Your receipt');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved', { exact: true }).waitFor();
    expect(await stored(id)).toMatchObject({ version: 4, subject: 'Your receipt', approved_at: expect.any(String) });
    await page.getByRole('textbox', { name: 'Subject' }).fill('Your receipt, thank you');
    await page.getByText('Not approved').waitFor();
  });

  it('imports MJML made elsewhere, cleaned, and says what it removed', async () => {
    await page.goto('/admin/email/templates');
    await page.getByRole('button', { name: 'New template' }).first().click();
    await page.getByRole('button', { name: 'Import HTML, MJML or Unlayer' }).click();
    await page
      .getByLabel('The mail’s source')
      .fill(
        '<mjml><mj-body><mj-section><mj-column><mj-text><p>From elsewhere</p><script>alert(1)</script></mj-text></mj-column></mj-section></mj-body></mjml>',
      );
    await look('import');
    await page.getByRole('button', { name: 'Import it' }).click();
    await page.getByText(/Removed while reading/).waitFor();
    const paper = page.frameLocator('[data-testid=paper] iframe.gjs-frame');
    await paper.getByText('From elsewhere').waitFor();
    const id = page.url().split('/').at(-1)!;
    expect(JSON.stringify((await stored(id)).design)).not.toContain('alert');
  });

  it('come with a recipe, and show a made-up person their mail, then one person after another', async () => {
    const canvas = new CanvasPage(page);
    await page.goto('/admin/automations/new');
    await page.getByTestId('recipe-abandoned-checkout').click();
    await canvas.opened();
    await look('recipe');
    const step = await canvas.openStep('first-mail');
    await step.getByTestId('mail-preview-tab').click();
    const mail = step.frameLocator('iframe');
    await mail.getByRole('heading', { name: 'You left something behind' }).waitFor();
    await step.getByRole('button', { name: 'Next person' }).click();
    await mail.getByText('Hello Ada,').waitFor();
    expect(await step.getByRole('combobox', { name: 'Preview for' }).inputValue()).toBe('ada@example.com');
    await step.getByTestId('mail-preview').getByText('Dark', { exact: true }).click();
    expect(await seriousProblems(page)).toEqual([]);
    await look('recipe-mail');
  });

  it('go from the list of recipes to live in three clicks', async () => {
    await page.goto('/admin/automations/new');
    await page.getByTestId('recipe-abandoned-checkout').click();
    const canvas = new CanvasPage(page);
    await canvas.opened();
    await page.getByTestId('publish').click();
    await canvas.publishSheet.getByText('No problems.').waitFor();
    await look('recipe-publish');
    await page.getByTestId('publish-now').click();
    await page.getByTestId('status').getByText('Live v1').waitFor();
  });

  it('threw nothing and broke no policy on the way', () => expect(broken).toEqual([]));
});
