import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { takePictures } from './pictures.js';

const EMAIL = 'ada@learn.example';
const PASSWORD = 'seven quiet herons wade';

describe('a customer and their courses', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  const broken: string[] = [];
  const look = async (name: string) => {
    await takePictures(page, process.env.CORTEX_TEST_SHOTS, name);
    expect(await seriousProblems(page)).toEqual([]);
  };

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    for (const title of ['Photography 101', 'Watercolor for beginners, with a very long second half of its title']) {
      const { results } = (await app.call('POST', '/courses', { title })).body;
      await app.call('POST', '/enrollments', { email: EMAIL, course_id: results[0].id });
    }
    await app.call('POST', '/profiles', { email: EMAIL, first_name: 'Ada', last_name: 'Lovelace' });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  const signIn = async (password = PASSWORD) => {
    await page.getByLabel('E-mail address').fill(EMAIL);
    await page.locator('input[name=password]').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  it('choose their first password by mail, sign in and see what they have', async () => {
    await page.goto('/learn');
    await page.getByRole('heading', { name: 'Sign in to your courses' }).waitFor();
    await look('learn-sign-in');
    await page.getByRole('link', { name: 'No password yet, or forgotten it?' }).click();
    // The page before has a field of the same name.
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await page.getByLabel('E-mail address').fill(EMAIL);
    await look('learn-reset');
    await page.getByRole('button', { name: 'Email me a link' }).click();
    await page.getByText('an email with a link is on its way').waitFor();
    let link: string | undefined;
    await until(async () => {
      const { items } = (await app.call<{ items: { id: string }[] }>('GET', '/outbox')).body;
      const mail = items[0] && (await app.call<{ text: string }>('GET', `/outbox/${items[0].id}`)).body;
      link = /\/learn\/reset\/[\w-]+/.exec(mail?.text ?? '')?.[0];
      return link !== undefined;
    });
    await page.goto(link!);
    await page.locator('input[name=new-password]').fill('1234567890');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('alert').waitFor();
    await look('learn-new-password');
    await page.locator('input[name=new-password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('link', { name: 'Go to sign-in' }).click();
    await signIn('a wrong password');
    await page.getByText('The e-mail address or the password is wrong.').waitFor();
    await look('learn-sign-in-wrong');
    await signIn();
    await page.getByRole('heading', { name: 'Photography 101' }).waitFor();
    await page.getByText(`Signed in as Ada Lovelace, ${EMAIL}`).waitFor();
    await look('learn');
  }, 120_000);

  it('are led to the sign-in page once their access is revoked, and told there', async () => {
    const found = (await app.call('GET', `/contacts?q=${EMAIL}`)).body.items[0];
    const wish = { reason: 'Refunded' };
    const several = (await app.call('POST', `/contacts/${found.id}/actions/revoke_access`, wish)).body;
    const chosen = { ...wish, enrollment_id: several.candidates[0].id };
    expect((await app.call('POST', `/contacts/${found.id}/actions/revoke_access`, chosen)).body.state).toBe('done');
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to your courses' }).waitFor();
    await signIn();
    await page.getByText('Your access has ended.').waitFor();
    await look('learn-revoked');
    expect(broken).toEqual([]);
  }, 120_000);
});
