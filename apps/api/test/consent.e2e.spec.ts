import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;

beforeAll(async () => {
  mails = await MailFixture.make();
});
afterAll(() => mails.close());

const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const post = (path: string, body: unknown) => mails.app.call<any>('POST', path, body);

/** Somebody who got a mail: who they are, the links in it, and how to ask for their contact. */
async function recipient() {
  const { person_id, link } = await mails.sentMail();
  const [row] = await mails.app.database.rows<{ id: string; email: string }>(
    'select id, email from cortex.people where person_id = $1',
    [person_id],
  );
  const oneClick = async () =>
    expect((await mails.open('POST', link('unsubscribe'), { 'List-Unsubscribe': 'One-Click' })).body).toContain(
      'You are unsubscribed',
    );
  const contact = async () => (await mails.app.call<any>('GET', `/contacts/${row!.id}`)).body;
  return { person_id, email: row!.email, id: row!.id, link, oneClick, contact };
}

describe('C: consent from the future', () => {
  it.each(['/profiles', '/purchase-leads'])('is refused at %s, for the item alone', async (path) => {
    const consent = { status: 'subscribed', at: ahead(180) };
    const alone = await post(path, { email: 'ahead@example.com', consent });
    expect(alone.status).toBe(400);
    expect(alone.body.errors).toEqual([
      { pointer: '/consent/at', message: expect.stringContaining('more than 5 minutes in the future') },
    ]);
    const some = await post(path, [
      { email: 'ahead@example.com', consent },
      { email: 'ahead2@example.com', created_at: ahead(180), consent: 'subscribed' },
      { email: 'intime@example.com', consent: { status: 'subscribed', at: ahead(4) } },
    ]);
    expect(some.body.results.map((result: any) => [result.status, result.error?.pointer])).toEqual([
      ['rejected', '/consent/at'],
      ['rejected', '/created_at'],
      [expect.stringMatching(/created|updated/), undefined],
    ]);
  });

  it('is refused of a colleague', async () => {
    const { id } = await recipient();
    const answer = await mails.app.call<any>('PATCH', `/contacts/${id}`, {
      consent: { status: 'subscribed', at: ahead(180) },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/consent/at');
  });

  it('a one-click unsubscribe wins over what was said a moment ahead, before it or after it', async () => {
    const { email, id, oneClick, contact } = await recipient();
    await post('/profiles', { email, consent: { status: 'subscribed', at: ahead(4) } });
    await oneClick();
    expect((await contact()).consent.status).toBe('unsubscribed');
    for (const consent of ['subscribed', { status: 'subscribed', at: ahead(4) }]) {
      const answer = await post('/profiles', [{ email, consent }]);
      expect(answer.body).toMatchObject({ updated: 1, consents_kept: 1, results: [{ consent_kept: true }] });
      const patch = await mails.app.call<any>('PATCH', `/contacts/${id}`, { consent });
      expect([patch.status, patch.body.detail]).toEqual([
        409,
        expect.stringContaining('Only they can subscribe again'),
      ]);
    }
    expect(await contact()).toMatchObject({ can_be_emailed: false, email_status: 'unsubscribed' });
  });

  it('whoever said no can say yes again on the preference page', async () => {
    const { link, oneClick, contact } = await recipient();
    await oneClick();
    await mails.open('POST', link('preferences'), { action: 'subscribe' });
    expect((await contact()).consent.status).toBe('subscribed');
  });
});

describe('E: history that is brought in', () => {
  it('never turns a no into a yes, and says how many it left alone', async () => {
    const said = { email: 'history@example.com', consent: { status: 'unsubscribed', at: ahead(-30 * 24 * 60) } };
    await post('/profiles', said);
    const answer = await post('/purchase-leads', [
      { email: said.email, created_at: '2024-03-01T10:00:00Z', consent: 'subscribed' },
      { email: said.email, external_id: 'x1', consent: 'subscribed' },
      { email: said.email, external_id: 'x2', consent: 'unknown' },
      { email: 'fresh@example.com', created_at: '2024-03-01T10:00:00Z', consent: 'subscribed' },
    ]);
    expect(answer.body).toMatchObject({ rejected: 0, consents_kept: 2 });
    const people = await mails.app.database.rows(
      "select address, consent_status, consent_at from cortex.people where address in ('history@example.com', 'fresh@example.com') order by 1",
    );
    expect(people).toMatchObject([
      { consent_status: 'subscribed', consent_at: new Date('2024-03-01T10:00:00Z') },
      { consent_status: 'unsubscribed' },
    ]);
  });

  it('a shop that knows when somebody answered again says so with `at`', async () => {
    await post('/profiles', { email: 'again@example.com', consent: { status: 'unsubscribed', at: ahead(-60) } });
    const answer = await post('/profiles', {
      email: 'again@example.com',
      consent: { status: 'subscribed', at: ahead(-1) },
    });
    expect(answer.body.consents_kept).toBe(0);
  });
});
