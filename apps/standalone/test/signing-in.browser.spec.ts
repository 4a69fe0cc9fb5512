import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, seriousProblems, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { administrate } from '../src/administrate.js';
import { takePictures } from './pictures.js';

describe('signing in, with a second factor and without a password', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let secret: string;
  let recoveryCode: string;
  let password: string;
  const broken: string[] = [];
  const look = (name: string) => takePictures(page, process.env.CORTEX_TEST_SHOTS, name);

  beforeAll(async () => {
    await builtWeb();
    app = await testApp();
    password = app.admin.password;
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** What the phone shows for the key on the screen. */
  const phone = async (away = 0): Promise<string> => {
    const bits = [...secret].map((sign) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'),
    );
    const bytes = bits.join('').match(/.{8}/g)!;
    const row = await app.database.row<{ step: string }>(
      'select floor(extract(epoch from cortex.now()) / 30)::text as step',
    );
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(row!.step) + BigInt(away));
    const mac = createHmac('sha1', Buffer.from(bytes.map((byte) => parseInt(byte, 2))))
      .update(counter)
      .digest();
    return String((mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  };
  const credentials = async () => {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill(app.admin.email);
    await page.locator('input[name=password]').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const account = () => page.locator('#account');

  it('leads who is not signed in to the sign-in page, without an error on the way', async () => {
    const newcomer = await pageAt(app.url, chromium, []);
    // Whatever is shown for a moment only is noted, in a place that a page loaded anew keeps.
    await newcomer.addInitScript(`new MutationObserver(() => {
      const error = document.querySelector('[role=alert]');
      if (error) sessionStorage.setItem('seen', error.textContent);
    }).observe(document, { childList: true, subtree: true })`);
    await newcomer.goto('/');
    await newcomer.waitForURL(/\/sign-in/);
    await newcomer.getByLabel('E-mail address').waitFor();
    expect(await newcomer.evaluate<string | null>(`sessionStorage.getItem('seen')`)).toBeNull();
    await newcomer.context().close();
  });

  it('asks an administrator for a second factor once the workspace demands one, and for nothing else before', async () => {
    await credentials();
    await page.getByRole('link', { name: 'Settings' }).first().waitFor();
    await page.goto('/admin/settings#security');
    await page.getByRole('switch', { name: 'Administrators need two-factor authentication' }).check();
    await page.locator('#security').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Set up two-factor authentication' }).waitFor();
    await look('second-factor-demanded');
    expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
    await page.getByLabel('Your password').fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
    secret = (await page.locator('.second-factor-text code').textContent())!.replaceAll(' ', '');
    await look('second-factor-code');
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Code' }).fill(await phone(-1));
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
    recoveryCode = (await page.locator('.recovery-codes code').first().textContent())!;
    await look('recovery-codes');
    await page.getByRole('button', { name: 'I have saved them' }).click();
    await page.getByRole('link', { name: 'Settings' }).first().waitFor();
  }, 120_000);

  it('shows one’s second factor and sessions in the settings', async () => {
    await page.goto('/admin/settings#account');
    await account().getByText('10 recovery codes left').waitFor();
    await account().getByText('this one').waitFor();
    await account().scrollIntoViewIfNeeded();
    await look('account');
    expect(await seriousProblems(page)).toEqual([]);
    await page.goto('/admin/settings#staff');
    await page.locator('#staff').getByText('two-factor on').waitFor();
    await look('staff');
  }, 120_000);

  it('signs out everywhere, and asks for the code at the next sign-in', async () => {
    await page.goto('/admin/settings#account');
    await account().getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in to Cortex' }).waitFor();
    await look('sign-in');
    expect(await seriousProblems(page)).toEqual([]);
    await credentials();
    await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
    await page.getByRole('textbox', { name: 'Code' }).fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The code is wrong').waitFor();
    await look('sign-in-code');
    await page.getByRole('textbox', { name: 'Code' }).fill(recoveryCode);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Settings' }).first().waitFor();
  }, 120_000);

  it('finds the way back for a forgotten password by mail', async () => {
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    // The page before has a field of the same name.
    await page.getByRole('button', { name: 'Mail me a link' }).waitFor();
    await page.getByLabel('E-mail address').fill(app.admin.email);
    await look('forgotten');
    await page.getByRole('button', { name: 'Mail me a link' }).click();
    await page.getByText('a mail with a link is on its way').waitFor();
    await look('forgotten-asked');
    let link: string | undefined;
    await until(async () => {
      const { items } = (await app.call<{ items: { id: string }[] }>('GET', '/outbox')).body;
      const mail = items[0] && (await app.call<{ text: string }>('GET', `/outbox/${items[0].id}`)).body;
      link = /\/reset\/[\w-]+/.exec(mail?.text ?? '')?.[0];
      return link !== undefined;
    });
    await setPassword(link!, 'four plain new words');
    await credentials();
    await page.getByRole('textbox', { name: 'Code' }).fill(await phone(1));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Settings' }).first().waitFor();
  }, 120_000);

  it('finds it at the machine, too', async () => {
    const answer = await administrate(['reset-password', app.admin.email], app.databaseUrl);
    await setPassword(new URL(/https?:\/\/\S+/.exec(answer)![0]).pathname, 'another four plain words');
    await expect(administrate(['reset-password', 'nobody@example.com'], app.databaseUrl)).rejects.toThrow(
      'No staff member has the address nobody@example.com.',
    );
    await expect(administrate([], app.databaseUrl)).rejects.toThrow('npm run admin -- reset-password <email>');
    const audited = await app.database.rows(
      `select 1 from cortex.audit where action = 'password.link_made' and actor = 'the terminal'`,
    );
    expect(audited.length).toBe(1);
    expect(broken).toEqual([]);
  }, 120_000);

  it('signs in with a passkey, and no longer once that is removed', async () => {
    const email = 'paula@example.com';
    const own = 'five plain words of paula';
    await app.call('POST', '/staff', { email, name: 'Paula', role: 'marketer', password: own });
    // Passkeys need a name; the test's address has none.
    const named = await pageAt(app.url.replace('127.0.0.1', 'localhost'), chromium, broken);
    try {
      const device = await named.context().newCDPSession(named);
      await device.send('WebAuthn.enable');
      await device.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
      const mine = named.locator('#account');
      const list = mine.getByRole('list', { name: 'Your passkeys' });
      await signIn(named, { email, password: own }, '/admin/settings');
      await mine.getByRole('button', { name: 'Add a passkey' }).click();
      await mine.getByLabel('Name of the passkey').fill('Work laptop');
      await mine.getByLabel('Your password').fill(own);
      await mine.scrollIntoViewIfNeeded();
      expect(await seriousProblems(named)).toEqual([]);
      await takePictures(named, process.env.CORTEX_TEST_SHOTS, 'passkey-adding');
      await mine.getByRole('button', { name: 'Continue' }).click();
      await list.getByText('Work laptop').waitFor();
      await mine.scrollIntoViewIfNeeded();
      expect(await seriousProblems(named)).toEqual([]);
      await takePictures(named, process.env.CORTEX_TEST_SHOTS, 'passkeys');
      // The device has one now.
      await mine.getByRole('button', { name: 'Add a passkey' }).click();
      await mine.getByLabel('Your password').fill(own);
      await mine.getByRole('button', { name: 'Continue' }).click();
      await mine.getByText('This device already has a passkey for your account.').waitFor();

      await mine.getByRole('button', { name: 'Cancel' }).click();
      await mine.getByRole('button', { name: 'Sign out everywhere' }).click();
      await named.getByRole('heading', { name: 'Sign in to Cortex' }).waitFor();
      await takePictures(named, process.env.CORTEX_TEST_SHOTS, 'sign-in-passkey');
      await named.getByRole('button', { name: 'Use a passkey' }).click();
      await named.getByRole('link', { name: 'Settings' }).first().waitFor();
      await named.goto('/admin/settings');
      await list.getByText('last used').waitFor();
      await list.getByRole('button', { name: 'Remove Work laptop' }).click();
      await mine.getByLabel('Your password').fill(own);
      await mine.getByRole('button', { name: 'Remove' }).click();
      await mine.getByRole('button', { name: 'Add a passkey' }).waitFor();
      expect(await list.count()).toBe(0);
      await mine.getByRole('button', { name: 'Sign out everywhere' }).click();
      await named.getByRole('button', { name: 'Use a passkey' }).click();
      await named.getByText('This passkey is not known here').waitFor();
      expect(broken).toEqual([]);
    } finally {
      await named.context().close();
    }
  }, 120_000);

  async function setPassword(path: string, next: string): Promise<void> {
    await page.goto(path);
    await page.locator('input[name=new-password]').fill('qwertyuiop');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('one of those that are tried first').waitFor();
    await look('reset');
    await page.locator('input[name=new-password]').fill(next);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await look('reset-done');
    password = next;
  }
});
