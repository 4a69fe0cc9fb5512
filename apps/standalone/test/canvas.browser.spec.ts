import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, testApp, type TestApp, pageAt, signIn, until, seriousProblems } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

interface Drawn {
  id: string;
  graph: {
    nodes: { id: string; type: string }[];
    edges: { source: string; port: string; target: string }[];
    sections?: { title: string; node_ids: string[] }[];
  };
}

const chain = (steps: { id: string; type: string; config: object }[]) => ({
  nodes: steps,
  edges: steps.slice(1).map((step, at) => ({ source: steps[at]!.id, port: 'next', target: step.id })),
});
const wait = (id: string, n: number) => ({ id, type: 'wait', config: { for: { n, unit: 'days' } } });
const waits = (count: number) => Array.from({ length: count }, (_, at) => wait(`w${at + 1}`, at + 1));
const start = { id: 'start', type: 'manual', config: {} };
const rules = { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'France' }] };
const filter = (id: string) => ({ id, type: 'filter', config: { rules } });

/** A start and so many steps: by tens, a split of four paths of which one ends and the others meet again. */
const splits = (steps: number) => {
  const nodes: { id: string; type: string; config: object }[] = [start];
  const edges: { source: string; port: string; target: string }[] = [];
  const cases = ['France', 'Germany', 'Italy'].map((label, at) => ({ id: `c${at}`, label, rules }));
  let open = [{ source: 'start', port: 'next' }];
  const put = (node: (typeof nodes)[number], from: typeof open) => {
    nodes.push(node);
    edges.push(...from.map((way) => ({ ...way, target: node.id })));
    open = [{ source: node.id, port: 'next' }];
  };
  for (let n = 0; nodes.length + 10 <= steps; n += 1) {
    const split = `s${n}`;
    put({ id: split, type: 'switch', config: { cases } }, open);
    put({ id: `e${n}`, type: 'exit', config: { reason: 'elsewhere' } }, [{ source: split, port: 'else' }]);
    const ends = cases.map(({ id, label }) => {
      const subject = `Questions from ${label}?`;
      put({ id: `m${n}${id}`, type: 'send_email', config: { stream: 'broadcast', subject } }, [
        { source: split, port: id },
      ]);
      put(wait(`w${n}${id}`, n + 1), open);
      return open[0]!;
    });
    put(wait(`j${n}`, 7), ends);
    put({ id: `t${n}`, type: 'update_contact', config: { add_tags: ['seen'] } }, open);
  }
  while (nodes.length < steps) put(wait(`x${nodes.length}`, nodes.length), open);
  return { nodes, edges };
};

describe('the drawing under the hands', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let canvas: CanvasPage;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    canvas = new CanvasPage(page);
    await signIn(page, app.admin);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const make = async (graph: object): Promise<string> => {
    const made = await app.call('POST', '/automations', { name: 'By hand', graph });
    expect(made.status).toBe(201);
    return made.body.id as string;
  };
  const open = async (id: string) => {
    await page.goto(`/admin/automations/${id}`);
    await canvas.opened();
  };
  const drawn = async (id: string): Promise<Drawn['graph']> =>
    ((await app.call('GET', `/automations/${id}`)).body as Drawn).graph;
  const order = async (id: string) => {
    const { edges } = await drawn(id);
    const way = ['start'];
    for (;;) {
      const next = edges.find((edge) => edge.source === way.at(-1))?.target;
      if (next === undefined || way.includes(next)) return way.join(' ');
      way.push(next);
    }
  };
  const keys = () => page.locator('.drawing-keys');

  it('moves, re-routes, removes and brings back steps by keyboard alone', async () => {
    const id = await make(chain([start, wait('a', 1), wait('b', 2), wait('c', 3)]));
    await open(id);
    await keys().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('m');
    await page.getByRole('textbox', { name: 'Move after which step?' }).fill('3 days');
    await page.keyboard.press('Enter');
    await canvas.saved();
    expect(await order(id)).toBe('start b c a');

    await page.keyboard.press('Delete');
    await canvas.saved();
    expect(await order(id)).toBe('start b c');
    await page.getByTestId('toast-undo').click();
    await canvas.saved();
    expect(await order(id)).toBe('start b c a');

    await keys().focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('r');
    const steps = page.getByRole('dialog', { name: 'Lead the path to a step' });
    await steps.getByRole('combobox').fill('1 day');
    await page.keyboard.press('Enter');
    await canvas.saved();
    expect(await order(id)).toBe('start a');
    await keys().press('Control+z');
    await canvas.saved();
    expect(await order(id)).toBe('start b c a');
    expect(broken).toEqual([]);
  }, 120_000);

  it('offers what can be done with several steps, frames them as a section and shows notes at steps', async () => {
    const id = await make(chain([start, { ...wait('a', 1), note: 'Legal asked for a day' } as never, wait('b', 2)]));
    await open(id);
    await keys().focus();
    await page.keyboard.press('Control+a');
    const bar = page.getByTestId('bulk-bar');
    await bar.getByText('3 steps').waitFor();
    await bar.getByRole('button', { name: /^Group as a section/ }).click();
    const title = page.getByLabel('Section name');
    await title.fill('The first days');
    await title.press('Enter');
    await canvas.saved();
    expect((await drawn(id)).sections).toMatchObject([{ title: 'The first days', node_ids: ['start', 'a', 'b'] }]);
    await page.locator('.note-strip', { hasText: 'Legal asked' }).waitFor();
    await page.getByTestId('panel-notes').click();
    await page.getByTestId('notes').getByText('Legal asked for a day').waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'section');
    await page.keyboard.press('Escape');
    await keys().press('Control+a');
    await bar.getByRole('button', { name: /^Duplicate/ }).click();
    await canvas.saved();
    expect((await drawn(id)).nodes).toHaveLength(5);
    expect(broken).toEqual([]);
  }, 120_000);

  it('draws few cards again while one of a hundred is dragged, and none while the drawing is moved', async () => {
    const steps = [start, ...Array.from({ length: 99 }, (_, n) => wait(`w${n}`, n + 1))];
    const id = await make({
      ...chain(steps.map((step, at) => ({ ...step, position: { x: (at % 10) * 320, y: Math.floor(at / 10) * 180 } }))),
      layout: 'free',
    });
    await open(id);
    const count = () => page.evaluate<number>('window.cortexCardRenders');
    const card = canvas.card('w1').locator('.card-top');
    await card.hover();
    await page.evaluate('window.cortexCardRenders = 0');
    const box = (await card.boundingBox())!;
    const [x, y] = [box.x + 30, box.y + 8];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 60, { steps: 60 });
    await page.mouse.up();
    await canvas.saved();
    const dragged = await count();
    await page.evaluate('window.cortexCardRenders = 0');
    const moved = page.locator('.react-flow__viewport');
    const before = await moved.getAttribute('style');
    await page.mouse.move(700, 500);
    for (let turn = 0; turn < 10; turn += 1) await page.mouse.wheel(0, 4);
    await page.locator(`.react-flow__viewport:not([style="${before}"])`).waitFor({ state: 'attached' });
    process.stdout.write(`100 steps: ${dragged} card renders in 60 drag moves, ${await count()} in 10 pans\n`);
    expect(dragged).toBeGreaterThan(0);
    expect(dragged).toBeLessThanOrEqual(120);
    expect(await count()).toBe(0);
  }, 120_000);

  it('fits a drawing into view, keeps what cards say readable from far away, and finds the way back', async () => {
    const inView = () =>
      page.evaluate<boolean>(`(() => {
        const box = document.querySelector('.drawing').getBoundingClientRect();
        return [...document.querySelectorAll('.card')].every((card) => {
          const { left, right, top, bottom } = card.getBoundingClientRect();
          return left >= box.left && right <= box.right && top >= box.top && bottom <= box.bottom;
        });
      })()`);
    const sizeOnScreen = () =>
      page.evaluate<number>(`(() => {
        const line = document.querySelector('.card-line');
        const zoom = Number(getComputedStyle(document.querySelector('.drawing')).getPropertyValue('--zoom'));
        return Math.round(parseFloat(getComputedStyle(line).fontSize) * zoom * 10) / 10;
      })()`);
    const zoom = page.getByTestId('zoom-bar');
    for (const steps of [1, 12, 71, 400]) {
      const id = await make(steps === 12 ? chain([start, ...waits(11)]) : splits(steps));
      await open(id);
      await takePictures(page, process.env.CORTEX_TEST_SHOTS, `steps-${steps}-opened`);
      await zoom.getByRole('button', { name: 'Fit' }).click();
      await until(() => page.evaluate<boolean>(`document.querySelectorAll('.card').length === ${steps}`));
      await until(inView);
      await takePictures(page, process.env.CORTEX_TEST_SHOTS, `steps-${steps}-whole`);
      if (steps < 400) expect(await seriousProblems(page)).toEqual([]);
      if (steps === 12) {
        await page.locator('.drawing[data-zoom=line]').waitFor();
        await canvas.card('w3').getByText('Wait 3 days').waitFor();
        expect(await sizeOnScreen()).toBe(12);
        await page.evaluate('window.cortexCardRenders = 0');
        await zoom.getByRole('button', { name: 'Zoom in' }).click();
        await page.locator('.drawing[data-zoom=line]').waitFor();
        await until(async () => (await sizeOnScreen()) === 12);
        expect(await page.evaluate<number>('window.cortexCardRenders')).toBe(0);
        // The drawing still moves for a moment, under the pointer too.
        const selected = page.locator('.react-flow__node.selected [data-testid="step-w3"]');
        await until(() =>
          canvas
            .card('w3')
            .click()
            .then(() => selected.isVisible()),
        );
        await zoom.getByRole('button', { name: 'Selection' }).click();
        await page.locator('.drawing[data-zoom=full]').waitFor();
        await zoom.getByText('100 %', { exact: true }).first().waitFor();
        await page.mouse.move(500, 400);
        const back = page.getByRole('button', { name: 'Back to the drawing' });
        for (let turn = 0; turn < 40 && !(await back.isVisible()); turn += 1) await page.mouse.wheel(0, 900);
        await back.click();
        await until(inView);
      }
    }
    expect(broken).toEqual([]);
  }, 240_000);

  it('folds a section to one sentence, and unfolds it for whoever looks for a step in it', async () => {
    const sections = [{ id: 'first', title: 'The first days', node_ids: ['a', 'b'] }];
    const id = await make({ ...chain([start, wait('a', 1), wait('b', 2), wait('c', 3)]), sections });
    await open(id);
    await page.getByRole('button', { name: 'Fold the section The first days' }).click();
    await page.getByTestId('section-first').getByText('The first days: 2 steps, 2 waits').waitFor();
    expect(await page.locator('.card').count()).toBe(2);
    expect(await page.locator('.react-flow__edge').count()).toBe(2);
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'folded');
    // It is kept for this automation, and for no other.
    await open(await make({ ...chain([start, wait('a', 1), wait('b', 2)]), sections }));
    await canvas.card('a').waitFor();
    await open(id);
    await page.getByTestId('section-first').waitFor();
    await page.getByTestId('panel-outline').click();
    await page.getByTestId('row-b').click();
    await canvas.card('b').waitFor();
    expect(broken).toEqual([]);
  }, 120_000);

  it('asks on which path a step is added, loses no letter, and selects again what an undo brings back', async () => {
    const joined = chain([start, filter('f'), wait('a', 1)]);
    const id = await make({
      nodes: [...joined.nodes, wait('b', 2), wait('j', 3)],
      edges: [
        { source: 'start', port: 'next', target: 'f' },
        { source: 'f', port: 'yes', target: 'a' },
        { source: 'f', port: 'no', target: 'b' },
        { source: 'a', port: 'next', target: 'j' },
        { source: 'b', port: 'next', target: 'j' },
      ],
    });
    await open(id);
    await keys().focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'a']) await page.keyboard.press(key);
    const which = page.getByRole('textbox', { name: 'On which path?' });
    await which.fill('everyone else');
    await page.keyboard.press('Enter');
    await page.keyboard.type('tag');
    const search = page.getByRole('combobox', { name: 'Search steps' });
    await until(() => page.evaluate<boolean>(`document.querySelector('.picker input')?.value === 'tag'`));
    await search.press('Enter');
    await canvas.saved();
    const added = (await drawn(id)).edges.find((edge) => edge.source === 'f' && edge.port === 'no')?.target;
    expect((await drawn(id)).nodes.find((node) => node.id === added)?.type).toBe('update_contact');

    await canvas.openStep('j');
    await keys().focus();
    await page.keyboard.press('Shift+A');
    await page.getByRole('dialog', { name: 'Add a step before' }).getByRole('option').nth(1).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Add a step before' }).waitFor({ state: 'detached' });
    await keys().press('Delete');
    await page.locator('.react-flow__node.selected [data-testid="step-a"]').waitFor();
    await keys().press('Control+z');
    await page.locator('.react-flow__node.selected [data-testid="step-j"]').waitFor();
    expect(broken).toEqual([]);
  }, 120_000);

  it('reads and sets at the start how often people enter, and asks an open question where a condition is added', async () => {
    const id = await make({
      nodes: [start, { id: 'f', type: 'filter', config: {} }],
      edges: [{ source: 'start', port: 'next', target: 'f' }],
    });
    await open(id);
    const limits = canvas.card('start').getByTestId('limits');
    await limits.getByText('Once ever').click();
    await canvas.inspector.getByRole('radio', { name: 'Each time' }).check();
    await limits.getByText('Every time').waitFor();
    await canvas.saved();
    expect(await seriousProblems(page)).toEqual([]);
    expect((await app.call('GET', `/automations/${id}`)).body.settings).toEqual({ entry: { limit: 'always' } });
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'start-limits');

    await canvas.openStep('f');
    await canvas.inspector.getByRole('button', { name: 'Add a condition' }).click();
    await until(() => page.evaluate<boolean>(`document.activeElement?.getAttribute('aria-label') === 'Subject'`));
    await canvas.card('f').getByText('Only if').first().waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'open-question');
    expect(broken).toEqual([]);
  }, 120_000);

  it('takes steps as they are written, in the one palette and below the outline, and marks what it does not understand', async () => {
    const id = await make(chain([start, wait('a', 1)]));
    await open(id);
    const command = page.getByLabel('Command', { exact: true });
    const typed = async (text: string) => {
      await page.keyboard.press('Control+k');
      // Typed at once: no letter waits for the palette to be there.
      await page.keyboard.type(text);
      await until(() =>
        page.evaluate<boolean>(`document.querySelector('[data-palette]')?.value === ${JSON.stringify(text)}`),
      );
    };
    await keys().focus();
    await typed('wait 2 days, then if not enrolled send "Questions?"');
    await page
      .getByRole('button', { name: /^Add: Wait 2 days · Only if their lead is not enrolled · Send “Questions\?”/ })
      .waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'palette-written');
    await page.keyboard.press('Enter');
    // The palette closes first, so that nothing may be unsaved yet.
    await until(async () => (await drawn(id)).nodes.length > 2);
    expect((await drawn(id)).nodes.map(({ type }) => type)).toEqual(['manual', 'wait', 'wait', 'filter', 'send_email']);

    await typed('wait 2 days, then sned "x", then end');
    await page.locator('.typed-text mark', { hasText: 'sned' }).waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'palette-not-understood');
    await command.fill('add tag after 1 day');
    await page
      .getByRole('button', { name: /^Add: Change tag or field/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await until(async () => (await drawn(id)).nodes.length > 5);
    const { nodes, edges } = await drawn(id);
    const tag = nodes.find(({ type }) => type === 'update_contact')!.id;
    expect(edges).toContainEqual({ source: 'a', port: 'next', target: tag });

    await typed('by hand');
    for (const found of ['By hand', 'Go to this step']) await page.getByText(found).first().waitFor();
    await command.fill('read as text');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Send “Questions?”').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByTestId('panel-outline').click();
    const line = page.getByTestId('write-steps');
    await line.fill('tell ada@example.com: “They asked”, then en');
    await page.getByRole('option', { name: /then End$/ }).waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'outline-written');
    await line.fill('tell ada@example.com: “They asked”, then end');
    await canvas.card('a').click();
    await page.getByText('Other steps follow here.').first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect(broken).toEqual([]);
  }, 120_000);
});
