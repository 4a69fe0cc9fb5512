import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';

const PEOPLE = 40;

describe('a split that is tried', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let id: string;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('PATCH', '/settings', { sender_broadcast: 'Shop <shop@example.com>', postal_address: 'Street 1' });
    const mail = (name: string, subject: string) => ({
      id: name,
      type: 'send_email',
      config: { subject, html: `<h1>${subject}</h1><p>Dear {{ contact.first_name }}</p>`, stream: 'broadcast' },
    });
    const branches = [
      { id: 'a', percent: 50, label: 'Short' },
      { id: 'b', percent: 50, label: 'Long' },
    ];
    const graph = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'course.previewed' } },
        { id: 'split', type: 'random_split', config: { branches } },
        mail('short', 'A short word'),
        mail('long', 'A long letter'),
      ],
      edges: [
        { source: 'start', port: 'next', target: 'split' },
        { source: 'split', port: 'a', target: 'short' },
        { source: 'split', port: 'b', target: 'long' },
      ],
    };
    id = (await app.call('POST', '/automations', { name: 'Which mail', graph })).body.id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, `/admin/automations/${id}`);
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** As it looks in both themes, on a desk and on a phone. */
  const shots = async (name: string) => {
    const folder = process.env['CORTEX_SHOTS'];
    if (!folder) return;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1440, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(400);
        await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png` });
      }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });
  };

  const taken = async (): Promise<number> =>
    (await app.database.row<{ n: number }>(
      `select count(*)::int as n from cortex.automation_run_steps where node_id = 'split' and left_at is not null`,
    ))!.n;

  it('becomes an experiment in plain words, whose rule publishing agrees', async () => {
    await page.getByTestId('step-split').locator('.card-top').click();
    const fields = page.getByTestId('experiment-fields');
    await fields.getByRole('switch', { name: 'This split is an experiment' }).click();
    await fields.getByLabel('People on each path, at least').fill('10');
    await fields.getByRole('combobox', { name: 'Hold-out' }).waitFor();
    await fields.getByText('It ends when at least 10 people on each path').waitFor();
    await page.getByTestId('step-split').getByText('Experiment on enrollments within 7 days').waitFor();
    await page.locator('.expected-bar[data-stale="false"]').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await shots('experiment-inspector');
    await page.getByTestId('publish').click();
    const sheet = page.getByTestId('publish-sheet');
    await sheet.getByTestId('agreed-rules').getByText('Publishing fixes this rule.').waitFor();
    await shots('experiment-publish');
    await sheet
      .getByTestId('publish-unseen')
      .click({ timeout: 2_000 })
      .catch(() => undefined);
    await sheet.getByTestId('publish-now').click();
    await page.getByText('Version 1 is live.').waitFor();
  });

  it('says on its card how it stands, and shows each path with its interval', async () => {
    for (let n = 0; n < PEOPLE; n += 1) {
      const contact_email = `person${n}@example.com`;
      await app.call('POST', '/purchase-leads', { email: contact_email, first_name: `P${n}`, consent: 'subscribed' });
      await app.call('POST', '/activities', { contact_email, type: 'course.previewed' });
    }
    await until(async () => (await taken()) === PEOPLE);
    // Ten days ago, so that everybody's days are over.
    await app.database.run(`update cortex.automation_versions set published_at = published_at - interval '20 days'`);
    await app.database.run(
      `update cortex.automation_run_steps set entered_at = entered_at - interval '10 days', left_at = left_at - interval '10 days'`,
    );
    await app.database.run(
      `insert into public.crm_activities (type, person_id, occurred_at, source)
       select 'course.enrolled', q.person_id, now() - interval '9 days', 'test' from (
         select r.person_id, s.port, row_number() over (partition by s.port order by r.person_id) as nth
         from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id where s.node_id = 'split') q
       where q.nth <= case q.port when 'a' then 3 else 6 end`,
    );
    await page.goto(`/admin/automations/${id}?mode=live`);
    const result = page.getByTestId('experiment-split');
    await result.getByText(/^No difference yet: 6 of \d+ enrolled with Long, 3 of \d+ enrolled with Short/).waitFor();
    await shots('experiment-live');
    await result.click();
    const sheet = page.getByTestId('experiment-sheet');
    await sheet.getByText('hold the true value with 95 % certainty').waitFor();
    expect(await sheet.getByRole('row').count()).toBe(3);
    expect(await seriousProblems(page)).toEqual([]);
    await shots('experiment-sheet');
    await page.keyboard.press('Escape');
    // The keyboard's way to the figures.
    await page.getByTestId('step-split').locator('.card-top').click();
    await page.getByTestId('experiment-note').getByRole('button', { name: 'See the figures' }).click();
    await sheet.waitFor();
    await page.keyboard.press('Escape');
    expect(broken).toEqual([]);
  });

  it('says in plain words that its people do not match the shares', async () => {
    await app.database.run(
      `update cortex.automation_run_steps set port = 'a' where node_id = 'split' and port = 'b' and run_id not in (
         select run_id from cortex.automation_run_steps where node_id = 'split' and port = 'b' order by run_id limit 3)`,
    );
    await page.goto(`/admin/automations/${id}?mode=live`);
    const result = page.getByTestId('experiment-split');
    await result
      .getByText('Do not trust this result: Short got 37 of 40 people where 20 were expected.', { exact: false })
      .waitFor();
    await shots('experiment-mismatch-card');
    await result.click();
    await page.getByTestId('experiment-mismatch').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await shots('experiment-mismatch');
    await page.keyboard.press('Escape');
  });

  it('shows one real person for each path with their mails, and keeps who approved it', async () => {
    // The publish sheet looked at the last 30 days before anybody came, which is good for ten minutes.
    await app.database.run('delete from cortex.backtests');
    await page.goto(`/admin/automations/${id}`);
    await page.getByTestId('test').click();
    await page.getByTestId('storyboard-face').getByText('Storyboard', { exact: true }).click();
    const board = page.getByTestId('storyboard');
    await board.getByText('2 people show every path that was taken in the last 30 days.').waitFor();
    const strip = board.getByTestId('strip');
    await strip.getByText(/^A (short word|long letter)$/).waitFor();
    await strip.getByRole('button', { name: 'Read the e-mail' }).click();
    await strip
      .frameLocator('figure iframe')
      .getByText(/^Dear P\d+$/)
      .waitFor();
    await page.locator('.react-flow').getByTestId('mail-thumb').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await shots('storyboard');
    await board.getByTestId('approve-storyboard').click();
    await board.getByText(/^admin@example\.com approved it on .* The next version says so\.$/).waitFor();
    await page.getByTestId('publish').click();
    const sheet = page.getByTestId('publish-sheet');
    await sheet
      .getByTestId('storyboard-part')
      .getByText(/approved it on/)
      .waitFor();
    await sheet.getByTestId('publish-now').click();
    await page.getByText('Version 2 is live.').waitFor();
    const { body } = await app.call('GET', `/automations/${id}/versions`);
    expect(body.items.map((version: { approval: unknown }) => version.approval)).toEqual([
      { by: app.admin.email, at: expect.any(String), people: 2 },
      null,
    ]);
    expect(broken).toEqual([]);
  });
});
