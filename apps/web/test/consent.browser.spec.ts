import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { queueMail } from '#emails';
import { newId } from '#platform';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';

describe('consent in a browser', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  /** A reader at a phone, in the dark, without scripts. */
  let reader: Page;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    await app.call('PATCH', '/settings', { name: 'Riverside School' });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken, { timezoneId: 'Europe/Berlin' });
    await signIn(page, app.admin, '/admin/settings');
    reader = await pageAt(app.url, chromium, broken, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** Waits until the mail to this address has left, and answers it. */
  async function mailTo(email: string, subject: string): Promise<{ html: string }> {
    for (let turn = 0; turn < 200; turn += 1) {
      const { items } = (await app.call('GET', `/outbox?contact_email=${email}&state=sent`)).body;
      const found = items.find((one: { subject: string }) => one.subject.includes(subject));
      if (found) return (await app.call('GET', `/outbox/${found.id}`)).body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`No mail to ${email} about ${subject}.`);
  }
  const linkIn = (html: string, name: string) => new RegExp(`(/${name}/[\\w-]+)`).exec(html)![1]!;

  /** No part of the page is wider than the phone. */
  const fits = async () =>
    expect(await reader.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);

  it('an administrator adds topics, puts them in order, and makes a form', async () => {
    const topics = page.locator('#topics');
    for (const [name, description] of [
      ['New courses', 'What you can learn next.'],
      ['Offers', 'Discounts, a few times a year.'],
    ]) {
      await topics.getByRole('button', { name: 'New topic' }).click();
      await topics.getByLabel('Name').fill(name!);
      await topics.getByLabel('Description').fill(description!);
      await topics.getByRole('button', { name: 'Add the topic' }).click();
      await topics.locator('tbody tr', { hasText: name! }).waitFor();
    }
    await topics.getByRole('button', { name: 'Move Offers up' }).click();
    await topics.locator('tbody tr', { hasText: 'Offers' }).and(topics.locator('tbody tr:first-child')).waitFor();
    const forms = page.locator('#forms');
    await forms.getByRole('button', { name: 'New form' }).click();
    await forms.getByLabel('Name').fill('Footer of the shop');
    await forms.getByRole('combobox', { name: 'Topics' }).press('ArrowDown');
    await page.getByRole('option', { name: 'New courses' }).click();
    await page.keyboard.press('Escape');
    expect(await seriousProblems(page)).toEqual([]);
    await forms.getByRole('button', { name: 'Create the form' }).click();
    await forms.getByRole('link', { name: 'Footer of the shop' }).waitFor();
    await forms.getByRole('button', { name: 'Embed' }).click();
    expect(await forms.getByLabel('In a frame').inputValue()).toContain('<iframe src="');
    expect(await seriousProblems(page)).toEqual([]);
  });

  it('a reader signs up, confirms, chooses, pauses, leaves and comes back', async () => {
    const { items } = (await app.call('GET', '/email/forms')).body;
    await reader.goto(new URL(items[0].page_url).pathname);
    await reader.getByLabel('E-mail address').fill('reader@school.example');
    expect(await seriousProblems(reader)).toEqual([]);
    await fits();
    await app.clock.advance({ seconds: 3 });
    await reader.getByRole('button', { name: 'Sign up' }).click();
    await reader.getByRole('heading', { name: 'Check your inbox' }).waitFor();
    await reader.goto(linkIn((await mailTo('reader@school.example', 'Please confirm')).html, 'confirm'));
    expect(await seriousProblems(reader)).toEqual([]);
    await fits();
    await reader.getByRole('button', { name: 'Confirm subscription' }).click();
    await reader.getByRole('heading', { name: 'Your subscription is confirmed' }).waitFor();

    const [person] = await app.database.rows<{ person_id: string; id: string }>(
      "select person_id, id from cortex.people where address = 'reader@school.example'",
    );
    const [topic] = (await app.call('GET', '/email/topics')).body.items;
    await app.database.tx((tx) =>
      queueMail(tx, {
        person_id: person!.person_id,
        stream: 'broadcast',
        topic_id: topic.id,
        content: { subject: 'Spring offers', html: '<p>Hello</p><a href="{{ links.preferences }}">Preferences</a>' },
        data: { contact: {} },
        dedupe_key: newId(),
      }),
    );
    const { html } = await mailTo('reader@school.example', 'Spring offers');
    await reader.goto(linkIn(html, 'preferences'));
    expect(await seriousProblems(reader)).toEqual([]);
    await fits();
    await reader.getByLabel('Offers').uncheck();
    await reader.getByRole('button', { name: 'Save' }).click();
    await reader.getByText('Your choice is saved.').waitFor();
    expect(await reader.getByLabel('Offers').isChecked()).toBe(false);
    await reader.getByRole('button', { name: 'Pause for 30 days' }).click();
    await reader.getByRole('heading', { name: 'Paused' }).waitFor();
    expect(await seriousProblems(reader)).toEqual([]);

    await page.goto(`/admin/directory?contact=${person!.id}`);
    const drawer = page.getByRole('dialog', { name: 'Person' });
    await drawer.getByTestId('person-topics').getByText('Marketing e-mail is paused until').waitFor();
    await drawer.getByText('Does not get').waitFor();
    expect(await seriousProblems(page)).toEqual([]);

    await reader.getByRole('button', { name: 'Unsubscribe from all' }).click();
    await reader.getByText('You are unsubscribed.').waitFor();
    expect(await seriousProblems(reader)).toEqual([]);
    await reader.getByRole('button', { name: 'Subscribe to everything' }).click();
    await reader.getByText('You are subscribed to everything again.').waitFor();
    await reader.goto(linkIn(html, 'unsubscribe'));
    await fits();
    await reader.getByRole('button', { name: 'Leave “Offers”' }).click();
    await reader.getByRole('heading', { name: 'You have left “Offers”' }).waitFor();
  });

  it('a colleague passes on what a person wants, but not against their own no', async () => {
    const { body } = await app.call('GET', '/contacts?q=reader@school.example');
    await page.goto(`/admin/directory?contact=${body.items[0].id}`);
    const part = page.getByRole('dialog', { name: 'Person' }).getByTestId('person-topics');
    await part.getByText('only they can turn it on').waitFor();
    await part.getByRole('button', { name: 'Turn off New courses' }).click();
    await part.getByText(/chosen .*, by /).waitFor();
    await part.getByRole('button', { name: 'Pause marketing e-mail for 30 days' }).click();
    // It can be pressed once the answer is on the page.
    await part.getByRole('button', { name: 'End the pause', disabled: false }).waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    await part.getByRole('button', { name: 'End the pause' }).click();
    await part.getByRole('button', { name: 'Turn on New courses' }).click();
    await part.getByRole('button', { name: 'Turn off New courses' }).waitFor();
  });

  it('an administrator takes over who unsubscribed elsewhere, sees first what it does, and lifts one with a reason', async () => {
    await page.goto('/admin/settings#suppressions');
    const part = page.locator('#suppressions');
    const choose = async (csv: string) => {
      await part.getByRole('button', { name: 'Import unsubscribes' }).click();
      await part
        .locator('input[type=file]')
        .setInputFiles({ name: 'unsubscribed.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    };
    await choose('Email Address,UNSUB_TIME\nleft@other.example,2026-01-31 10:02:03\nnobody,\ngone@other.example,\n');
    expect(await part.getByRole('combobox', { name: 'Column with the address' }).inputValue()).toBe('Email Address');
    await part.getByText('1 row has no e-mail address and will be left out: row 3.').waitFor();
    await part.getByLabel('Where the list comes from').fill('mailchimp');
    await part.getByRole('button', { name: 'Check what it would do' }).click();
    await part.getByText('2 addresses would be added, 0 already on the list.').waitFor();
    expect(await seriousProblems(page)).toEqual([]);
    expect((await app.call('GET', '/email/suppressions?q=other.example')).body.items).toEqual([]);
    await part.getByRole('button', { name: 'Import 2 addresses' }).click();
    await part.getByText('2 addresses added, 0 were already on the list.').waitFor();
    await part.getByRole('button', { name: 'Done' }).click();
    await part.locator('tbody tr', { hasText: 'left@other.example' }).getByText('Import from mailchimp').waitFor();

    await choose('angry@other.example');
    await part.getByRole('combobox', { name: 'What happened to these addresses' }).click();
    await page.getByRole('option', { name: 'They marked an e-mail as spam' }).click();
    await part.getByRole('button', { name: 'Check what it would do' }).click();
    await part.getByRole('button', { name: 'Import 1 address' }).click();
    await part.getByRole('button', { name: 'Done' }).click();
    await part.getByLabel('Search by address').fill('ANGRY@');
    await part.locator('tbody tr', { hasText: 'left@other.example' }).waitFor({ state: 'detached' });
    await part.getByRole('button', { name: 'Lift the suppression of angry@other.example' }).click();
    const dialog = page.getByRole('dialog', { name: /angry@other.example/ });
    const lift = dialog.getByRole('button', { name: 'Lift the suppression' });
    expect(await lift.isDisabled()).toBe(true);
    await dialog.getByLabel('Why may they get e-mail again?').fill('They wrote to us.');
    expect(await seriousProblems(page)).toEqual([]);
    await lift.click();
    await part.getByText('No address matches').waitFor();
    const [entry] = (await app.call('GET', '/audit?limit=1')).body.items;
    expect(entry).toMatchObject({ action: 'suppressions.removed', after: { reason: 'They wrote to us.' } });
  });

  it('breaks nothing on the way', () => {
    expect(broken).toEqual([]);
  });
});
