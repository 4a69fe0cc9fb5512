import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { recipes } from '#graph';
import { readConfig, Vault } from '#platform';
import { browser, builtWeb, pipeline, testApp, type Pipeline, type TestApp, pageAt } from '#testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { seedDemoAutomations } from '../src/demo/seed-automation.js';
import { seedDemo } from '../src/demo/seed.js';
import { CanvasPage } from './canvas.page.js';
import { takePictures } from './pictures.js';

const firstMail = {
  subject: 'You left something behind',
  html: '<p>Hello {{ contact.first_name | default: "there" }},</p><p>{{ lead.course_title | default: "your course" }} still waits.</p><p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p><p>{{ workspace.postal_address }}</p>',
};
const secondMail = {
  subject: 'Any questions?',
  html: '<p>Just answer this mail.</p><p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p><p>{{ workspace.postal_address }}</p>',
};
const atOnce = {
  subject: 'Your seat in {{ activity.metadata.course_title }}',
  html: '<p>We keep it for a day.</p><p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p><p>{{ workspace.postal_address }}</p>',
};

interface MessageRow {
  id: string;
  contact_email: string;
  node_id: string;
  state: string;
  reason: string | null;
}

describe('a new user’s first automation, from sign-in to the mail', () => {
  let app: TestApp;
  let engine: Pipeline;
  let chromium: Browser;
  let context: BrowserContext;
  let page: Page;
  let canvas: CanvasPage;
  /** The automation from the recipe, the one drawn by hand, and the course that was left in the checkout. */
  let [reminder, reaction] = ['', ''];
  let course: string;
  const leads = new Map<string, string>();
  const broken: string[] = [];
  let lost: string | undefined;

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({
      env: { CORTEX_SENDER: 'The Shop <shop@shop.test>', CORTEX_POSTAL_ADDRESS: '1 Main Street' },
    });
    await seedDemo(app.database);
    await seedDemoAutomations(app.database, new Vault(app.database, readConfig({})));
    engine = await pipeline(app.database);
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken, { timezoneId: 'Europe/Berlin' });
    context = page.context();
    canvas = new CanvasPage(page);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** One step of the way: where an earlier one failed, the rest say so at once. */
  const step = (name: string, walk: () => Promise<void>) =>
    it(
      name,
      async () => {
        if (lost) throw new Error(`Not walked: the step “${lost}” failed.`);
        lost = name;
        await walk().catch(async (error: unknown) => {
          await look('failed');
          throw error;
        });
        lost = undefined;
      },
      60_000,
    );
  const look = (name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, name);

  /** Reads again and again until it is as wanted; answers what was read last. */
  const until = async <T>(read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const value = await read();
      if (wanted(value) || Date.now() > deadline) return value;
      await pause(50);
    }
  };
  const messages = (automation: string) =>
    app.database.rows<MessageRow>(
      `select id, contact_email::text, node_id, state, reason from cortex.messages
       where automation_id = $1 order by contact_email, created_at`,
      [automation],
    );
  const settled = (rows: MessageRow[]) => rows.every(({ state }) => !['queued', 'submitting'].includes(state));
  const briefly = (rows: MessageRow[]) => rows.map((row) => `${row.contact_email} ${row.node_id} ${row.state}`);
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as any };
  };

  step('signs in and finds the sample shop, marked as such, and what is still to be set up', async () => {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill(app.admin.email);
    await page.locator('input[name=password]').fill(app.admin.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => url.pathname === '/admin');
    await page.getByText('This workspace contains demo data').waitFor();
    await page.getByRole('heading', { name: 'Getting started' }).waitFor();
    await page.getByText('Connect Postmark', { exact: true }).waitFor();
    await look('1-home');
    await page.getByRole('link', { name: 'Abandoned checkout (sample)' }).waitFor();
    await page.goto('/admin/directory');
    await page.locator('tbody tr').first().waitFor();
    expect(await page.locator('tbody tr').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('@example.com')]),
    );
  });

  step('pauses the sample automation, so that only the user’s own ones write', async () => {
    await page.goto('/admin/automations');
    await page.getByRole('link', { name: 'Abandoned checkout (sample)' }).click();
    await canvas.opened();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByTestId('status').getByText('Paused').waitFor();
    expect((await app.call('GET', '/automations?status=paused')).body.items).toHaveLength(1);
  });

  step('writes the mails of a recipe’s drawing, told what is missing until nothing is', async () => {
    const { body } = await post('/courses', { title: 'Photography 101', price_minor: 4900, currency: 'EUR' });
    course = body.results[0].id;
    const before = new Date(Date.now() - 3_600_000).toISOString();
    await post('/purchase-leads', {
      ...{ email: 'early@journey.test', consent: 'subscribed', course_id: course, created_at: before },
    });
    const { graph, settings } = recipes.find(({ id }) => id === 'abandoned-checkout')!;
    const blank = await post('/automations', { name: 'Blank', graph, settings });
    await page.goto(`/admin/automations/${blank.body.id}`);
    reminder = await canvas.opened();
    await canvas.rename('Left at the checkout');
    await canvas.panel('problems');
    await canvas.problems.getByText('Blocks publishing · 4').waitFor();
    await look('2-missing');
    expect(await canvas.problems.getByRole('button').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/Send e-mail[^]*Write the mail/)]),
    );

    await canvas.writeMail('first-mail', firstMail);
    await canvas.problems.getByText('Blocks publishing · 2').waitFor();
    await canvas.inspector.getByTestId('mail-preview-tab').click();
    await canvas.inspector.getByLabel('Preview for').fill('early@journey.test');
    await canvas.inspector.frameLocator('iframe').getByText('Photography 101 still waits.').waitFor();
    await look('3-preview');
    await canvas.writeMail('second-mail', secondMail);
    await canvas.problems.getByText('No problems. It can be published.').waitFor();
    await canvas.panel('problems');
  });

  step('edits every other step, takes it back and does it again, and keeps it', async () => {
    const start = await canvas.openStep('start');
    await start.getByLabel('At least this old, number').fill('45');
    await canvas.card('start').getByText('45 minutes').waitFor();
    const wait = await canvas.openStep('wait');
    await wait.getByLabel('At most, number').fill('3');
    await canvas.card('wait').getByText('3 days').waitFor();
    await canvas.undo();
    await canvas.card('wait').getByText('2 days').waitFor();
    await canvas.redo();
    await canvas.card('wait').getByText('3 days').waitFor();
    await canvas.undo();
    await canvas.undo();
    await canvas.card('start').getByText('30 minutes').waitFor();
    const question = await canvas.openStep('enrolled');
    await question.getByLabel('Note').fill('Looked at again, for it may have happened while the wait ran out.');
    const end = await canvas.openStep('end');
    await end.getByLabel('Reason').fill('they enrolled');
    await canvas.card('end').getByText('they enrolled').waitFor();
    await canvas.saved();
    await page.reload();
    await canvas.opened();
    await canvas.card('end').getByText('they enrolled').waitFor();
    const { body } = await app.call('GET', `/automations/${reminder}`);
    expect(body.name).toBe('Left at the checkout');
    expect(body.problems).toEqual([]);
    const kept = Object.fromEntries(body.graph.nodes.map((node: any) => [node.id, node]));
    expect(kept.wait.config.timeout).toEqual({ n: 2, unit: 'days' });
    expect(kept.start.config.lead.older_than).toEqual({ n: 30, unit: 'minutes' });
    expect(kept.enrolled.note).toContain('Looked at again');
    expect(kept['first-mail'].config).toMatchObject(firstMail);
  });

  step('publishes, told who matches now and that they are left alone', async () => {
    const sheet = await canvas.openPublish();
    await sheet.getByText('No problems.').waitFor();
    const matching = sheet.getByTestId('matching-now');
    await matching.getByText('1 person matches right now. They do not enter').waitFor();
    await look('4-publish');
    expect(await matching.getByRole('checkbox').isChecked()).toBe(false);
    await canvas.publishNow();
    await canvas.facts('start').getByText('0 in').waitFor();
    expect((await app.call('GET', `/automations/${reminder}`)).body.status).toBe('live');
  });

  step('draws a second one by hand: something happens, a mail', async () => {
    await page.goto('/admin/automations/new');
    await page.getByTestId('start-activity_received').click();
    reaction = await canvas.opened();
    await canvas.rename('At once');
    const start = await canvas.openStep('start');
    await start.getByLabel('Activity', { exact: true }).fill('checkout.abandoned');
    await canvas.addStep('start', 'next', 'mail', 'send_email');
    const mail = page.locator('[data-type=send_email]');
    await mail.waitFor();
    await canvas.writeMail((await mail.getAttribute('data-testid'))!.replace('step-', ''), atOnce);
    await canvas.saved();
    await (await canvas.openPublish()).getByText('No problems.').waitFor();
    await look('5-by-hand');
    await canvas.publishNow();
  });

  step('reacts to an event within a second', async () => {
    for (const [name, first_name] of [
      ['lena', 'Lena'],
      ['emil', 'Emil'],
      ['uma', 'Uma'],
    ] as const) {
      const email = `${name}@journey.test`;
      const made = await post('/purchase-leads', { email, first_name, consent: 'subscribed', course_id: course });
      expect(made).toMatchObject({ body: { created: 1 } });
      leads.set(name, made.body.results[0].id);
    }
    const answer = await post('/activities', {
      ...{ contact_email: 'lena@journey.test', type: 'checkout.abandoned' },
      metadata: { course_title: 'Photography 101' },
    });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
    const written = await until(
      () => messages(reaction),
      (rows) => rows.length > 0 && settled(rows),
    );
    expect(written).toMatchObject([{ contact_email: 'lena@journey.test', state: 'sent' }]);
    const shown = await app.call('GET', `/outbox/${written[0]!.id}`);
    expect(shown.body.subject).toBe('Your seat in Photography 101');
    const { seconds } = (await app.database.row<{ seconds: number }>(
      `select extract(epoch from m.created_at - a.received_at)::float8 as seconds
       from cortex.messages m, public.crm_activities a where m.id = $1 and a.id = $2`,
      [written[0]!.id, answer.body.results[0].id],
    ))!;
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThan(1);
  });

  step('writes to those who left their checkout half an hour ago, and not to those from before', async () => {
    expect(await messages(reminder)).toEqual([]);
    await app.clock.advance({ minutes: 31 });
    expect(await engine.monitors.tick()).toBe(3);
    const written = await until(
      () => messages(reminder),
      (rows) => rows.length === 3 && settled(rows),
    );
    expect(briefly(written)).toEqual([
      'emil@journey.test first-mail sent',
      'lena@journey.test first-mail sent',
      'uma@journey.test first-mail sent',
    ]);
  });

  step('shows the mail in the outbox, and the link in it unsubscribes once it is confirmed', async () => {
    await page.goto('/admin/outbox');
    await page.getByText('Nothing leaves this machine').waitFor();
    await page.locator('.outbox-item', { hasText: 'Your seat in Photography 101' }).waitFor();
    await page.locator('.outbox-item', { hasText: 'uma@journey.test' }).click();
    await page.getByRole('heading', { name: firstMail.subject, level: 2 }).waitFor();
    const mail = page.frameLocator('.mail-html');
    await mail.getByText('Hello Uma,').waitFor();
    await mail.getByText('Photography 101 still waits.').waitFor();
    await look('6-outbox');
    const consent = async () => {
      const { body } = await app.call('GET', '/contacts?q=uma@journey.test');
      return body.items[0].consent.status;
    };
    await mail.getByRole('link', { name: 'Unsubscribe' }).first().waitFor();
    // Uma's own mail has the link that works; who reads the outbox sees one that leads nowhere.
    const { items } = (await app.call<{ items: { id: string; contact_email: string }[] }>('GET', '/outbox')).body;
    const umas = items.find(({ contact_email }) => contact_email === 'uma@journey.test')!;
    const { html } = (await app.call<{ html: string }>('GET', `/outbox/${umas.id}`)).body;
    const pages = await context.newPage();
    await pages.goto(app.url + /\/unsubscribe\/[\w.-]+/.exec(html)![0]);
    await pages.getByRole('heading', { name: 'Unsubscribe from these e-mails?' }).waitFor();
    expect(await consent()).toBe('subscribed');
    await pages.getByRole('button', { name: 'Unsubscribe' }).click();
    await pages.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
    expect(await consent()).toBe('unsubscribed');
    await pages.close();
  });

  step('writes once more after two days, but not to who enrolled, nor to who unsubscribed', async () => {
    await app.clock.advance({ days: 1 });
    const enrolled = await post('/enrollments', {
      ...{ email: 'emil@journey.test', course_id: course, lead_id: leads.get('emil') },
    });
    expect(enrolled.status).toBeLessThan(300);
    const runs = async (email: string) =>
      (await app.call('GET', `/automations/${reminder}/runs?contact_email=${email}`)).body.items;
    const [emil] = await until(
      () => runs('emil@journey.test'),
      ([run]) => !['active', 'waiting'].includes(run.status),
    );
    expect(emil).toMatchObject({ end_reason: 'they enrolled' });
    await app.clock.advance({ days: 1, minutes: 5 });
    const written = await until(
      () => messages(reminder),
      (rows) => rows.length === 5 && settled(rows),
    );
    expect(briefly(written)).toEqual([
      'emil@journey.test first-mail sent',
      'lena@journey.test first-mail sent',
      'lena@journey.test second-mail sent',
      'uma@journey.test first-mail sent',
      'uma@journey.test second-mail skipped',
    ]);
    expect(written.at(-1)!.reason).toBe('unsubscribed');
    await page.clock.setFixedTime(app.clock.now());
    await page.goto('/admin/outbox?state=skipped');
    await page.locator('.outbox-item', { hasText: 'uma@journey.test' }).getByText('skipped, unsubscribed').waitFor();
  });

  step('tells a person’s story in the directory, and leads on to their way through the automation', async () => {
    await page.goto('/admin/directory?q=lena@journey.test');
    await page.locator('tbody tr', { hasText: 'lena@journey.test' }).locator('td').nth(1).click();
    const drawer = page.getByRole('dialog', { name: 'Person' });
    const timeline = drawer.getByRole('region', { name: 'Timeline' });
    await timeline.getByText(secondMail.subject).first().waitFor();
    await look('7-drawer');
    const story = await timeline.innerText();
    expect(story).toContain('Photography 101');
    expect(story).toContain(firstMail.subject);
    expect(story).toContain('Left at the checkout');
    expect(story).toContain('Left the checkout');
    await timeline
      .locator('.entry', { hasText: 'Left at the checkout' })
      .getByRole('link', { name: 'Their path through it' })
      .first()
      .click();
    const trace = page.getByTestId('trace');
    await trace.getByText('if the time runs out').waitFor();
    await trace.getByText('lena@journey.test').waitFor();
    await look('8-trace');
  });

  step('counts on the canvas, and shows one person’s way with its reasons', async () => {
    await page.goto(`/admin/automations/${reminder}?mode=live`);
    await canvas.opened();
    await canvas.facts('start').getByText('3 in').waitFor();
    expect(await canvas.facts('first-mail').innerText()).toContain('3 sent');
    expect(await canvas.facts('second-mail').innerText()).toContain('1 sent · 1 skipped');
    expect(await canvas.facts('end').innerText()).toContain('1 ended here');
    await look('9-live');
    await page.getByTestId('run-emil@journey.test').click();
    const trace = page.getByTestId('trace');
    await trace.getByText('left: they enrolled').waitFor();
    await trace.getByText('as soon as it holds').waitFor();
    await canvas.card('end').getByTestId('trace-facts').waitFor();
    expect(await canvas.card('second-mail').getByTestId('trace-facts').count()).toBe(0);
    await trace.getByRole('button', { name: 'Show everyone again' }).click();
    await page.getByTestId('run-uma@journey.test').click();
    await trace.getByText('e-mail skipped: unsubscribed').waitFor();
    await trace.getByRole('button', { name: 'Show everyone again' }).click();
  });

  step('opens exactly the people that a figure counts', async () => {
    const shown = () => page.locator('[data-testid^=run-] b').allInnerTexts();
    await canvas.facts('second-mail').getByRole('button', { name: '2 in' }).click();
    expect((await until(shown, (rows) => rows.length === 2)).sort()).toEqual(['lena@journey.test', 'uma@journey.test']);
    await page.getByText('e-mail skipped: unsubscribed').waitFor();
    await look('9-people-of-a-figure');
  });

  step('removes the sample shop by one button and keeps what the user made', async () => {
    await page.goto('/admin');
    await page.getByRole('link', { name: 'Remove the demo data' }).click();
    await page.getByRole('button', { name: 'Remove the demo data' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the demo data' }).click();
    await page.getByText('The demo data is removed').waitFor();
    await page.getByText('This workspace contains demo data').waitFor({ state: 'detached' });
    const people = (await app.call('GET', '/contacts?limit=200')).body.items.map((one: any) => one.email).sort();
    expect(people).toEqual(['early', 'emil', 'lena', 'uma'].map((name) => `${name}@journey.test`));
    const left = (await app.call('GET', '/automations')).body.items.map((one: any) => one.name).sort();
    expect(left).toEqual(['At once', 'Left at the checkout']);
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
