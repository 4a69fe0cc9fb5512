import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';

/** Answers of the server that no screen expects: a part of the page cannot be drawn, and the rest must not notice. */
describe('a part that cannot be drawn', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  /** What React could not keep to a part; empty all the way. */
  const broken: string[] = [];
  let ada: string;

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('POST', '/purchase-leads', [
      { email: 'ada@example.com', first_name: 'Ada', consent: 'subscribed' },
      { email: 'grace@example.com', first_name: 'Grace' },
    ]);
    for (const course_title of ['Light', 'Shadow'])
      await app.call('POST', '/activities', {
        contact_email: 'ada@example.com',
        type: 'checkout.abandoned',
        metadata: { course_title },
      });
    ada = (await app.call('GET', '/contacts?q=ada@example.com')).body.items[0].id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** Changes what the server answers at these addresses, until it is called. */
  const faulty = async (address: RegExp, change: (body: any) => unknown) => {
    await page.route(address, async (route) => {
      if (route.request().resourceType() === 'document') return route.fallback();
      const answer = await route.fetch();
      return route.fulfill({ response: answer, json: change(await answer.json()) });
    });
    return () => page.unroute(address);
  };
  const alert = (text: string) => page.getByRole('alert').filter({ hasText: text });

  it('is a line in the timeline; its neighbours stay, and so does the person', async () => {
    const mend = await faulty(/\/contacts\/[^/]+\/activities/, (body) => ({
      ...body,
      items: body.items.map((item: object, at: number) => (at === 0 ? { ...item, sentence: { odd: 1 } } : item)),
    }));
    await page.goto(`/admin/directory?contact=${ada}`);
    await alert('This entry could not be shown.').waitFor();
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByRole('heading', { name: 'Ada' }).waitFor();
    await drawer.getByText('Light').waitFor();
    await page.getByRole('link', { name: 'Grace' }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await mend();
  });

  it('is a row in the table of people, and comes back by trying again', async () => {
    const mend = await faulty(/\/contacts\?/, (body) => ({
      ...body,
      items: body.items.map((item: { email: string }) =>
        item.email.startsWith('ada') ? { ...item, first_name: { odd: 1 }, tags: 7 } : item,
      ),
    }));
    await page.goto('/admin/directory');
    await alert('This person could not be shown.').waitFor();
    await page.getByRole('link', { name: 'Grace' }).waitFor();
    await page.getByRole('navigation').first().waitFor();
    await mend();
    await page.reload();
    await page.getByRole('link', { name: 'Ada' }).waitFor();
  });

  it('is the profile in the drawer, above a timeline that stays', async () => {
    const mend = await faulty(/\/contacts\/[0-9a-f-]{36}$/, (body) => ({ ...body, tags: 7, consent: null }));
    await page.goto(`/admin/directory?contact=${ada}`);
    await alert('The profile could not be shown').waitFor();
    await page.getByRole('dialog', { name: 'Person' }).getByText('Light').waitFor();
    await mend();
    await alert('The profile could not be shown').getByRole('button', { name: 'Try again' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Person' }).waitFor({ state: 'detached' });
  });

  it('is the answer of one question; the heading and the way to other screens stay', async () => {
    const mend = await faulty(/\/outbox\?|\/outbox$/, () => ({ items: [{ id: 'x', state: 3 }], next_cursor: null }));
    const lists = await faulty(/\/smart-lists\?|\/smart-lists$/, () => ({ items: 'many', next_cursor: null }));
    for (const [path, heading] of [
      ['/admin/outbox', 'Outbox'],
      ['/admin/smart-lists', 'Smart lists'],
    ] as const) {
      await page.goto(path);
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await page.getByRole('alert').first().getByText('Try again').waitFor();
      expect(await page.getByRole('navigation').first().isVisible()).toBe(true);
    }
    await mend();
    await lists();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').first().waitFor({ state: 'detached' });
  });

  it('is the inspector of the editor beside a drawing that stays, whatever a draft holds', async () => {
    const odd = { a: { b: 1 } };
    const nodes = [
      { id: 'start', type: 'activity_received', config: { activity_type: odd, where: 7 } },
      { id: 'mail', type: 'send_email', config: { subject: odd, html: 5, stream: [], from: {} } },
      { id: 'filter', type: 'filter', config: { rules: { operator: 'AND', conditions: 5 } } },
      { id: 'switch', type: 'switch', config: { cases: [null, 3] } },
      { id: 'split', type: 'random_split', config: { branches: 'x' } },
      { id: 'wait', type: 'wait', config: { for: 'x' } },
      { id: 'hook', type: 'webhook', config: { url: 3, headers: [], body: 7 } },
    ];
    const edges = nodes.slice(1).map(({ id }, at) => ({ source: nodes[at]!.id, port: 'next', target: id }));
    const made = await app.call('POST', '/automations', { name: 'Odd', graph: { schema: 1, nodes, edges } });
    expect(made.status).toBe(201);
    for (const { id } of nodes) {
      await page.goto(`/admin/automations/${made.body.id}?step=${id}`);
      await page.getByTestId('editor').waitFor();
      await page.getByTestId('inspector').waitFor();
      await page.getByTestId('panel-steps').waitFor();
      expect([id, await page.getByText('This page could not be shown').count()]).toEqual([id, 0]);
    }
    const mend = await faulty(/\/smart-lists\/fields/, () => ({ fields: 7, tags: 7, attributes: 7, countries: 7 }));
    await page.goto(`/admin/automations/${made.body.id}?step=filter`);
    await alert('could not be shown').first().waitFor();
    await page.getByTestId('panel-steps').click();
    await page.getByTestId('panel-steps').waitFor();
    await mend();
  });

  it('lets nothing through to the page', () => expect(broken).toEqual([]));
});
