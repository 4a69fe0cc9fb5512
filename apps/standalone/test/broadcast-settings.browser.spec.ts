import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  browser,
  builtWeb,
  FakePostmark,
  pageAt,
  seedLeads,
  seriousProblems,
  signIn,
  testApp,
  until,
  type TestApp,
} from '#testing';
import type { Browser, Locator, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

describe('the settings of a broadcast in a browser', () => {
  let postmark: FakePostmark;
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let id: string;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    postmark = await FakePostmark.start();
    app = await testApp({ env: { POSTMARK_SERVER_TOKEN: postmark.token, POSTMARK_API_URL: postmark.url } });
    await seedLeads(app.database, [{ email: 'ada@school.example', first_name: 'Ada', consent: 'subscribed' }]);
    await app.call('PATCH', '/settings', {
      name: 'Riverside School',
      sender_broadcast: 'Riverside <news@school.example>',
      sender_transactional: 'Riverside <desk@school.example>',
      postal_address: '1 Main Street',
    });
    const rules = { operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Ada' }] };
    const html = '<p>Hello</p><p><a href="https://school.example/spring">See what is new</a></p>';
    id = (await app.call('POST', '/email/broadcasts', { name: 'Spring courses', subject: 'Spring', html, rules })).body
      .id;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    await signIn(page, app.admin, `/admin/email/wizard?broadcast=${id}&step=settings`);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await postmark?.close();
  });

  const look = async (name: string, part?: Locator) => {
    expect(await seriousProblems(page)).toEqual([]);
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, `broadcast-settings-${name}`, part);
  };
  const stored = async () => (await app.call('GET', `/email/broadcasts/${id}`)).body;
  const saved = () => page.locator('[data-testid=mail-saved][data-saved=true]').waitFor();
  const step = (name: string) => page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name });
  const line = (inbox: string) => page.getByRole('img', { name: `${inbox}: Riverside` }).first();

  it('keep an address for answers once it is whole, and go on saving meanwhile', async () => {
    const reply = page.getByRole('textbox', { name: 'Reply-to' });
    await reply.fill('desk');
    await page.getByLabel('Name', { exact: true }).fill('Spring courses 2027');
    await page.getByText('It is not saved like this.').waitFor();
    await saved();
    expect(await stored()).toMatchObject({ name: 'Spring courses 2027', reply_to: null });
    await reply.fill('desk@school.example');
    await until(async () => (await stored()).reply_to === 'desk@school.example');
    await reply.fill('');
    await until(async () => (await stored()).reply_to === null);
    await reply.fill('desk@school.example');
    await until(async () => (await stored()).reply_to === 'desk@school.example');
  });

  it('propose UTM tags, and say what is missing of them', async () => {
    await page.getByRole('switch', { name: 'Add UTM tags to links' }).click();
    await until(async () => (await stored()).utm?.campaign === 'spring-courses-2027');
    await page.getByRole('textbox', { name: 'Campaign' }).fill('');
    await page.getByText('Fill in the UTM campaign').waitFor();
    await page.locator('.wizard-steps a[aria-current][data-state=open]').waitFor();
    await page.getByRole('textbox', { name: 'Campaign' }).fill('spring');
    await page.getByRole('textbox', { name: 'Content' }).fill('version a');
    await saved();
    await until(async () => (await stored()).problems.length === 0);
    expect((await stored()).utm).toEqual({
      ...{ source: 'newsletter', medium: 'email', campaign: 'spring', content: 'version a' },
    });
    await look('utm', page.locator('.wizard-step'));
    await step('Review').click();
    await page
      .frameLocator('[data-testid=mail-frame]')
      .locator(
        'a[href="https://school.example/spring?utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=version%20a"]',
      )
      .waitFor();
    await step('Settings').click();
  });

  it('show both lines in inboxes, light and dark, and say by measured pixels what is seen of them', async () => {
    await page.getByText('Subject: all of it is shown on a computer and on a phone.').waitFor();
    await page.getByText('No preview text').waitFor();
    const subject = page.getByRole('textbox', { name: 'Subject' });
    await subject.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('The spring courses start on Monday, and the first ten places are yours');
    await page.getByRole('textbox', { name: 'Preview text' }).click();
    await page.keyboard.type(
      'Choose among twelve courses, online or in town, with teachers that you know from last year',
    );
    await page
      .getByText(/^Subject: shows all of it on a computer, and “The spring courses.*…” on a phone\.$/)
      .waitFor();
    await page.getByText(/^Preview text: shows “?.* on a computer, and “Choose among.*…” on a phone\.$/).waitFor();
    for (const inbox of ['Computer', 'Phone'])
      for (const part of await line(inbox).locator('strong, span').all())
        expect(await part.evaluate((el) => el.scrollWidth <= el.clientWidth + 1)).toBe(true);
    await saved();
    await look('inboxes', page.locator('.wizard-step'));
  });

  it('a test goes to a seed list that was made in the settings', async () => {
    await page.goto('/admin/settings#seeds');
    await page.getByRole('button', { name: 'New seed list' }).click();
    await page.getByRole('textbox', { name: 'Name of list 1' }).fill('Our inboxes');
    const addresses = page.getByRole('textbox', { name: 'Addresses of Our inboxes' });
    await addresses.fill('one@inbox.example\nwrong');
    await addresses.blur();
    await page.getByText('“wrong” is not an e-mail address.').waitFor();
    await addresses.fill('one@inbox.example\ntwo@inbox.example');
    await look('seeds', page.locator('#seeds'));
    await page.locator('#seeds').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Seed lists saved.').waitFor();
    await page.goto(`/admin/email/wizard?broadcast=${id}&step=review`);
    // What is asked meanwhile moves the button, and a menu without its button in view closes.
    await page.getByTestId('how-long').waitFor();
    await page.getByRole('button', { name: 'Test a seed list' }).click();
    await page.getByRole('menuitem', { name: 'Our inboxes · 2 addresses' }).click();
    await page.getByText('2 tests are on the way to “Our inboxes”.').waitFor();
    await page.getByTestId('how-long').getByText('1 call to Postmark, less than a minute if Postmark takes').waitFor();
    await look('review');
    const mails = async (email: string) => (await app.call('GET', `/messages?contact_email=${email}`)).body.items;
    for (const email of ['one@inbox.example', 'two@inbox.example'])
      expect(await mails(email)).toMatchObject([
        { subject: expect.stringContaining('[TEST]'), stream: 'transactional' },
      ]);
  });

  it('a sender is chosen from the list of the settings, and another one is refused', async () => {
    await page.goto('/admin/settings#senders');
    const part = page.locator('#senders');
    await part.getByText('No senders listed').waitFor();
    await part.getByRole('button', { name: 'New sender' }).click();
    await part.getByRole('textbox', { name: 'Name and address' }).fill('Ada from Riverside <ada@school.example>');
    await part.getByRole('button', { name: 'Add the sender' }).click();
    await part.getByRole('row', { name: /Ada from Riverside/ }).waitFor();
    await look('senders', part);
    await page.goto(`/admin/email/wizard?broadcast=${id}&step=settings`);
    const sender = page.getByRole('combobox', { name: 'Sender' });
    await sender.fill('other@school.example');
    await sender.blur();
    await page.getByText('other@school.example is not one of the senders').waitFor();
    await look('sender-refused');
    await sender.click();
    await page.getByRole('option', { name: 'Ada from Riverside' }).click();
    await until(async () => (await stored()).from === 'Ada from Riverside <ada@school.example>');
    expect((await stored()).problems).toEqual([]);
  });

  it('a broadcast to colleagues is shown with their own data', async () => {
    const bea = { email: 'bea@desk.example', name: 'Bea Desk', role: 'viewer', password: 'a password for tests' };
    await app.call('POST', '/staff', bea);
    const html = '<p>Hello {{ contact.first_name }} {{ contact.last_name }}</p>';
    const draft = { name: 'For the desk', subject: 'News', audience: 'staff', html };
    const { body: made } = await app.call('POST', '/email/broadcasts', draft);
    await page.goto(`/admin/email/wizard?broadcast=${made.id}&step=review`);
    await page.getByRole('combobox', { name: 'Preview for' }).click();
    await page.getByRole('option', { name: bea.email }).click();
    await page.frameLocator('[data-testid=mail-frame]').getByText('Hello Bea Desk').waitFor();
    await page.getByRole('group', { name: 'Some of those who will receive it' }).waitFor();
    await look('colleagues');
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
