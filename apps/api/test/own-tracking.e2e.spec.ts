import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;
beforeAll(async () => {
  mails = await MailFixture.make();
  expect((await mails.app.call('PATCH', '/settings', { mail_tracking: 'ours' })).body.mail_tracking).toBe('ours');
});
afterAll(() => mails.close());

const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
const target = 'https://shop.example/courses?a=1&b=ü';
const html = `<body><p>Hi</p><a href="${target.replaceAll('&', '&amp;')}">courses</a> <a href="{{ links.unsubscribe }}">out</a></body>`;

/** A mail, and what its link and picture are. */
async function mail(minutesLater = 1) {
  const sent = await mails.sentMail({ content: { subject: 'x', html } });
  const path = (name: string) =>
    new URL(new RegExp(`https://cortex\\.school\\.example/${name}/[\\w.-]+`).exec(sent.mail.html)![0]).pathname;
  await mails.app.clock.advance({ minutes: minutesLater });
  return { ...sent, click: path('t'), open: path('o') };
}
const get = (path: string, headers: Record<string, string> = browser, method = 'GET') =>
  fetch(mails.app.url + path, { method, headers, redirect: 'manual' });
const told = async (person: string) => (await mails.typesOf(person)).filter((type) => /opened|clicked/.test(type));

describe('opens and clicks that Cortex counts itself', () => {
  it('note a click once, and go on', async () => {
    const { person_id, message_id, click, mail: sent } = await mail();
    expect([sent.trackOpens, sent.trackLinks]).toEqual([false, 'None']);
    for (let n = 0; n < 3; n += 1) {
      const answer = await get(click);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, new URL(target).href]);
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect(await told(person_id)).toEqual(['email.clicked']);
    expect((await mails.app.call('GET', `/outbox/${message_id}`)).body.clicked_at).not.toBeNull();
  });

  it('note an opening by a picture that other sites may show, and answer everybody alike', async () => {
    const { person_id, open } = await mail();
    const answer = await get(open);
    expect(answer.headers.get('content-type')).toBe('image/gif');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const stranger = await get('/o/nonsense');
    expect([stranger.status, (await stranger.arrayBuffer()).byteLength]).toEqual([
      200,
      (await answer.arrayBuffer()).byteLength,
    ]);
    expect(await told(person_id)).toEqual(['email.opened']);
  });

  it('Ghost#30388: HEAD, programs, prefetching and whoever is quicker than a person are machines', async () => {
    const machines: [Record<string, string>, string][] = [
      [browser, 'HEAD'],
      [{ 'user-agent': 'Barracuda Sentinel' }, 'GET'],
      [{ 'user-agent': '' }, 'GET'],
      [{ ...browser, 'sec-purpose': 'prefetch' }, 'GET'],
      [{ ...browser, purpose: 'preview' }, 'GET'],
    ];
    for (const [headers, method] of machines) {
      const { person_id, message_id, click } = await mail();
      expect((await get(click, headers, method)).status).toBe(302);
      expect(await told(person_id)).toEqual(['email.clicked_by_machine']);
      expect((await mails.app.call('GET', `/outbox/${message_id}`)).body.clicked_at).toBeNull();
    }
    const quick = await mail(0);
    await get(quick.click);
    await get(quick.open);
    expect(await told(quick.person_id)).toEqual(['email.clicked_by_machine', 'email.opened_by_machine']);
  });

  it('several links of one mail within two seconds are a machine’s, and the mail does not count as clicked', async () => {
    const two = `<body><a href="https://shop.example/one">one</a> <a href="https://shop.example/two">two</a></body>`;
    const sent = await mails.sentMail({ content: { subject: 'x', html: two } });
    const [one, other] = [...sent.mail.html.matchAll(/https:\/\/cortex\.school\.example(\/t\/[\w.-]+)/g)].map(
      ([, path]) => path!,
    );
    const clickedAt = async () => (await mails.app.call('GET', `/outbox/${sent.message_id}`)).body.clicked_at;
    await mails.app.clock.advance({ minutes: 1 });
    await get(one!);
    expect(await clickedAt()).not.toBeNull();
    await mails.app.clock.advance({ seconds: 1 });
    await get(other!);
    await get(other!);
    expect(await told(sent.person_id)).toEqual(['email.clicked', 'email.clicked_by_machine']);
    expect(await clickedAt()).toBeNull();
    // The person, later.
    await mails.app.clock.advance({ minutes: 5 });
    await get(other!);
    expect((await told(sent.person_id)).at(-1)).toBe('email.clicked');
    expect(await clickedAt()).not.toBeNull();
  });

  it('is never an open redirect', async () => {
    const { click, person_id } = await mail();
    const [signed] = click.slice(3).split('.') as [string];
    for (const url of ['https://evil.example/', '//evil.example', 'javascript:alert(1)']) {
      const answer = await get(`/t/${signed}.${Buffer.from(url).toString('base64url')}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
    }
    expect(await told(person_id)).toEqual([]);
  });

  it('shows colleagues the mail without links that would count as the person’s', async () => {
    const { message_id } = await mail();
    const key = (await mails.app.call('POST', '/api-keys', { name: newId(), kind: 'server', scopes: ['read'] })).body
      .key;
    const shown = (await mails.app.call('GET', `/outbox/${message_id}`, undefined, { key })).body.html;
    expect(shown).not.toMatch(/\/(t|o)\//);
    expect(shown).toContain('https://shop.example/courses');
  });

  it('leaves links to us alone, and mail alone where nobody counts', async () => {
    const { mail: sent } = await mail();
    expect(sent.html).toMatch(/href="https:\/\/cortex\.school\.example\/unsubscribe\//);
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'off' });
    const off = await mails.sentMail({ content: { subject: 'x', html } });
    expect(off.mail.html).not.toMatch(/\/(t|o)\//);
    expect([off.mail.trackOpens, off.mail.trackLinks]).toEqual([false, 'None']);
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'ours' });
  });
});
