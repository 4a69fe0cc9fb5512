import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { browser, builtWeb, FakePostmark, testApp, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';

const graph = {
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
    {
      id: 'mail',
      type: 'send_email',
      config: {
        stream: 'broadcast',
        subject: '{{ activity.metadata.course_title }} is waiting',
        html: '<p>Hello {{ contact.first_name }}</p><p><a href="{{ links.unsubscribe }}">No more of these</a> <a href="{{ links.preferences }}">Preferences</a></p>',
      },
    },
  ],
  edges: [{ source: 'start', port: 'next', target: 'mail' }],
};

describe('mail that leaves through Postmark', () => {
  let postmark: FakePostmark;
  let app: TestApp;
  let automation: string;
  let chromium: Browser;
  let page: Page;

  beforeAll(async () => {
    await builtWeb();
    postmark = await FakePostmark.start({ handling: 'Custom' });
    app = await testApp({
      env: {
        POSTMARK_SERVER_TOKEN: postmark.token,
        POSTMARK_API_URL: postmark.url,
        CORTEX_SENDER: 'The Shop <shop@shop.test>',
        CORTEX_POSTAL_ADDRESS: '1 Main Street',
      },
    });
    chromium = await browser();
    page = await chromium.newPage({ baseURL: app.url });
    page.setDefaultTimeout(10_000);
    const settings = { entry: { limit: 'always' } };
    const made = await app.call('POST', '/automations', { name: 'At once', graph, settings });
    automation = made.body.id;
    expect((await app.call('POST', `/automations/${automation}/publish`, {})).status).toBe(200);
    const lead = { email: 'uma@journey.test', first_name: 'Uma', consent: 'subscribed' };
    expect((await app.call('POST', '/purchase-leads', lead)).body).toMatchObject({ created: 1 });
  }, 240_000);

  afterAll(async () => {
    await chromium?.close();
    await app?.close();
    await postmark?.close();
  });

  /** Lets the person leave a checkout, and waits until their newest mail has come to an end. */
  const leaveCheckout = async (mails: number) => {
    const metadata = { course_title: 'Photography 101' };
    await app.call('POST', '/activities', {
      contact_email: 'uma@journey.test',
      type: 'checkout.abandoned',
      metadata,
    });
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { items } = (await app.call('GET', `/outbox?automation_id=${automation}`)).body;
      const ended = items.length === mails && !['queued', 'submitting'].includes(items[0].state);
      if (ended || Date.now() > deadline) return items[0];
      await pause(50);
    }
  };
  const consent = async () => (await app.call('GET', '/contacts?q=uma@journey.test')).body.items[0].consent.status;

  it('says which stream, which batch and which mail, and how to unsubscribe', async () => {
    const message = await leaveCheckout(1);
    expect(message).toMatchObject({ state: 'sent', provider: 'postmark' });
    expect(postmark.accepted).toHaveLength(1);
    const [mail] = postmark.accepted;
    expect(mail).toMatchObject({
      from: 'The Shop <shop@shop.test>',
      to: 'uma@journey.test',
      subject: 'Photography 101 is waiting',
      stream: 'broadcast',
    });
    expect(mail!.html).toContain('Hello Uma');
    expect(mail!.html).toContain('1 Main Street');
    const { batch } = (await app.database.row<{ batch: string }>(
      'select batch_id as batch from cortex.messages where id = $1 and provider_id = $2',
      [message.id, mail!.id],
    ))!;
    expect(mail!.metadata.b).toBe(batch);
    expect(mail!.metadata.k).toMatch(/^\S{8,80}$/);
    const headers = new Map(mail!.headers.map(({ Name, Value }) => [Name, Value]));
    expect(headers.get('List-Unsubscribe')).toMatch(/^<http:\/\/localhost:\d+\/unsubscribe\/[^>]+>$/);
    expect(headers.get('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  });

  it('leaves a person alone who unsubscribes, but not one whose mail a scanner opened', async () => {
    const link = /href="([^"]*\/unsubscribe\/[^"]+)"/.exec(postmark.accepted[0]!.html)![1]!;
    await page.goto(link);
    await page.getByRole('heading', { name: 'Unsubscribe from these e-mails?' }).waitFor();
    expect(await consent()).toBe('subscribed');
    expect(await leaveCheckout(2)).toMatchObject({ state: 'sent' });
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
    expect(await consent()).toBe('unsubscribed');
    expect(await leaveCheckout(3)).toMatchObject({ state: 'skipped', reason: 'unsubscribed' });
    expect(postmark.accepted).toHaveLength(2);
  });

  it('takes the one click of a mail program, which follows the header', async () => {
    // A shop cannot lift what she said herself; she can.
    await app.call('POST', '/profiles', { email: 'uma@journey.test', consent: 'subscribed' });
    expect(await consent()).toBe('unsubscribed');
    await page.goto(/href="([^"]*\/preferences\/[^"]+)"/.exec(postmark.accepted[0]!.html)![1]!);
    await page.getByRole('button', { name: 'Subscribe again' }).click();
    await page.getByRole('button', { name: 'Unsubscribe from all' }).waitFor();
    expect(await consent()).toBe('subscribed');
    const header = postmark.accepted[1]!.headers.find(({ Name }) => Name === 'List-Unsubscribe')!;
    const answer = await fetch(header.Value.slice(1, -1), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(answer.status).toBe(200);
    expect(await consent()).toBe('unsubscribed');
  });
});
