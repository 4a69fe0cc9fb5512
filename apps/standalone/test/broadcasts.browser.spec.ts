import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seedLeads, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

/** Of 1,300 people 100 have unsubscribed and 50 never agreed; 3 are in a list to leave out. */
const READERS = 1_147;

describe('a broadcast made by hand in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    const consentOf = (n: number) => (n < 100 ? 'unsubscribed' : n < 150 ? 'pending' : 'subscribed');
    await seedLeads(
      app.database,
      Array.from({ length: 1_300 }, (_, n) => ({
        email: `p${n}@school.example`,
        first_name: `Person ${n}`,
        consent: consentOf(n),
      })),
    );
    await app.call('PATCH', '/settings', {
      name: 'Riverside School',
      sender_broadcast: 'Riverside <news@school.example>',
    });
    await app.call('POST', '/smart-lists', {
      name: 'Everyone',
      rules: { operator: 'AND', conditions: [{ field: 'first_name', operator: 'starts_with', value: 'P' }] },
    });
    const staff = (await app.call('POST', '/smart-lists', { name: 'Staff', kind: 'static' })).body;
    await app.call('POST', `/smart-lists/${staff.id}/members`, {
      emails: ['p1297@school.example', 'p1298@school.example', 'p1299@school.example'],
    });
    await app.call('POST', '/email/templates', {
      name: 'Spring letter',
      subject: 'Spring at school',
      html: '<p>Hello {{ contact.first_name }},</p><p><a href="https://school.example/spring">See what is new</a></p>',
      stream: 'broadcast',
    });
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
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, `broadcasts-${name}`);
  };
  const walk = (name: string, steps: () => Promise<void>) => it(name, steps, 240_000);
  const step = (name: string) => page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name }).click();
  const saved = () => page.locator('[data-testid=mail-saved][data-saved=true]').waitFor();
  const status = (label: string) => page.getByTestId('broadcast-status').filter({ hasText: label }).first().waitFor();
  const addList = async (label: string, name: RegExp) => {
    await page.getByRole('combobox', { name: `${label}: add a list` }).click();
    await page.getByRole('option', { name }).click();
  };
  const id = () => new URL(page.url()).searchParams.get('broadcast')!;
  const stored = async () => (await app.call('GET', `/email/broadcasts/${id()}`)).body;
  const number = READERS.toLocaleString('en');

  walk('begins in the studio, and says at each step what is still missing', async () => {
    await page.getByText('No broadcasts yet').waitFor();
    await look('studio-empty');
    await page.getByRole('button', { name: 'New broadcast' }).click();
    await page.getByLabel('Name').waitFor();
    await step('Review');
    await page.getByText('Before this can be sent').waitFor();
    await look('review-missing');
    await page.getByRole('link', { name: /at least one list, or rules/ }).click();
    await page.getByRole('heading', { name: 'Who will receive it' }).waitFor();
  });

  walk('is named and addressed, each field saved by itself', async () => {
    await step('Settings');
    await page.getByLabel('Name').fill('March news');
    await page.getByRole('textbox', { name: 'Subject' }).fill('News for {{ contact.first_name | default: "you" }}');
    await page.getByRole('textbox', { name: 'Preview text' }).click();
    await page.getByText('First name, or “you”').first().waitFor();
    await saved();
    expect(await stored()).toMatchObject({ name: 'March news', subject: expect.stringContaining('News for') });
    await look('settings');
  });

  walk('says who gets it, who does not and why, and answers for one person', async () => {
    await step('Audience');
    await addList('Send to the people of these lists', /^Everyone/);
    await addList('Leave out the people of these lists', /^Staff/);
    const funnel = page.getByTestId('funnel');
    await funnel.getByText('1,297 people in the audience').waitFor();
    await funnel.getByText('− 100 unsubscribed').waitFor();
    await funnel.getByText(`${number} people`).waitFor();
    const person = page.getByRole('combobox', { name: 'Person to look up' }).or(page.getByLabel('Person to look up'));
    await person.first().fill('p5@school.example');
    await page.getByText('Out: they had unsubscribed.').waitFor();
    await person.first().fill('p1299@school.example');
    await page.getByText('Out: they are in a list that is left out.').waitFor();
    await page.keyboard.press('Escape');
    await look('audience');
  });

  walk('keeps what a colleague changes, and asks where both changed the same', async () => {
    await step('Settings');
    const { revision } = await stored();
    await app.call('PUT', `/email/broadcasts/${id()}`, { preheader: 'By a colleague', base_revision: revision });
    await page.getByRole('textbox', { name: 'Preview text' }).getByText('By a colleague').waitFor();
    await app.call('PUT', `/email/broadcasts/${id()}`, { name: 'April news' });
    await page.getByLabel('Name').and(page.locator('[value="April news"]')).waitFor();
    await page.getByLabel('Name').fill('March news');
    await saved();
    expect(await stored()).toMatchObject({ name: 'March news', preheader: 'By a colleague' });
  });

  walk('takes a template, and shows it as somebody gets it', async () => {
    await step('Design');
    await page.getByRole('combobox', { name: 'Template' }).click();
    await page.getByRole('option', { name: 'Spring letter' }).click();
    await page.getByRole('combobox', { name: 'Preview for' }).fill('p200@school.example');
    await page.frameLocator('[data-testid=mail-frame]').getByText('Hello Person 200').waitFor();
    await page.getByText('News for Person 200').waitFor();
    await page.keyboard.press('Escape');
    await saved();
    await look('design');
  });

  walk('is rehearsed for everybody before it leaves', async () => {
    await step('Review');
    await page.getByTestId('review').getByText(`${number} people`).waitFor();
    await page.getByRole('button', { name: 'Rehearse it for everybody' }).click();
    await page.getByTestId('rehearsal').getByText(`Made for ${number} people`).waitFor();
    await page.getByTestId('rehearsal').getByText(`${number} different mails`).waitFor();
    for (const nth of [1, 2]) {
      await page.getByRole('button', { name: 'The next recipient' }).click();
      await page.getByText(`${nth} of 10`).waitFor();
    }
    await page.getByRole('button', { name: 'Send me a test' }).click();
    await page.getByText('A test is on its way').waitFor();
    await look('review');
  });

  walk('leaves after the number was typed, and can be undone for a minute', async () => {
    const send = async () => {
      await page.getByRole('button', { name: `Send to ${number} people` }).click();
      const dialog = page.getByRole('dialog', { name: 'Send this broadcast?' });
      expect(await dialog.getByRole('button', { name: 'Send it' }).isDisabled()).toBe(true);
      await dialog.getByLabel(`Type ${number} to confirm`).fill(String(READERS));
      await look('confirm');
      await dialog.getByRole('button', { name: 'Send it' }).click();
      await status('Scheduled');
    };
    await send();
    await look('undo');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('navigation', { name: 'Steps' }).waitFor();
    await step('Review');
    await send();
    await app.call('POST', '/sending/stop', {});
    await app.clock.advance({ seconds: 61 });
    await status('Sending');
  });

  walk('is paused and resumed while it is sent, and ends with a report', async () => {
    await page.getByTestId('how-far').getByText(`of ${number} sent`).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await status('Paused');
    await look('paused');
    await page.getByTestId('sending-acts').getByRole('button', { name: 'Resume' }).click();
    await status('Sending');
    await app.call('POST', '/sending/resume', {});
    await status('Sent');
    await page.getByTestId('how-far').getByText(`${number} of ${number} sent (100 % done)`).waitFor();
    await page.reload();
    await page
      .getByRole('row', { name: /@school\.example sent/ })
      .first()
      .waitFor();
    await look('report');
    await page.getByRole('combobox', { name: 'Status of the mail' }).click();
    await page.getByRole('option', { name: 'skipped' }).click();
    await page
      .getByRole('row', { name: /skipped: unsubscribed/ })
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'All broadcasts' }).click();
    await page.getByRole('link', { name: 'March news' }).waitFor();
    await look('studio');
    expect(broken).toEqual([]);
  });

  walk('is cancelled: what has not left never does', async () => {
    await app.call('POST', '/sending/stop', {});
    await page.getByRole('button', { name: 'More for March news' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('navigation', { name: 'Steps' }).waitFor();
    const copy = id();
    await app.call('POST', `/email/broadcasts/${copy}/send`, { confirm: READERS });
    await status('Sending');
    await page.getByRole('button', { name: 'Cancel the broadcast' }).click();
    await page.getByRole('button', { name: 'Cancel what has not left' }).click();
    await status('Cancelled');
    await page.getByTestId('how-far').getByText(`${number} cancelled`).waitFor();
    await look('cancelled');
    expect((await stored()).counts).toMatchObject({ sent: 0, queued: 0, cancelled: READERS });
  });
});
