import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recipes, type Graph } from '#graph';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt, signIn, until } from '#testing';
import type { Browser, Page } from 'playwright-core';

const recipe = recipes.find(({ id }) => id === 'abandoned-checkout');

describe('the automation editor in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  const make = async (graph: unknown = recipe?.graph): Promise<string> => {
    const { body } = await app.call('POST', '/automations', { name: 'Left behind', graph });
    return body.id as string;
  };
  const open = async (at: Page, id: string) => {
    await at.goto(`/admin/automations/${id}`);
    await at.locator('.drawing[data-ready=true]').waitFor();
  };
  const saved = (at: Page) => at.locator('[data-testid=saved][data-saved=true]').waitFor();
  const stored = async (id: string): Promise<Graph> => (await app.call('GET', `/automations/${id}`)).body.graph;
  const cards = (at: Page) => at.locator('.react-flow__node').count();
  const chosen = (at: Page) =>
    at.locator('.react-flow__node.selected').evaluateAll((all) => all.map((one) => one.getAttribute('data-id')));

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({ worker: false });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, '/admin/automations');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('proposes the case that started a keyed automation, where a wait asks only where', async () => {
    const graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.opened' } },
        {
          id: 'paid',
          type: 'wait_until',
          config: { activity_type: 'order.paid', timeout: { n: 2, unit: 'hours' } },
        },
      ],
      edges: [{ source: 'start', port: 'next', target: 'paid' }],
    };
    const settings = { entry: { limit: 'always', key: 'metadata.cart' } };
    const { body } = await app.call('POST', '/automations', { name: 'Carts', graph, settings });
    await open(page, body.id);
    await page.locator('.react-flow__node[data-id=paid]').click();
    await page.getByRole('button', { name: 'Same cart as the one that started this' }).click();
    await saved(page);
    expect((await stored(body.id)).nodes[1]!.config.where).toEqual({
      operator: 'AND',
      conditions: [{ field: 'metadata.cart', operator: 'eq', value: { entry: 'metadata.cart' } }],
    });
    expect(await page.getByRole('combobox', { name: /taken from what started this/ }).inputValue()).toBe(
      'metadata.cart',
    );
  });

  it('is complete without a mouse: walk, add, fill in, remove, undo', async () => {
    const id = await make();
    await open(page, id);
    await page.locator('.drawing-keys').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight'])
      await page.keyboard.press(key);
    expect(await chosen(page)).toEqual(['second-mail']);
    await page.keyboard.press('a');
    await page.getByRole('combobox', { name: 'Search steps' }).fill('end');
    await page.keyboard.press('Enter');
    await page.keyboard.type('written twice');
    await page.keyboard.press('Escape');
    await page.getByText('End: written twice').first().waitFor();
    expect(await page.locator('.drawing-keys').evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('Delete');
    expect(await cards(page)).toBe(6);
    await page.keyboard.press('Control+z');
    expect(await cards(page)).toBe(7);
    await saved(page);
    const graph = await stored(id);
    const end = graph.edges.find((edge) => edge.source === 'second-mail')?.target;
    expect(graph.nodes.find((node) => node.id === end)).toMatchObject({
      type: 'exit',
      config: { reason: 'written twice' },
    });
  });

  it('lets Backspace in a field alone, and asks which path survives a split', async () => {
    const id = await make();
    await open(page, id);
    await page.getByTestId('step-first-mail').locator('.card-blank').click();
    await page.keyboard.type('Hello');
    await page.keyboard.press('Backspace');
    expect(await page.getByTestId('field-subject').locator('input').inputValue()).toBe('Hell');
    expect(await cards(page)).toBe(6);
    await page.getByTestId('inspector').getByLabel('Close').click();
    await page.getByTestId('step-enrolled').locator('.card-top').click();
    await page.getByTestId('remove-step').click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /everyone else/ })
      .click();
    await saved(page);
    expect((await stored(id)).nodes.map((node) => node.id)).toEqual(['start', 'first-mail', 'wait', 'second-mail']);
  });

  it('takes a step dragged from the palette onto a path, and gives one back that is dropped elsewhere', async () => {
    const id = await make();
    await open(page, id);
    await page.getByTestId('panel-steps').click();
    const places = () =>
      Promise.all([
        page.locator('.react-flow__pane').boundingBox(),
        page.getByTestId('add-first-mail-next').boundingBox(),
      ]);
    let [pane, plus] = await places();
    // The drawing moves aside for the panel.
    await until(async () => {
      const before = JSON.stringify([pane, plus]);
      await page.evaluate('new Promise(requestAnimationFrame)');
      [pane, plus] = await places();
      return JSON.stringify([pane, plus]) === before;
    });
    if (!pane || !plus) throw new Error('The drawing has no size');
    const drop = (x: number, y: number) =>
      page.getByTestId('palette-wait').dragTo(page.locator('.react-flow__pane'), { targetPosition: { x, y } });
    await drop(40, 300);
    expect(await cards(page)).toBe(6);
    await drop(plus.x - pane.x + 30, plus.y - pane.y + 10);
    await until(async () => (await cards(page)) === 7);
    await saved(page);
    const graph = await stored(id);
    const added = graph.edges.find((edge) => edge.source === 'first-mail')?.target;
    expect(graph.nodes.find((node) => node.id === added)?.type).toBe('wait');
    expect(graph.edges.find((edge) => edge.source === added)?.target).toBe('wait');
  });

  it('connects a way out by drawing it to a card, and refuses a circle without a wait', async () => {
    const id = await make({
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'one', type: 'update_contact', config: { add_tags: ['a'] } },
        { id: 'two', type: 'update_contact', config: { add_tags: ['b'] } },
      ],
      edges: [
        { source: 'start', target: 'one' },
        { source: 'one', target: 'two' },
      ],
    });
    await open(page, id);
    const draw = async (from: string, to: string) => {
      await page.getByTestId(`step-${from}`).hover();
      const port = await page.locator(`.react-flow__handle.source[data-nodeid="${from}"]`).boundingBox();
      const card = await page.getByTestId(`step-${to}`).boundingBox();
      if (!port || !card) throw new Error('Nothing to draw between');
      await page.mouse.move(port.x + 4, port.y + 4);
      await page.mouse.down();
      await page.mouse.move(port.x + 40, port.y + 20, { steps: 4 });
      await page.mouse.move(card.x + 40, card.y + 60, { steps: 8 });
      await page.mouse.up();
    };
    await draw('two', 'one');
    await page.getByText('That would make a loop without a wait', { exact: false }).waitFor();
    await draw('start', 'two');
    await saved(page);
    expect((await stored(id)).edges.find((edge) => edge.source === 'start')?.target).toBe('two');
  });

  it('ends a path or leads it to a step that is there, by hand, by key and from the palette, and says what it refuses', async () => {
    const rules = { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'France' }] };
    const wait = (id: string, n: number) => ({ id, type: 'wait', config: { for: { n, unit: 'days' } } });
    const edge = (source: string, port: string, target: string) => ({ source, port, target });
    const id = await make({
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'tag', type: 'update_contact', config: { add_tags: ['seen'] } },
        { id: 'f', type: 'filter', config: { rules } },
        wait('a', 1),
        wait('b', 2),
      ],
      edges: [edge('start', 'next', 'tag'), edge('tag', 'next', 'f'), edge('f', 'yes', 'a'), edge('a', 'next', 'b')],
    });
    await open(page, id);
    const leads = (way: string, there = true) =>
      until(async () => {
        const { edges } = await stored(id);
        return edges.some(({ source, port, target }) => `${source}:${port}:${target}` === way) === there;
      });
    const keys = page.locator('.drawing-keys');

    // At an open end, by hand: a circle without a wait is refused with the reason.
    await page.getByTestId('add-f-no').click();
    await page.getByTestId('pick-go-to').click();
    await page.getByTestId('pick-step-tag').getByText('That would make a loop without a wait').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByTestId('pick-step-b').click();
    await leads('f:no:b');

    // On a connection, by hand and by key; what follows stays, and an undo brings the path back.
    await page.getByTestId('add-tag-next').click();
    await page.getByTestId('pick-end-here').click();
    await page.getByText('Nobody comes to 3 steps any more.').waitFor();
    await leads('tag:next:f', false);
    await keys.press('Control+z');
    await leads('tag:next:f');
    await page.getByTestId('step-f').locator('.card-top').click();
    await keys.focus();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Which path?' }).fill('everyone');
    await page.keyboard.press('Enter');
    await leads('f:no:b', false);

    // From the palette, back over a wait: the engine allows it.
    await page.getByTestId('step-b').locator('.card-top').click();
    await keys.focus();
    await page.keyboard.press('Control+k');
    await page.getByLabel('Command', { exact: true }).fill('go to: only if');
    await page.getByRole('button', { name: /^Go to: Only if/ }).waitFor();
    await page.keyboard.press('Enter');
    await leads('b:next:f');
    await keys.press('Control+z');
    await leads('b:next:f', false);

    // The end of a connector is drawn to another card.
    await page.keyboard.press('Escape');
    const boxes = await Promise.all(['a', 'b'].map((step) => page.getByTestId(`step-${step}`).boundingBox()));
    const [from, to] = [boxes[0]!, boxes[1]!];
    await page.mouse.move(from.x + from.width / 2, from.y - 5);
    await page.mouse.down();
    await page.mouse.move(from.x + from.width, from.y + 20, { steps: 4 });
    await page.mouse.move(to.x + 60, to.y + 50, { steps: 8 });
    await page.mouse.up();
    await leads('f:yes:b');
  }, 120_000);

  it('carries an automation in a file: into another draft after saying what changes, and into a new one', async () => {
    const list = await app.call('POST', '/smart-lists', { name: 'Friends', kind: 'static' });
    const source = await make({
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'put', type: 'update_list', config: { smart_list_id: list.body.id, action: 'add' } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'put' }],
    });
    const exported = JSON.stringify((await app.call('GET', `/automations/${source}/export`)).body);
    const file = (text: string) => ({
      name: 'left-behind.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    const id = await make();
    await open(page, id);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Replace with a file' }).click();
    await page.locator('input[type=file]').setInputFiles(file('{"name":1}'));
    await page.getByText('This file is not an exported automation').waitFor();
    await page.locator('input[type=file]').setInputFiles(file(exported));
    await page.getByTestId('bring-in-changes').getByText('New: Add them to “Friends”').waitFor();
    await page.getByRole('button', { name: 'Replace the draft' }).click();
    await page.getByTestId('step-put').getByText('“Friends”').waitFor();
    await saved(page);
    expect((await stored(id)).nodes.map((node) => node.id)).toEqual(['start', 'put']);
    await page.keyboard.press('Control+z');
    await page.getByTestId('step-first-mail').waitFor();

    await page.goto('/admin/automations/new');
    await page.locator('input[type=file]').setInputFiles(file(exported));
    await page.getByText('Add them to “Friends”').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Import as a draft' }).click();
    await page.getByTestId('step-put').waitFor();
  });

  it('marks a card for what only the server knows, without the publish sheet, and takes the mark away once it is fixed', async () => {
    const id = await make({
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        {
          id: 'mail',
          type: 'send_email',
          config: { stream: 'transactional', subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' },
        },
      ],
      edges: [{ source: 'start', target: 'mail' }],
    });
    await open(page, id);
    const mark = page.getByTestId('step-mail').locator('.card-mark[data-severity=blocks]');
    expect(await mark.count()).toBe(0);
    await page.getByTestId('step-mail').locator('.card-top').click();
    const subject = page.getByTestId('field-subject').locator('input');
    await subject.fill('Hello {{ contact.first_name');
    await mark.waitFor();
    expect(await mark.getAttribute('title')).toMatch(/not closed/);
    await subject.fill('Hello {{ contact.first_name }}');
    await mark.waitFor({ state: 'detached' });
  });

  it('shows the same as a list on a small screen', async () => {
    const id = await make();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/admin/automations/${id}`);
    await page.getByTestId('row-wait').click();
    await page.getByTestId('field-timeout').waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('keeps its buttons at 1024 beside a long name, which begins at its own side', async () => {
    const id = await make();
    const { body } = await app.call('GET', `/automations/${id}`);
    const operations = [{ op: 'rename', name: 'ברוכים הבאים לקורס התכנות המתקדם שלנו למתחילים ולמנוסים (2026)' }];
    await app.call('POST', `/automations/${id}/operations`, { base_revision: body.revision, operations });
    await page.setViewportSize({ width: 1024, height: 768 });
    await open(page, id);
    const direction = `getComputedStyle(document.querySelector('.bar-name')).direction`;
    expect(await page.evaluate<string>(direction)).toBe('rtl');
    const cut = await page
      .locator('.bar button')
      .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
    expect(cut).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('is accessible in every mode, with a step open, light and dark, on a phone and at 200 %', async () => {
    const id = await make();
    const modes = ['test', 'live', 'history'] as const;
    const sizes = [
      { width: 1440, height: 900 },
      { width: 720, height: 450 },
      { width: 390, height: 844 },
    ];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const size of sizes) {
        await page.setViewportSize(size);
        const wide = size.width > 900;
        const shown = page.locator(wide ? '.drawing[data-ready=true]' : '.canvas-list');
        await page.goto(`/admin/automations/${id}`);
        await shown.waitFor();
        expect(await seriousProblems(page)).toEqual([]);
        await (wide ? page.getByTestId('step-wait').locator('.card-top') : page.getByTestId('row-wait')).click();
        await page.getByTestId('field-timeout').waitFor();
        expect(await seriousProblems(page)).toEqual([]);
        for (const mode of modes) {
          await page.goto(`/admin/automations/${id}?mode=${mode}`);
          await page.getByLabel('Mode', { exact: true }).first().waitFor();
          await page.locator('.skeleton').waitFor({ state: 'detached' });
          expect([mode, size.width, ...(await seriousProblems(page))]).toEqual([mode, size.width]);
        }
      }
    }
    await page.setViewportSize(sizes[0]!);
    expect(broken).toEqual([]);
  }, 240_000);
});
