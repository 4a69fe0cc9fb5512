import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';

const ANN = 'ann@quiz.example';
const SCRIPT = '<img src=x onerror="document.title=\'harm\'">';

describe('Settings, Sources', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let part: Locator;
  let key: string;
  const broken: string[] = [];
  const post = (body: unknown) => app.call('POST', '/activities', body, { key });

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    key = (await app.call('POST', '/api-keys', { name: 'The shop', kind: 'server', scopes: ['ingest'] })).body.key;
    await post({ contact_email: ANN, type: 'quiz.finished', metadata: { note: SCRIPT } });
    await post({ contact_email: ANN, type: 'Quiz Finished', note: SCRIPT });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, '/admin/settings');
    part = page.locator('#sources');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  it('shows each source, and what was refused as text', async () => {
    const row = part.getByRole('row', { name: /The shop/ });
    await row.getByText('1 body in 24 hours').waitFor();
    await row.getByRole('button', { name: 'Show rejects' }).click();
    const rejects = part.getByRole('region', { name: 'Rejects of The shop' });
    await rejects.getByText('Body', { exact: true }).first().click();
    await rejects.getByText(SCRIPT.slice(0, 12)).first().waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect(await page.title()).not.toBe('harm');
    await row.getByRole('button', { name: 'Hide rejects' }).click();
  });

  it('asks once what a new type is called', async () => {
    const form = part.getByRole('form', { name: 'Label of “Quiz finished”' });
    await form.getByRole('textbox').fill('Finished the quiz');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    const { items } = (await app.call('GET', `/activities?type=quiz.finished`)).body;
    expect(items[0].sentence).toBe('Finished the quiz');
  });

  it('calls it so where rules speak of it, finds it by either, and shows the type to who points at it', async () => {
    const rules = {
      operator: 'AND',
      conditions: [{ field: 'activity', activity_type: 'quiz.finished', operator: 'count_gte', value: 1 }],
    };
    const { id } = (await app.call('POST', '/smart-lists', { name: 'Quizzed', kind: 'rules', rules })).body;
    const list = await page.context().newPage();
    await list.goto(`${app.url}/admin/smart-lists/${id}`);
    const sentence = (of: string) => list.getByText(`People who have done “${of}” at least once`).waitFor();
    await sentence('Finished the quiz');
    const input = list.getByRole('combobox', { name: 'Activity type' });
    expect([await input.inputValue(), await input.getAttribute('title')]).toEqual([
      'Finished the quiz',
      'quiz.finished',
    ]);
    await input.fill('page_view');
    await sentence('Viewed a page');
    await input.fill('quiz.fin');
    await list.getByRole('option', { name: 'Finished the quiz quiz.finished' }).click();
    await sentence('Finished the quiz');
    await list.close();
  });

  it('shows what comes in, filtered, and stands still while it is paused', async () => {
    const tail = part.getByRole('region', { name: 'What comes in now' });
    await tail.getByLabel('Type').fill('quiz.finished');
    await tail.getByRole('button', { name: 'Watch' }).click();
    await tail.getByText('Watching.').waitFor();
    const rows = tail.locator('.live-rows > li');
    await until(async () => (await rows.count()) === 1);
    await rows.first().locator('summary').click();
    await rows.first().getByText(SCRIPT.slice(0, 12)).waitFor();
    await tail.getByRole('button', { name: 'Pause' }).click();
    await post({ contact_email: ANN, type: 'page_view' });
    await post({ contact_email: ANN, type: 'quiz.finished' });
    await tail.getByRole('button', { name: 'Go on, 1 new' }).click();
    await until(async () => (await rows.count()) === 2);
    // What is refused comes in as well, with why and its body, as text.
    await post({ contact_email: ANN, type: 'quiz.finished', note: SCRIPT });
    const refused = tail.locator('.live-reject', { hasText: 'The shop' });
    await refused.locator('summary').click();
    await refused.getByText(SCRIPT.slice(0, 12)).waitFor();
    await tail.getByText('Recorded', { exact: true }).click();
    await refused.waitFor({ state: 'detached' });
    await tail.locator('label', { hasText: 'Refused' }).click();
    await until(async () => (await rows.count()) === 1);
    expect(await page.title()).not.toBe('harm');
    expect(await seriousProblems(page)).toEqual([]);
    await tail.getByRole('button', { name: 'Stop' }).click();
  });

  it('captures a sample of an inbound webhook, maps it by clicks, tries it and switches it on', async () => {
    await part.getByRole('button', { name: 'New inbound webhook' }).click();
    await part.getByLabel('Name').fill('Quiz page');
    await part.getByRole('button', { name: 'Create the webhook' }).click();
    const url = await part.locator('code', { hasText: '/in/cx_in_' }).innerText();
    const send = () =>
      app.call('POST', new URL(url).pathname, { who: { mail: ANN }, score: 7, id: 'q1' }, { key: null });
    const setup = part.getByRole('region', { name: 'Inbound webhook' });
    await setup.getByText('Waiting for a sample').waitFor();
    await send();
    await setup.getByLabel('Type of each activity').fill('quiz.sent');
    await setup.getByRole('button', { name: /^\/who\/mail/ }).click();
    await setup.getByText('Metadata', { exact: true }).click();
    await setup.getByRole('button', { name: /^\/score/ }).click();
    await setup.getByText('Id', { exact: true }).click();
    await setup.getByRole('button', { name: /^\/id/ }).click();
    await setup.getByRole('button', { name: 'Try it' }).click();
    await setup.getByText(`of ${ANN}`).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await setup.getByRole('button', { name: 'Switch on' }).click();
    await setup.getByText('It is on').waitFor();
    expect((await send()).body.status).toBe('accepted');
    const { items } = (await app.call('GET', '/activities?type=quiz.sent')).body;
    expect(items).toMatchObject([{ contact_email: ANN, metadata: { score: 7 } }]);
    expect(broken).toEqual([]);
  });
});
