import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seedLeads, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

const PEOPLE = 40;

describe('the ways a broadcast is sent, in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let list: string;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await seedLeads(
      app.database,
      Array.from({ length: PEOPLE }, (_, n) => ({
        email: `p${n}@school.example`,
        first_name: `Person ${n}`,
        consent: 'subscribed',
      })),
    );
    await app.call('PATCH', '/settings', { name: 'School', sender_broadcast: 'School <news@school.example>' });
    const rules = { operator: 'AND', conditions: [{ field: 'first_name', operator: 'starts_with', value: 'P' }] };
    list = (await app.call('POST', '/smart-lists', { name: 'Everyone', rules })).body.id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, '/admin/email-studio');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const look = async (name: string) => {
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, `ways-${name}`);
  };
  const walk = (name: string, steps: () => Promise<void>) => it(name, steps, 240_000);
  const saved = () => page.locator('[data-testid=mail-saved][data-saved=true]').waitFor();
  const id = () => new URL(page.url()).searchParams.get('broadcast')!;
  const stored = async () => (await app.call('GET', `/email/broadcasts/${id()}`)).body;
  const fold = () => page.getByTestId('how-sent');
  const html = '<p>Hello {{ contact.first_name }}, <a href="https://school.example/spring">see what is new</a>.</p>';
  const draft = async (name: string, design: object = { html }) => {
    const { body } = await app.call('POST', '/email/broadcasts', {
      name,
      subject: 'Spring at school',
      ...design,
      include_smart_list_ids: [list],
    });
    await page.goto(`${app.url}/admin/email/wizard?broadcast=${body.id}&step=review`);
    await fold().getByText('Everybody gets it at once.').waitFor();
  };

  walk('are folded under a sentence, and each is chosen in words', async () => {
    await draft('Ways');
    await look('folded');
    await fold().getByText('Change').click();
    await look('open');
    await fold().getByRole('checkbox', { name: 'Hold some people back' }).check();
    await fold().getByText('5 % of the people get nothing, for comparison.').waitFor();
    await fold().getByLabel('Share held back').fill('70');
    await fold().getByText('From 1 to 50.').waitFor();
    await fold().getByLabel('Share held back').fill('25');
    await saved();
    expect(await stored()).toMatchObject({ holdout_percent: 25 });
    await page.getByTestId('funnel').getByText('in the hold-out').waitFor();
    await fold().getByRole('radio', { name: 'Spread over some time' }).check();
    await fold().getByRole('textbox', { name: 'Spread over, number' }).fill('6');
    await fold().getByText('Its mails leave one after the other, over 6 hours.').waitFor();
    await saved();
    expect(await stored()).toMatchObject({ spread: { n: 6, unit: 'hours' } });
    await look('spread');
  });

  walk('say from when to when people get it at their own time of day', async () => {
    await app.database.run(
      "update public.purchase_leads set timezone = 'Asia/Tokyo' where email = 'p1@school.example'",
    );
    await app.call('PUT', `/email/broadcasts/${id()}`, { holdout_percent: 0 });
    await fold().getByRole('radio', { name: 'At each person’s own time of day' }).check();
    await saved();
    expect(await stored()).toMatchObject({ spread: null, local_time: true });
    await page.getByLabel('Date and time').fill('2099-03-02T09:00');
    await page.getByTestId('own-times').getByText('From the first to the last it takes 9 hours').waitFor();
    await look('own-time');
    await page.getByRole('button', { name: `Schedule to ${PEOPLE} people` }).click();
    const dialog = page.getByRole('dialog', { name: 'Schedule this broadcast?' });
    await dialog.getByText('of everybody’s own time').waitFor();
    await dialog.getByRole('button', { name: 'Schedule it' }).click();
    await page.getByTestId('broadcast-status').filter({ hasText: 'Scheduled' }).waitFor();
    expect(await stored()).toMatchObject({ scheduled_at: '2099-03-02T09:00:00.000Z' });
    await app.call('POST', `/email/broadcasts/${id()}/cancel`);
  });

  walk('try variants on some first, and let a person choose', async () => {
    const template = { name: 'Spring', subject: 'Spring', html };
    await draft('Tried', { template_id: (await app.call('POST', '/email/templates', template)).body.id });
    await fold().getByText('Change').click();
    await fold().getByRole('checkbox', { name: 'Try variants on some of them first' }).check();
    await fold().getByText('Variants A and B say the same. Change one of them.').first().waitFor();
    await fold().getByRole('textbox', { name: 'Subject B' }).fill('Come and see');
    await fold().getByText('20 % of the people get one of 2 subjects, and 4 hours later').waitFor();
    await saved();
    expect((await stored()).problems).toEqual([]);
    await page.getByRole('radiogroup', { name: 'Variant shown' }).getByText('B').click();
    await page.getByText('Come and see').last().waitFor();
    await look('test');
    // Of designs the second one is a changed copy of the first.
    await fold().getByText('Designs').click();
    await fold().getByRole('button', { name: 'Copy A and change it' }).click();
    await page.getByRole('dialog', { name: 'Edit the template' }).getByRole('button', { name: 'Done' }).click();
    await saved();
    expect((await stored()).test.variants).toEqual([{}, { template_id: expect.any(String) }]);
    await look('designs');
    await fold().getByText('Subjects').click();
    await fold().getByRole('textbox', { name: 'Subject B' }).fill('Come and see');
    await saved();
    await page.getByRole('button', { name: 'Rehearse it for everybody' }).click();
    await page
      .getByTestId('rehearsal')
      .getByText(`${2 * PEOPLE} different mails`)
      .waitFor();
    await page.getByRole('button', { name: `Send to ${PEOPLE} people` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send it' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await app.clock.advance({ seconds: 61 });
    await page.getByTestId('test-result').getByText('The sample has its mail.').waitFor();
    await look('waiting');
    await page.getByRole('button', { name: 'Choose B' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Choose it' }).click();
    await page.getByTestId('test-result').getByText('chose B').waitFor();
    await page.getByTestId('how-far').getByText(`${PEOPLE} of ${PEOPLE} sent`).waitFor();
    // The list was empty when the page was opened.
    await page.getByRole('region', { name: 'People' }).getByText('p1@school.example').waitFor();
    await look('decided');
    expect(broken).toEqual([]);
  });
});
