import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, seriousProblems, testApp, type TestApp, pageAt, signIn } from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

const and = (...conditions: unknown[]) => ({ operator: 'AND', conditions });
const isLead = { field: 'type', operator: 'eq', value: 'lead' };
const tagged = (value: string) => ({ field: 'tags', operator: 'contains', value });

describe('smart lists in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/purchase-leads', [
      { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', tags: ['vip'], country: 'GB' },
      { email: 'grace@example.com', first_name: 'Grace', last_name: 'Hopper', country: 'US' },
      { email: 'mary@example.com', first_name: 'Mary', last_name: 'Shelley', tags: ['vip'], country: 'GB' },
    ]);
    await app.call('POST', '/profiles', { email: 'alan@example.com', first_name: 'Alan', last_name: 'Turing' });
    await app.call('POST', '/activities', {
      contact_email: 'ada@example.com',
      type: 'page_view',
      metadata: { page: '/pricing' },
    });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const make = async (body: object): Promise<string> => (await app.call('POST', '/smart-lists', body)).body.id;
  const handle = (row: string) => page.getByRole('button', { name: `Move ${row}`, exact: true });
  const row = (pointer: string) => page.locator(`.rule-row[data-pointer="${pointer}"]`);
  const choose = async (within: Locator | Page, name: string, option: string | RegExp) => {
    await within.getByRole('combobox', { name, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  /** The rule as it would be stored, read under JSON. */
  const asJson = async () => {
    await page.getByText('JSON', { exact: true }).click();
    const rule = JSON.parse(await page.getByLabel('The rule as JSON').inputValue());
    await page.getByText('Rows', { exact: true }).click();
    return rule;
  };
  /** A generous limit: the machine may be busy. */
  const walk = (name: string, steps: () => Promise<void>) => it(name, steps, 120_000);

  walk('counts every row and the whole, and says which rule leaves nobody', async () => {
    const id = await make({ name: 'Important leads', rules: and(isLead, tagged('vip')) });
    await page.goto(`/admin/smart-lists/${id}`);
    await row('/conditions/0').getByText('3 people on its own').waitFor();
    await row('/conditions/1').getByText('2 people on its own').waitFor();
    await page.getByText('(of 4)').waitFor();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await choose(row('/conditions/2'), 'Subject', 'Country');
    await row('/conditions/2').getByRole('combobox', { name: 'Country' }).fill('F');
    await page.getByText('No one matches.').waitFor();
    await page.getByText('The third rule removes everyone.').waitFor();
    await row('/conditions/2').getByRole('combobox', { name: 'Country' }).fill('');
    await page.getByRole('option', { name: 'GB' }).click();
    await row('/conditions/2').getByText('2 people on its own').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'lists-rows');
  });

  walk('moves, duplicates, copies and pastes rows by keys, and drags them', async () => {
    await page.goto(`/admin/smart-lists/new?rules=${encodeURIComponent(JSON.stringify(and(isLead, tagged('vip'))))}`);
    await handle('row 1').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('[aria-label=\"Move row 2\"]:focus').waitFor();
    expect(await asJson()).toEqual(and(tagged('vip'), isLead));
    // Its count makes a row taller: a drag is aimed when both have theirs.
    await row('/conditions/0').getByText('2 people on its own').waitFor();
    await row('/conditions/1').getByText('3 people on its own').waitFor();
    await handle('row 1').dragTo(row('/conditions/1'), { targetPosition: { x: 60, y: 50 } });
    expect(await asJson()).toEqual(and(isLead, tagged('vip')));
    await page.getByRole('button', { name: 'Add a group' }).click();
    // The new question asks for the cursor.
    await page.locator('[aria-label="Subject"]:focus').waitFor();
    await handle('row 2').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ControlOrMeta+d');
    await page.locator('[aria-label=\"Move row 2.2\"]:focus').waitFor();
    await page.keyboard.press('ControlOrMeta+c');
    await page.keyboard.press('Delete');
    await handle('row 1').focus();
    await page.keyboard.press('ControlOrMeta+v');
    const group = { operator: 'OR', conditions: [tagged('vip'), { field: '', operator: '' }] };
    expect(await asJson()).toEqual(and(isLead, tagged('vip'), group));
    // Across builders: what was copied here is put into the rules of another list.
    await page.getByRole('button', { name: 'More actions for this group' }).click();
    await page.getByRole('menuitem', { name: 'Copy' }).click();
    await page.getByRole('link', { name: 'Smart lists', exact: true }).click();
    await page.getByRole('link', { name: 'Important leads' }).click();
    await row('/conditions/0').getByRole('button', { name: 'More actions for this row' }).click();
    await page.getByRole('menuitem', { name: 'Paste below' }).click();
    await page.getByRole('group', { name: 'Any of these' }).waitFor();
    expect(await asJson()).toEqual(and(isLead, group, tagged('vip')));
  });

  walk('offers metadata that was seen, and points at what is wrong in JSON', async () => {
    await page.goto('/admin/smart-lists/new');
    await choose(row('/conditions/0'), 'Subject', /^Activity/);
    await page.getByRole('combobox', { name: 'Activity type' }).click();
    await page.getByRole('option', { name: 'page_view' }).click();
    await page.getByRole('button', { name: 'where…' }).click();
    await page.getByRole('combobox', { name: 'Part of the metadata' }).click();
    await page.getByRole('option', { name: 'page', exact: true }).click();
    await page.getByRole('combobox', { name: 'page', exact: true }).click();
    await page.getByRole('option', { name: '/pricing' }).click();
    await page.getByText('1 person on its own').waitFor();
    await page.getByText('JSON', { exact: true }).click();
    const editor = page.getByLabel('The rule as JSON');
    await editor.fill(JSON.stringify(and(isLead, { field: 'tags', operator: 'contains', value: 7 })));
    await page.getByRole('alert').getByText('/conditions/1/value').waitFor();
    await page.getByText('Rows', { exact: true }).click();
    await page.getByText('JSON', { exact: true }).click();
    expect(await editor.inputValue()).toContain('"value":7');
    const not = { operator: 'NOT', conditions: [tagged('vip')] };
    await editor.fill(JSON.stringify(and(isLead, not)));
    await page.getByText('This rule is valid.').waitFor();
    await page.getByText('Rows', { exact: true }).click();
    await page.getByText('Advanced rule. Edit it under JSON.').waitFor();
    expect(await asJson()).toEqual(and(isLead, not));
  });

  walk('lets a viewer check a person in rules that only others may change', async () => {
    const viewer = { email: 'viewer@example.com', password: 'a password for tests' };
    await app.call('POST', '/staff', { ...viewer, name: 'Vera', role: 'viewer' });
    const { body } = await app.call('GET', '/smart-lists?q=important');
    await page.context().clearCookies();
    await signIn(page, viewer);
    await page.goto(`/admin/smart-lists/${body.items[0].id}`);
    await row('/conditions/1').getByText('2 people on its own').waitFor();
    expect(await row('/conditions/0').getByRole('combobox', { name: 'Subject' }).isDisabled()).toBe(true);
    expect(await handle('row 1').count()).toBe(0);
    await page.getByRole('button', { name: 'Check a person' }).click();
    await page.getByRole('combobox', { name: 'Person to check' }).fill('grace');
    await page.getByRole('option', { name: /Grace Hopper/ }).click();
    await page.getByText('The rules do not match').waitFor();
    await page.locator('.proof [data-met=false]', { hasText: 'who are tagged “vip”' }).waitFor();
    await page.context().clearCookies();
    await signIn(page, app.admin);
  });

  walk('sorts lists into folders, copies them, and does not delete one that is used', async () => {
    const used = await make({ name: 'Used', rules: and(tagged('vip')) });
    await make({ name: 'Uses it', rules: and({ field: 'smart_list', operator: 'in', value: [used] }) });
    await page.goto('/admin/smart-lists');
    const more = (name: string) => page.getByRole('button', { name: `More actions for ${name}`, exact: true });
    await more('Used').click();
    await page.getByRole('menuitem', { name: 'Move to a folder' }).click();
    await page.getByRole('combobox', { name: 'Folder' }).last().fill('Spring');
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await page.locator('.list-folder', { hasText: 'Spring' }).waitFor();
    await choose(page, 'Folder', 'Spring (1)');
    await page.getByRole('link', { name: 'Uses it' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Rename the folder' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Summer');
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await page.locator('.list-folder', { hasText: 'Summer' }).waitFor();
    await more('Used').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('It is used by').waitFor();
    expect(await page.getByRole('button', { name: 'Delete the list' }).isDisabled()).toBe(true);
    expect(await seriousProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await more('Used').click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { name: 'Copy of Used', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'More actions for Copy of Used' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the list' }).click();
    await page.waitForURL((url) => url.pathname === '/admin/smart-lists');
    expect((await app.call('GET', '/smart-lists?folder=Summer')).body.items).toMatchObject([{ id: used }]);
  });

  walk('takes people by name and by file, and tells whom nobody knows', async () => {
    const id = await make({ name: 'By hand', kind: 'static' });
    await page.goto(`/admin/smart-lists/${id}`);
    await page.getByRole('combobox', { name: 'Add someone' }).fill('Turing');
    await page.getByRole('option', { name: /Alan Turing/ }).click();
    await page.getByText('1 person added.').waitFor();
    await page.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('email\nada@example.com\nALAN@example.com\nnobody@example.com\n'),
    });
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('1 entry is not in the directory').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download them' }).click();
    expect((await saved).suggestedFilename()).toBe('unknown-people.csv');
    await page.getByRole('cell', { name: 'ada@example.com' }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove Alan Turing' }).click();
    await page.getByRole('cell', { name: 'alan@example.com' }).waitFor({ state: 'detached' });
    // Who is put on it and taken off is always told, so there is nothing to switch on.
    expect(await page.getByLabel('Track who joins and leaves').count()).toBe(0);
    expect((await app.call('GET', `/smart-lists/${id}`)).body).toMatchObject({ user_count: 1 });
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'lists-by-hand');
  });

  walk('starts an automation from a list, and counts rules of a step without what only a run knows', async () => {
    await page.goto('/admin/automations/new');
    await page.getByTestId('start-smart_list_entered').click();
    await page.waitForURL((url) => /^\/admin\/automations\/[0-9a-f-]{36}$/.test(url.pathname));
    const { body } = await app.call('GET', '/automations');
    const automation = (await app.call('GET', `/automations/${body.items[0].id}`)).body;
    const run = { field: 'lead', operator: 'not_enrolled' };
    const graph = {
      nodes: [...automation.graph.nodes, { id: 'only', type: 'filter', config: { rules: and(run, tagged('vip')) } }],
      edges: [{ source: automation.graph.nodes[0].id, port: 'next', target: 'only' }],
    };
    const put = { name: 'From a list', graph, base_revision: automation.revision };
    expect((await app.call('PUT', `/automations/${automation.id}`, put)).status).toBe(200);
    await page.goto(`/admin/automations/${automation.id}?step=${automation.graph.nodes[0].id}`);
    await page.getByRole('combobox', { name: 'Smart list' }).click();
    await page.getByRole('option', { name: /^Important leads/ }).waitFor();
    await page.getByRole('option', { name: /^By hand/ }).waitFor();
    await page.goto(`/admin/automations/${automation.id}?step=only`);
    await row('/conditions/1').getByText('2 people on its own').waitFor();
    await page.getByText('without conditions that depend on the run').waitFor();
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'lists-step');
  });

  walk('filters the directory by chips, and tags everyone found after asking', async () => {
    await page.goto(`/admin/directory?rules=${encodeURIComponent(JSON.stringify(and(isLead, tagged('vip'))))}`);
    await page.getByRole('button', { name: 'Remove: who are tagged “vip”' }).click();
    await page.getByRole('link', { name: 'Grace Hopper' }).waitFor();
    await page.getByRole('checkbox', { name: 'Select Grace Hopper' }).check();
    await page.getByRole('button', { name: 'Select everyone found' }).click();
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    const tags = page.getByRole('dialog').getByRole('combobox', { name: 'Tags' });
    await tags.fill('met');
    await tags.press('Enter');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('Done: 3 people changed.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    const met = (await app.call('POST', '/contacts/search', { rules: and(tagged('met')), sort: 'email' })).body.items;
    expect(met.map((person: { email: string }) => person.email)).toEqual([
      'ada@example.com',
      'grace@example.com',
      'mary@example.com',
    ]);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Country', { exact: true }).check();
    await page.getByRole('columnheader', { name: 'Country' }).waitFor();
    expect(new URL(page.url()).searchParams.get('columns')).toContain('country');
    await page.keyboard.press('Escape');
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'lists-directory');
  });

  walk('tags everyone whom a search finds, and nobody else', async () => {
    await page.goto('/admin/directory?q=a');
    await page.getByRole('checkbox', { name: 'Select Alan Turing' }).check();
    await page.getByRole('button', { name: 'Select everyone found' }).click();
    const bar = page.getByRole('region', { name: 'Selected people' });
    await bar.getByText('2 people', { exact: true }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, 'lists-search');
    await bar.getByRole('button', { name: 'Tag', exact: true }).click();
    const tags = page.getByRole('dialog').getByRole('combobox', { name: 'Tags' });
    await tags.fill('searched');
    await tags.press('Enter');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('Done: 2 people changed.').waitFor();
    const rules = and(tagged('searched'));
    const { items } = (await app.call('POST', '/contacts/search', { rules, sort: 'email' })).body;
    expect(items.map((person: { email: string }) => person.email)).toEqual(['ada@example.com', 'alan@example.com']);
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
