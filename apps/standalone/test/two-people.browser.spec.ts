import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sentenceOf, toEnglish, type Graph } from '#graph';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt, signIn } from '#testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

const password = 'a password for tests';
const exit = (id: string) => ({ id, type: 'exit', config: { reason: `because of ${id}` } });
const drawing = {
  nodes: [
    { id: 'start', type: 'manual', config: {} },
    {
      id: 'chance',
      type: 'random_split',
      config: {
        branches: [
          { id: 'a', percent: 50 },
          { id: 'b', percent: 50 },
        ],
      },
    },
    exit('left'),
    exit('right'),
  ],
  edges: [
    { source: 'start', port: 'next', target: 'chance' },
    { source: 'chance', port: 'a', target: 'left' },
    { source: 'chance', port: 'b', target: 'right' },
  ],
};

interface Person {
  context: BrowserContext;
  page: Page;
  canvas: CanvasPage;
}

describe('two people in one automation', () => {
  let app: TestApp;
  let chromium: Browser;
  let ada: Person;
  let berta: Person;
  let id: string;
  const broken: string[] = [];

  const person = async (email: string, secret: string): Promise<Person> => {
    const page = await pageAt(app.url, chromium, broken);
    await signIn(page, { email, password: secret });
    return { context: page.context(), page, canvas: new CanvasPage(page) };
  };
  const open = async (one: Person) => {
    await one.page.goto(`/admin/automations/${id}`);
    await one.canvas.opened();
  };
  const reasonIn = (one: Person) => one.canvas.inspector.getByTestId('field-reason').getByRole('textbox');
  const says = (one: Person, step: string, text: string) => one.canvas.card(step).filter({ hasText: text }).waitFor();
  /** Both drawings and the server say the same of every step. */
  const same = async () => {
    const { graph } = (await app.call('GET', `/automations/${id}`)).body as { graph: Graph };
    for (const step of graph.nodes) for (const one of [ada, berta]) await says(one, step.id, sentenceOf(step));
    for (const one of [ada, berta]) expect(await one.page.locator('.card').count()).toBe(graph.nodes.length);
  };

  /** The same of the paths between them, read as text. */
  const sameText = async () => {
    const { graph } = (await app.call('GET', `/automations/${id}`)).body as { graph: Graph };
    for (const { page } of [ada, berta]) {
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Read as text' }).click();
      expect(await page.locator('pre.prose').textContent()).toBe(toEnglish(graph));
      await page.keyboard.press('Escape');
      await page.locator('pre.prose').waitFor({ state: 'detached' });
    }
  };

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    const staff = { email: 'berta@shop.example', name: 'Berta Brecht', role: 'marketer', password };
    expect((await app.call('POST', '/staff', staff)).status).toBe(201);
    id = (await app.call('POST', '/automations', { name: 'Shared', graph: drawing })).body.id;
    chromium = await browser();
    ada = await person(app.admin.email, app.admin.password);
    berta = await person(staff.email, password);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('see each other, and each other’s changes without loading again', async () => {
    await Promise.all([open(ada), open(berta)]);
    await ada.page.getByTestId('avatars').getByRole('button', { name: 'Berta Brecht: viewing' }).waitFor();
    await ada.canvas.openStep('left');
    await berta.canvas.openStep('right');
    await berta.page.getByTestId('card-people-left').waitFor();
    await ada.page.getByTestId('card-people-right').getByText('BB').waitFor();
    await Promise.all([reasonIn(ada).fill('they bought'), reasonIn(berta).fill('they said no')]);
    const began = performance.now();
    await Promise.all([says(ada, 'right', 'they said no'), says(berta, 'left', 'they bought')]);
    process.stdout.write(`seen by the other ${Math.round(performance.now() - began)} ms after it was typed\n`);
    await Promise.all([ada.canvas.saved(), berta.canvas.saved()]);
    await same();
    await ada.page
      .getByTestId('avatars')
      .getByRole('button', { name: /^Berta Brecht: at “End: they said no”$/ })
      .waitFor();
    expect(await seriousProblems(ada.page)).toEqual([]);
    await takePictures(ada.page, process.env.CORTEX_TEST_SHOTS, 'two-people');
    await ada.canvas.undo();
    await says(berta, 'left', 'because of left');
    await same();
  }, 90_000);

  it('leave a step to whoever is busy there, until one takes it over', async () => {
    await ada.canvas.openStep('left');
    await reasonIn(ada).fill('they pay');
    await ada.canvas.saved();
    await berta.canvas.openStep('left');
    const held = berta.page.getByTestId('held');
    await held.getByText(/is changing this step\.$/).waitFor();
    expect(await reasonIn(berta).getAttribute('readonly')).not.toBeNull();
    expect(await seriousProblems(berta.page)).toEqual([]);
    await takePictures(berta.page, process.env.CORTEX_TEST_SHOTS, 'held');
    await held.getByRole('button', { name: 'Take over' }).click();
    await held.waitFor({ state: 'detached' });
    await ada.page.getByTestId('held').getByText('Berta Brecht is changing this step.').waitFor();
    await reasonIn(berta).fill('they paid');
    await ada.canvas.inspector.getByText('End: they paid.').waitFor();
    await ada.page.locator('[data-testid=field-reason] [value="they paid"]').waitFor();
    await same();
  }, 90_000);

  it('decide in a sheet that names the step when both changed it at once, and end with the same drawing', async () => {
    await berta.context.setOffline(true);
    await reasonIn(berta).fill('they paid in cash');
    await berta.canvas.openStep('right');
    await reasonIn(berta).fill('never');
    await berta.page
      .getByTestId('connection')
      .getByText(/^No connection since/)
      .waitFor();
    await ada.page.getByTestId('held').getByRole('button', { name: 'Take over' }).click();
    await reasonIn(ada).fill('they paid by card');
    await ada.canvas.saved();
    await berta.context.setOffline(false);
    await berta.page.getByRole('button', { name: 'Conflict: choose a version' }).click();
    const choice = berta.page.getByTestId('conflict-left');
    await berta.page.getByTestId('connection').waitFor({ state: 'detached' });
    await choice.getByRole('heading', { name: 'End: they paid' }).waitFor();
    expect(await choice.textContent()).toContain('Theirs End: they paid by card');
    expect(await choice.textContent()).toContain('Yours End: they paid in cash');
    expect(await berta.page.getByTestId('conflict-right').count()).toBe(0);
    expect(await seriousProblems(berta.page)).toEqual([]);
    await takePictures(berta.page, process.env.CORTEX_TEST_SHOTS, 'conflict');
    await choice.getByText('Keep yours').click();
    await berta.page.getByRole('button', { name: 'Continue' }).click();
    await berta.canvas.saved();
    await Promise.all([says(ada, 'left', 'they paid in cash'), says(ada, 'right', 'never')]);
    await same();
    await sameText();
    await ada.canvas.panel('history');
    await ada.page.getByText('no longer possible: someone else has changed it since').first().waitFor();
    await takePictures(ada.page, process.env.CORTEX_TEST_SHOTS, 'history-gone');
    expect(broken).toEqual([]);
  }, 90_000);

  it('lose nothing when a tab is killed while the other goes on', async () => {
    await berta.context.setOffline(true);
    await berta.canvas.openStep('chance');
    await berta.canvas.inspector.getByLabel('Note').fill('Half and half');
    await berta.canvas.openStep('right');
    await berta.page
      .getByTestId('connection')
      .getByText(/Your changes are kept/)
      .waitFor();
    await berta.page.close();
    await ada.canvas.openStep('left');
    await reasonIn(ada).fill('went on meanwhile');
    await ada.canvas.saved();
    await berta.context.setOffline(false);
    berta.page = await berta.context.newPage();
    berta.page.setDefaultTimeout(15_000);
    berta.page.on('pageerror', (error) => broken.push(String(error)));
    berta.canvas = new CanvasPage(berta.page);
    await open(berta);
    await berta.page.getByText('Your last changes had not been saved. They have been restored.').waitFor();
    await ada.page.locator('.note-strip', { hasText: 'Half and half' }).waitFor();
    await berta.canvas.saved();
    await same();
    expect(broken).toEqual([]);
  }, 90_000);

  it('can go on for ten minutes without a connection, then only read; what they did arrives when it is back', async () => {
    await berta.page.clock.install();
    await open(berta);
    await berta.canvas.openStep('right');
    await berta.context.setOffline(true);
    await reasonIn(berta).fill('after the storm');
    await berta.page.clock.runFor('00:05');
    const notice = berta.page.getByTestId('connection');
    await notice.getByText(/You can keep working for ten minutes\. Your changes are kept/).waitFor();
    expect(await reasonIn(berta).getAttribute('readonly')).toBeNull();
    await berta.page.clock.fastForward('10:05');
    await notice.getByText(/it is read only until the connection is back/).waitFor();
    await berta.page.locator('[data-testid=field-reason] [readonly]').waitFor();
    await takePictures(berta.page, process.env.CORTEX_TEST_SHOTS, 'cut-off');
    await berta.context.setOffline(false);
    await berta.page.clock.runFor('00:11');
    await says(ada, 'right', 'after the storm');
    await notice.waitFor({ state: 'detached' });
    await berta.page.locator('[data-testid=field-reason] [readonly]').waitFor({ state: 'detached' });
    await same();
    expect(broken).toEqual([]);
  }, 90_000);
});
