import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LinkSigner } from '#emails';
import { MailFixture } from './mail.fixture.js';

const SHOP = 'https://shop.example';
const PAGE = `${SHOP}/courses?a=1&b=2#prices`;
const html = `<body><a href="${PAGE.replaceAll('&', '&amp;')}">shop</a> <a href="https://other.example/">other</a>
  <a href="https://shop.example.evil.example/">near</a> <a href="{{ links.unsubscribe }}">out</a> <a href="{{ links.view }}">view</a></body>`;
const text = `Look: ${PAGE}. Or https://other.example/, or {{ links.unsubscribe }}`;

let mails: MailFixture;
let key: string;
let secret: string;

beforeAll(async () => {
  mails = await MailFixture.make();
  const made = await mails.app.call('POST', '/api-keys', {
    ...{ name: 'Shop pages', kind: 'write', allowed_types: ['page_view', 'identified'] },
    allowed_origins: [`${SHOP}/`],
  });
  ({ key, signing_secret: secret } = made.body);
});
afterAll(() => mails?.close());
beforeEach(() => setting(true));

const setting = async (mail_link_proof: boolean) => {
  const changed = await mails.app.call('PATCH', '/settings', { mail_link_proof });
  expect([changed.status, changed.body.mail_link_proof]).toEqual([200, mail_link_proof]);
};
const inLink = (of: string) => [...of.matchAll(/cortex_proof=([\w-]*)/g)].map(([, proof]) => proof!);

/** A mail with its proof, and whose it is. */
async function mail() {
  const sent = await mails.sentMail({ content: { subject: 'x', html, text } });
  return { ...sent, proof: inLink(sent.mail.html)[0]! };
}
/** What the script of a page sends. */
const post = (visitor: string, more: object = {}, { origin = SHOP, type = 'page_view' } = {}) =>
  mails.app.call(
    'POST',
    `/track?key=${key}`,
    JSON.stringify({ activities: [{ id: randomUUID(), anonymous_id: visitor, type, ...more }] }),
    { key: null, headers: { 'content-type': 'text/plain', origin } },
  );
/** The same, a second later than what was before. */
async function send(...given: Parameters<typeof post>) {
  await mails.app.clock.advance({ seconds: 1 });
  return post(...given);
}
/** Whose the activities of a visitor are, oldest first. */
const owners = async (visitor: string) =>
  (
    await mails.app.database.rows<{ contact_email: string | null }>(
      'select contact_email from public.crm_activities where anonymous_id = $1 order by occurred_at, id',
      [visitor],
    )
  ).map((row) => row.contact_email);
const visitorName = () => `v-${randomUUID()}`;

describe('a link of a mail to the shop’s page', () => {
  it('carries nothing unless the setting says so, which it does not at first', async () => {
    const [{ initial }] = (await mails.app.database.rows<{ initial: string }>(
      `select column_default as initial from information_schema.columns where table_name = 'settings' and column_name = 'mail_link_proof'`,
    )) as [{ initial: string }];
    expect(initial).toBe('false');
    await setting(false);
    const plain = await mails.sentMail({ content: { subject: 'x', html, text } });
    expect(plain.mail.html).toContain(PAGE.replaceAll('&', '&amp;'));
    expect(plain.mail.html + plain.mail.text).not.toContain('cortex_proof');
  });

  it('carries the mail’s proof in both parts, only where it leads to a site of a write key', async () => {
    const { mail: sent, proof, message_id, link } = await mail();
    expect(sent.html).toContain(`href="${SHOP}/courses?a=1&amp;b=2&amp;cortex_proof=${proof}#prices"`);
    expect(sent.text).toContain(`Look: ${SHOP}/courses?a=1&b=2&cortex_proof=${proof}#prices. Or`);
    expect([inLink(sent.html), inLink(sent.text)]).toEqual([[proof], [proof]]);
    // What colleagues are shown, and the page behind “view in the browser”, whose address people pass on, have none.
    expect(sent.html).not.toMatch(/(other|evil)\.example[^"]*cortex_proof/);
    const { key: reader } = (
      await mails.app.call('POST', '/api-keys', { name: randomUUID(), kind: 'server', scopes: ['read'] })
    ).body;
    const shown = (await mails.app.call('GET', `/outbox/${message_id}`, undefined, { key: reader })).body;
    expect(shown.html + shown.text).not.toContain('cortex_proof');
    const page = await mails.open('GET', link('m'));
    expect([page.status, String(page.body)]).toEqual([200, expect.stringContaining('shop.example/courses')]);
    expect(String(page.body)).not.toContain('cortex_proof');
    // A program that tests the way of a mail gets it as it was sent.
    expect((await mails.app.call('GET', `/outbox/${message_id}`)).body.html).toContain(`cortex_proof=${proof}`);
  });

  it('is noted without its proof when it is clicked, by whoever counts', async () => {
    const noted = async (person: string) =>
      (
        await mails.app.database.rows<{ link: string }>(
          "select metadata ->> 'link' as link from public.crm_activities where person_id = $1 and type = 'email.clicked'",
          [person],
        )
      ).map(({ link }) => link);
    const first = await mail();
    const url = `${SHOP}/courses?a=1&b=2&cortex_proof=${first.proof}#prices`;
    await mails.event({
      ...{ RecordType: 'Click', MessageID: first.mail.id, Recipient: first.email, OriginalLink: url },
      ...{ UserAgent: 'Mozilla/5.0 Firefox/140.0', ReceivedAt: new Date(Date.now() - 1000).toISOString() },
    });
    expect(await noted(first.person_id)).toEqual([PAGE]);
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'ours' });
    const own = await mails.sentMail({ content: { subject: 'x', html, text } });
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'postmark' });
    await mails.app.clock.advance({ minutes: 1 });
    const tracked = [...own.mail.html.matchAll(/school\.example(\/t\/[\w.-]+)/g)].map(([, path]) => path!);
    const answer = await fetch(mails.app.url + tracked[0]!, {
      redirect: 'manual',
      headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' },
    });
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/shop\.example\/courses\?a=1&b=2&cortex_proof=[\w-]+#prices$/,
    );
    expect(await noted(own.person_id)).toEqual([PAGE]);
  });
});

describe('the proof of a mail', () => {
  it('makes the visitor its person as a signature does: what they did before, and for a day what comes', async () => {
    const { proof, email } = await mail();
    const visitor = visitorName();
    await send(visitor);
    await mails.app.clock.advance({ minutes: 1 });
    // A type that the key does not name proves as well.
    await send(visitor, { proof }, { type: 'not.named' });
    expect(await owners(visitor)).toEqual([email]);
    await mails.app.clock.advance({ hours: 23 });
    await send(visitor, { proof });
    await send(visitor);
    expect(await owners(visitor)).toEqual([email, email, null]);
    await mails.app.clock.advance({ hours: 2 });
    await send(visitor, { proof });
    expect((await owners(visitor)).at(-1)).toBeNull();
  });

  it('is used by the first browser alone: to whom the mail was forwarded it proves nothing, and nothing tells them so', async () => {
    const { proof, email } = await mail();
    const visitors = Array.from({ length: 8 }, visitorName);
    const answers = await Promise.all(visitors.map((visitor) => post(visitor, { proof })));
    const shapes = answers.map(({ status, body }) => JSON.stringify([status, body.accepted, body.results[0].status]));
    expect(new Set(shapes)).toEqual(new Set(['[202,1,"accepted"]']));
    const all = (await Promise.all(visitors.map(owners))).flat();
    expect(all.filter((one) => one === email)).toHaveLength(1);
    expect(all.filter((one) => one === null)).toHaveLength(7);
  });

  it('is not used up by scanners, which fetch every link of a mail', async () => {
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'ours' });
    const { mail: sent, email } = await mails.sentMail({ content: { subject: 'x', html, text } });
    await mails.app.call('PATCH', '/settings', { mail_tracking: 'postmark' });
    const link = /school\.example(\/t\/[\w.-]+)/.exec(sent.html)![1]!;
    let proof = '';
    for (const method of ['HEAD', 'GET', 'GET']) {
      const answer = await fetch(mails.app.url + link, { method, redirect: 'manual' });
      proof = inLink(answer.headers.get('location')!)[0]!;
    }
    for (const method of ['GET', 'OPTIONS'])
      await mails.app.call(method, `/track?key=${key}&cortex_proof=${proof}`, undefined, {
        key: null,
        headers: { origin: SHOP },
      });
    const visitor = visitorName();
    await send(visitor, { proof });
    expect(await owners(visitor)).toEqual([email]);
  });

  it('proves nothing when it is made up, of another purpose, too old, or sent from elsewhere', async () => {
    const { proof, person_id, message_id } = await mail();
    const kept = await mails.app.database.row<{ value: string }>(
      "select value from cortex.secrets where name = 'mail_links'",
    );
    const signer = new LinkSigner(kept!.value, 'https://cortex.school.example');
    expect(signer.token('proof', { person_id, message_id })).toBe(proof);
    // Not the last letter, of which only some bits count.
    const changed = proof.slice(0, 40) + (proof[40] === 'A' ? 'B' : 'A') + proof.slice(41);
    const wrong = ['x', changed, signer.token('unsubscribe', { person_id, message_id }), 'A'.repeat(66)];
    for (const one of [...wrong, signer.token('proof', { person_id, message_id: randomUUID() })]) {
      const visitor = visitorName();
      expect((await send(visitor, { proof: one })).status).toBe(202);
      expect(await owners(visitor)).toEqual([null]);
    }
    const visitor = visitorName();
    expect((await send(visitor, { proof }, { origin: 'https://evil.example' })).status).toBe(403);
    await mails.app.clock.advance({ days: 8 });
    await send(visitor, { proof });
    expect(await owners(visitor)).toEqual([null]);
  });

  it('proves nothing once the setting is off, or the mail’s person has another address or is erased', async () => {
    const [off, moved, erased] = [await mail(), await mail(), await mail()];
    await setting(false);
    const visitor = visitorName();
    await send(visitor, { proof: off.proof });
    await setting(true);
    const contact = async (email: string) => (await mails.app.call('GET', `/contacts?q=${email}`)).body.items[0].id;
    const update = await mails.app.call('POST', `/contacts/${await contact(moved.email)}/actions/update_email`, {
      email: `new-${moved.email}`,
    });
    expect(update.status).toBe(200);
    await send(visitor, { proof: moved.proof });
    const gone = await mails.app.call('POST', `/contacts/${await contact(erased.email)}/erase`, {
      ...{ reason: 'They asked', confirm: erased.email },
    });
    expect(gone.status).toBe(200);
    await send(visitor, { proof: erased.proof });
    expect(await owners(visitor)).toEqual([null, null, null]);
  });

  it('never makes a visitor a second person, and gives way to the signature of the shop’s server', async () => {
    const [ann, bob] = [await mail(), await mail()];
    const visitor = visitorName();
    await send(visitor, { proof: ann.proof });
    await send(visitor, { proof: bob.proof });
    expect(await owners(visitor)).toEqual([ann.email, null]);
    const signature = createHmac('sha256', secret).update(ann.email).digest('hex');
    await send(visitor, { contact_email: ann.email, signature, proof: bob.proof });
    expect(await owners(visitor)).toEqual([ann.email, null, ann.email]);
    // Bob’s own is still there for Bob.
    const other = visitorName();
    await send(other, { proof: bob.proof });
    expect(await owners(other)).toEqual([bob.email]);
  });

  it('of a linked account is one of the same person: it ends with the link, is in what they may ask for, and goes with them', async () => {
    const [ann, bob, carl] = [await mail(), await mail(), await mail()];
    const idOf = async (email: string): Promise<string> =>
      (await mails.app.call('GET', `/contacts?q=${email}`)).body.items[0].id;
    const [head, other, third] = [await idOf(ann.email), await idOf(bob.email), await idOf(carl.email)];
    const act = async (action: string, body: object) =>
      expect((await mails.app.call('POST', `/contacts/${head}/actions/${action}`, body)).body.state).toBe('done');
    const everything = async (id: string) => (await mails.app.call('GET', `/contacts/${id}/everything`)).body;
    const visitor = visitorName();
    const early = { occurred_at: mails.app.clock.now().toISOString() };
    await send(visitor, { proof: ann.proof });
    await act('link_accounts', { other_contact_id: other });
    // What a page that was offline did before, comes after.
    await send(visitor, early);
    expect(await owners(visitor)).toEqual([null, ann.email]);
    await send(visitor, { proof: bob.proof });
    expect(await owners(visitor)).toEqual([ann.email, ann.email, bob.email]);
    const views = async (id: string) =>
      (await mails.app.call('GET', `/contacts/${id}/activities`)).body.items.filter(
        (one: { type: string }) => one.type === 'page_view',
      ).length;
    expect(await views(head)).toBe(3);
    expect(await everything(head)).toMatchObject({
      visitors: [{ anonymous_id: visitor, person_id: ann.person_id, proven_by_mail: ann.message_id }],
      mail_proofs: [
        { message_id: ann.message_id, anonymous_id: visitor },
        { message_id: bob.message_id, anonymous_id: visitor },
      ],
    });
    await act('link_accounts', { other_contact_id: third });
    await act('unlink_accounts', { other_contact_id: other });
    await act('unlink_accounts', { other_contact_id: third });
    await send(visitor, { proof: carl.proof });
    await send(visitor, { proof: bob.proof });
    expect(await owners(visitor)).toEqual([ann.email, ann.email, bob.email, null, null]);
    expect([await views(head), await views(other)]).toEqual([2, 1]);
    expect((await everything(head)).visitors).toMatchObject([{ anonymous_id: visitor }]);
    expect((await everything(other)).visitors).toEqual([]);
    await act('link_accounts', { other_contact_id: other });
    const erased = await mails.app.call('POST', `/contacts/${head}/erase`, {
      ...{ reason: 'They asked', confirm: ann.email },
    });
    expect(erased.status).toBe(200);
    const left = await mails.app.database.rows(
      `select 1 from cortex.visitors where anonymous_id = $1 union all select 1 from cortex.link_proofs where anonymous_id = $1
       union all select 1 from public.crm_activities where anonymous_id = $1`,
      [visitor],
    );
    expect(left).toEqual([]);
  });

  it('counts once, whatever is sent again', async () => {
    const { proof, email } = await mail();
    const visitor = visitorName();
    const id = randomUUID();
    await send(visitor, { id, proof });
    expect((await send(visitor, { id, proof })).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await owners(visitor)).toEqual([email]);
  });
});
