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

  it('breaks nothing on the way', () => {
    expect(broken).toEqual([]);
  });
});
