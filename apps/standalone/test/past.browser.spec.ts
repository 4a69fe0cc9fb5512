import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import {
  browser,
  builtWeb,
  pipeline,
  seriousProblems,
  testApp,
  type Pipeline,
  type TestApp,
  pageAt,
  signIn,
} from '#testing';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

const DAY = 86_400_000;
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });

describe('looking back: replay, versions, test and why not', () => {
  let app: TestApp;
  let engine: Pipeline;
  let chromium: Browser;
  let page: Page;
  let canvas: CanvasPage;
  let id: string;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({
      env: { CORTEX_SENDER: 'The Shop <shop@shop.test>', CORTEX_POSTAL_ADDRESS: '1 Main Street' },
    });
    engine = await pipeline(app.database);
    await past();
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    canvas = new CanvasPage(page);
    await signIn(page, app.admin);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const look = (name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, name);
  const call = (method: string, path: string, body?: unknown) => app.call(method, path, body);

  /** A month in which twelve people left their carts; every third of them is from Germany. */
  async function past(): Promise<void> {
    const activities = [];
    for (let n = 0; n < 12; n += 1) {
      const email = `person${n}@example.com`;
      await engine.lead(email);
      const at = new Date(Date.now() - (3 + 2 * n) * DAY).toISOString();
      activities.push({
        contact_email: email,
        type: 'cart.left',
        metadata: { total: 10 * n },
        occurred_at: at,
        history: true,
      });
    }
    await app.database.run(
      `update public.purchase_leads set country = case when right(split_part(email::text, '@', 1), 1) in ('0', '3', '6', '9') then 'DE' else 'FR' end,
         created_at = cortex.now() - interval '60 days'`,
    );
    // They always lived there: without this the replay would know that nobody's country was known until today.
    await app.database.run("delete from public.crm_activities where type = 'contact.updated'");
    await call('POST', '/activities', activities);
    const made = await call('POST', '/automations', { name: 'Left carts', graph: drawing(2) });
    id = made.body.id;
  }

  const drawing = (days: number): Graph => ({
    schema: 1,
    nodes: [
      {
        id: 'start',
        type: 'activity_received',
        config: { activity_type: 'cart.left', rules: all({ field: 'country', operator: 'in', value: ['DE', 'FR'] }) },
      },
      { id: 'pause', type: 'wait', config: { for: { n: days, unit: 'days' } } },
      { id: 'german', type: 'filter', config: { rules: all({ field: 'country', operator: 'eq', value: 'DE' }) } },
      {
        id: 'mail',
        type: 'send_email',
        config: {
          subject: 'Still there',
          html: '<p>Hello</p><p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>',
          stream: 'broadcast',
        },
      },
    ],
    edges: [
      { source: 'start', port: 'next', target: 'pause' },
      { source: 'pause', port: 'next', target: 'german' },
      { source: 'german', port: 'yes', target: 'mail' },
    ],
  });

  it('shows on the publish sheet what the last thirty days would have been, and publishes', async () => {
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
    const sheet = await canvas.openPublish();
    await sheet.locator('[data-testid=backtest][data-status=completed]').waitFor();
    expect(await sheet.getByTestId('backtest-sum').textContent()).toBe('12 people would have entered, 5 e-mails.');
    expect(await sheet.getByTestId('backtest-without').textContent()).toContain('7 got none');
    expect(await sheet.getByTestId('publish-unseen').count()).toBe(0);
    await look('replay');
    await sheet.getByText('Every step and path').click();
    expect(await sheet.getByTestId('backtest-paths').textContent()).toContain('if so: 5');
    await sheet.getByTestId('backtest-samples').locator('summary').first().click();
    expect(await sheet.getByTestId('backtest-samples').locator('li').count()).toBeGreaterThanOrEqual(3);
    await look('replay-samples');
    await sheet.getByLabel('Note for this version').fill('The first one');
    await sheet.getByTestId('publish-now').click();
    await sheet.waitFor({ state: 'detached' });
    await page
      .getByTestId('status')
      .getByText(/^Live v1/)
      .waitFor();
  });

  it('says figure by figure what an edit changed, and replays again when an assumption is changed', async () => {
    const { body } = await call('GET', `/automations/${id}`);
    const graph = drawing(2);
    graph.nodes[0]!.config = {
      ...graph.nodes[0]!.config,
      rules: all({ field: 'country', operator: 'eq', value: 'DE' }),
    };
    graph.nodes.push(
      { id: 'day', type: 'wait', config: { for: { n: 1, unit: 'days' } } },
      {
        id: 'clicked',
        type: 'filter',
        config: { rules: all({ field: 'step', node_id: 'mail', operator: 'clicked' }) },
      },
      { ...graph.nodes.find((node) => node.id === 'mail')!, id: 'again' },
    );
    graph.edges.push(
      { source: 'mail', port: 'next', target: 'day' },
      { source: 'day', port: 'next', target: 'clicked' },
      { source: 'clicked', port: 'no', target: 'again' },
    );
    await call('PUT', `/automations/${id}`, { base_revision: body.revision, graph });
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
    await canvas.card('again').waitFor();
    const sheet = await canvas.openPublish();
    const part = sheet.getByTestId('backtest');
    const completed = sheet.locator('[data-testid=backtest][data-status=completed]');
    await completed.waitFor();
    const line = (key: string) => part.getByTestId(`compare-${key}`).locator('th, td').allTextContents();
    expect(await line('people')).toEqual(['People who would have entered', '12', '→ 5', '▼ −7']);
    expect(await line('messages')).toEqual(['E-mails', '5', '→ 10', '▲ +5']);
    expect(await line('german-no')).toEqual([expect.stringContaining('everyone else'), '7', '→ 0', '▼ −7']);
    expect(await part.getByTestId('compare-german-yes').count()).toBe(0);
    expect(await part.getByTestId('backtest-before').textContent()).toContain('before the last changes');
    expect(await seriousProblems(page)).toEqual([]);
    await look('replay-compared');

    await part.getByText(/^Assumptions/).click();
    const clicks = part.getByTestId('assumed-mail_clicked');
    expect(await clicks.textContent()).toContain('5 decisions depended on it');
    await clicks.getByRole('textbox').fill('100');
    await clicks.getByRole('textbox').press('Enter');
    await part.getByText('5 people would have entered, 5 e-mails.').waitFor();
    expect(await part.getByText(/^Assumptions/).textContent()).toContain('1 changed');
    expect(await clicks.getByRole('textbox').inputValue()).toBe('100%');
    await part.getByRole('button', { name: 'Reset to the usual assumptions' }).scrollIntoViewIfNeeded();
    expect(await seriousProblems(page)).toEqual([]);
    await look('replay-assumed');
    const { items } = (await call('GET', `/automations/${id}/backtests`)).body;
    expect(items.slice(0, 2).map((each: { assume: { clicked: number } }) => each.assume.clicked)).toEqual([100, 0]);
    expect(items[0].from).toBe(items[1].from);

    await part.getByRole('button', { name: 'Reset to the usual assumptions' }).click();
    await part.getByText('5 people would have entered, 10 e-mails.').waitFor();
    expect((await call('GET', `/automations/${id}/backtests`)).body.items).toHaveLength(items.length);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
  });

  it('draws in Live the version that runs, not the draft', async () => {
    const { body } = await call('GET', `/automations/${id}`);
    const graph = drawing(5);
    graph.nodes.push({ id: 'tag', type: 'update_contact', config: { add_tags: ['reminded'] } });
    graph.edges.push({ source: 'mail', port: 'next', target: 'tag' });
    await call('PUT', `/automations/${id}`, {
      base_revision: body.revision,
      graph,
      settings: { entry: { limit: 'always', cooldown: { n: 7, unit: 'days' } } },
    });
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
    await canvas.card('tag').waitFor();
    await page.getByText('Live', { exact: true }).click();
    await canvas.card('tag').waitFor({ state: 'detached' });
    expect(await canvas.card('pause').textContent()).toContain('2 days');
  });

  it('says why somebody would not enter, rule by rule, with the smallest change', async () => {
    await engine.lead('elsewhere@example.com');
    await page.getByRole('combobox', { name: 'Look up a person', exact: true }).fill('elsewhere@example.com');
    await page.getByTestId('why-not').click();
    const said = page.getByTestId('explanation');
    await said.getByText('They would not enter.').waitFor();
    expect(await said.textContent()).toContain('It would change if their country');
    await look('why-not');
  });

  it('answers the same from the person’s side, by keyboard alone, with the words of the version that runs', async () => {
    const { body } = await call('GET', '/contacts?q=elsewhere@example.com');
    await page.goto(`/admin/directory?contact=${body.items[0].id}`);
    const ask = page.getByTestId('ask-why-not');
    await ask.focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=why-not-in] input:focus').waitFor();
    await page.keyboard.type('left');
    await page.getByRole('option', { name: 'Left carts' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const said = page.getByTestId('why-not-in').getByTestId('explanation');
    await said.getByText('They would not enter.').waitFor();
    expect(await said.textContent()).toContain('It would change if their country');
    await said.locator('.proof [data-met=false]').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('why-not-in-drawer');
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
  });

  it('tries the draft on somebody made up, step by step, and says what differs after an edit', async () => {
    await page.getByTestId('test').click();
    await page.getByTestId('test-run').click();
    await page.getByTestId('test-next').waitFor();
    expect(await page.getByTestId('test-steps').locator('li').count()).toBe(1);
    await page.getByTestId('test-next').click();
    expect(await page.getByTestId('test-next').textContent()).toBe('Skip the wait');
    await page.getByTestId('test-all').click();
    await page.getByTestId('test-end').waitFor();
    expect(await page.getByTestId('test-end').textContent()).toBe('Finished. 0 e-mails would have been sent.');
    await look('test');
    await page.getByText('A person', { exact: true }).click();
    await page.getByTestId('test-panel').getByRole('combobox', { name: 'Person' }).fill('person3@example.com');
    await page.getByTestId('test-run').click();
    await page.getByTestId('test-differs').waitFor();
    await page.getByTestId('test').click();
  });

  it('compares versions in sentences and on the drawing, and brings an old one back as draft', async () => {
    await page.getByText('History', { exact: true }).click();
    const changes = page.getByTestId('version-changes');
    await changes.waitFor();
    const said = await changes.locator('li').allTextContents();
    expect(said).toContain('Wait 2 days → Wait 5 days.');
    expect(said).toContain('New: Add the tag “reminded”.');
    expect(said).toContain('Who may come in again: once → every time, with 7 days between.');
    expect(await page.getByTestId('mark-pause').textContent()).toBe('Changed Was: Wait 2 days');
    expect(await page.getByTestId('mark-tag').textContent()).toBe('New');
    expect(await page.getByTestId('version-1').textContent()).toContain('The first one');
    const at = page.getByTestId('change-at');
    for (let n = 1; n <= said.length; n += 1) {
      await page.keyboard.press('n');
      await at.getByText(`Change ${n} of ${said.length}`).waitFor();
      const spoken = page.locator('[aria-live=polite]', { hasText: `Change ${n} of ${said.length}: ${said[n - 1]}` });
      await spoken.waitFor({ state: 'attached' });
      if (said[n - 1] === 'New: Add the tag “reminded”.')
        await page.locator('.react-flow__node.selected [data-testid="step-tag"]').waitFor();
    }
    await page.getByRole('button', { name: 'Next change' }).click();
    await at.getByText(`Change 1 of ${said.length}`).waitFor();
    await page.keyboard.press('p');
    await at.getByText(`Change ${said.length} of ${said.length}`).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await look('history');
    await page.getByTestId('version-1').click();
    await page.getByTestId('restore').click();
    await canvas.card('tag').waitFor({ state: 'detached' });
    await canvas.saved();
    const { body } = await call('GET', `/automations/${id}`);
    expect(body.graph.nodes.map((node: { id: string }) => node.id)).toEqual(['start', 'pause', 'german', 'mail']);
    expect(broken).toEqual([]);
  });
});
