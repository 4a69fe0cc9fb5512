import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { browser, builtWeb, pageAt, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';

describe('the reference drawing, in an empty workspace', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({ worker: false });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('is drawn by keyboard alone, with at most 120 keys', async () => {
    const { keyboard } = page;
    await page.goto('/admin');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(() => {
      const counted = globalThis as any;
      counted.keys = 0;
      const held = ['Control', 'Shift', 'Alt', 'Meta'];
      counted.addEventListener('keydown', (event: any) => (counted.keys += held.includes(event.key) ? 0 : 1), true);
    });
    const palette = async (typed: string) => {
      await keyboard.press('Control+k');
      await page.locator('[data-palette]:focus').waitFor();
      await keyboard.type(typed);
    };
    /** Goes down to a line of the palette and takes it. */
    const take = async (line: string) => {
      const lines = page.locator('.commands [data-action]');
      const named = page.getByText(line, { exact: true });
      await lines.filter({ has: named }).first().waitFor();
      const at = (await lines.allInnerTexts()).findIndex((text) => text.split('\n')[0] === line);
      for (let down = 0; down < at; down += 1) await keyboard.press('ArrowDown');
      await page.locator('.commands [data-selected]').filter({ has: named }).waitFor();
      await keyboard.press('Enter');
    };
    await palette('new au');
    await take('New automation');
    await page.getByRole('heading', { name: 'What should start it?' }).waitFor();
    await palette('not ha');
    await take('Something has not happened');
    await page.locator('.drawing[data-ready=true]').waitFor();
    await palette('se');
    let written = '';
    const goOn = async (typed: string, completed: string) => {
      await keyboard.type(typed);
      written = `${written}${typed}`.replace(/\S*$/, '') + completed;
      await take(`${written} …`);
      written += ' ';
    };
    await goOn('', 'Send');
    await goOn('"You left something behind", wa', 'Wait');
    await goOn('2', '2 days');
    await goOn('', 'or until');
    await goOn('enrolled, i', 'If');
    await goOn('they e', 'enrolled');
    await goOn('e', 'End:');
    await goOn('enrolled, else se', 'Send');
    await keyboard.type('"Questions?"');
    await page.locator('.commands [data-selected]', { hasText: 'Add: Send “You left something behind”' }).waitFor();
    await keyboard.press('Enter');
    await page.getByText('Send “Questions?”').first().waitFor();
    await page.locator('[data-testid=saved][data-saved=true]').waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1);
    const { nodes, edges } = (await app.call<{ graph: Graph }>('GET', `/automations/${id}`)).body.graph;
    expect(nodes.map(({ type }) => type)).toEqual([
      ...['monitor', 'send_email', 'wait_until', 'filter', 'exit', 'send_email'],
    ]);
    expect(nodes[0]!.config).toMatchObject({ over: 'leads', lead: { older_than: { n: 30, unit: 'minutes' } } });
    expect(nodes[2]!.config).toMatchObject({ timeout: { n: 2, unit: 'days' } });
    const type = (id: string) => nodes.find((node) => node.id === id)!.type;
    expect(edges.map(({ source, port, target }) => `${type(source)} ${port} ${type(target)}`).sort()).toEqual([
      ...['filter no send_email', 'filter yes exit', 'monitor next send_email', 'send_email next wait_until'],
      ...['wait_until happened filter', 'wait_until timed_out filter'],
    ]);
    const keys = await page.evaluate(() => (globalThis as any).keys as number);
    expect(keys).toBeGreaterThan(90);
    expect(keys).toBeLessThanOrEqual(120);
    expect(broken).toEqual([]);
  }, 60_000);
});
