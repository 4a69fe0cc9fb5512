import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { queueMail, type SendFacts } from '#emails';
import { newId } from '#platform';
import { claimBatch } from '#send';
import { ActionsWorld } from './actions.fixture.js';

let world: ActionsWorld;
beforeAll(async () => {
  world = await ActionsWorld.make();
}, 120_000);
afterAll(() => world?.api.close());

describe('linked accounts', () => {
  it('are one person for whoever looks: both histories, what both paid, and the stricter answer about mail', async () => {
    const head = await world.someone({ first_name: 'Ann', consent: 'subscribed' });
    const other = await world.someone({ consent: { status: 'unsubscribed' } });
    const second = newId();
    await world.act(head.id, 'enroll', {
      course_id: world.course,
      payment: 'elsewhere',
      amount_minor: 4900,
      currency: 'EUR',
    });
    await world.act(other.id, 'enroll', {
      course_id: world.course,
      payment: 'elsewhere',
      amount_minor: 1000,
      currency: 'EUR',
    });
    await world.api.call('POST', '/transactions', { email: other.email, amount_minor: 300, currency: 'JPY' });
    const dry = await world.act(head.id, 'link_accounts', { other_contact_id: other.id, dry_run: true }, world.support);
    expect(dry.body).toMatchObject({
      action: 'link_accounts',
      sentences: [
        expect.stringContaining(`${head.email}, customer: 1 enrollment, `),
        expect.stringContaining('€10.00 and ¥300 paid, unsubscribed.'),
        expect.stringContaining('unlinking parts the two again'),
        'The stricter answer about marketing mail holds for both: unsubscribed.',
      ],
    });
    expect((await world.act(head.id, 'link_accounts', { other_contact_id: other.id }, world.support)).body.state).toBe(
      'done',
    );
    await world.api.call('POST', '/courses', { id: second, title: 'Dark' });
    await world.api.call('POST', '/enrollments', { email: other.email, course_id: second });
    expect((await world.act(head.id, 'enroll', { course_id: second }, world.support)).body.code).toBe(
      'already_enrolled',
    );
    const shown = await world.contact(other.id);
    expect(shown).toMatchObject({
      email: head.email,
      lifetime_value: 59,
      currency: 'EUR',
      other_currencies: [{ currency: 'JPY', amount: 300 }],
      can_be_emailed: false,
      email_status: 'unsubscribed',
      email_reason: 'Unsubscribed with an account that is linked to this one.',
      consent: { status: 'subscribed' },
    });
    const found = (await world.api.call('GET', `/contacts?q=${head.email}`)).body.items;
    expect(found).toMatchObject([{ lifetime_value: 59, can_be_emailed: false }]);
    expect((await world.api.call('GET', `/contacts?q=${other.email}`)).body.items).toEqual(found);
    expect((await world.api.call('GET', `/contacts/${other.id}/links`)).body.items).toEqual([
      expect.objectContaining({ email: other.email, type: 'customer', linked_by: 'support@example.com' }),
    ]);
    const history = (await world.api.call('GET', `/contacts/${head.id}/activities`)).body.items;
    expect(new Set(history.map((one: any) => one.contact_email))).toEqual(new Set([head.email, other.email]));
    const rules = { operator: 'AND', conditions: [{ field: 'can_be_emailed', operator: 'is_true' }] };
    const mailable = async () =>
      (await world.api.call('POST', '/contacts/search', { q: 'person', rules, limit: 200 })).body.items.map(
        (one: any) => one.email,
      );
    expect(await mailable()).not.toContain(head.email);

    const parted = await world.act(head.id, 'unlink_accounts', {});
    expect(parted.body.state).toBe('done');
    expect(await world.contact(head.id)).toMatchObject({ lifetime_value: 49, can_be_emailed: true });
    expect(await world.contact(other.id)).toMatchObject({
      email: other.email,
      lifetime_value: 10,
      can_be_emailed: false,
    });
    expect(await mailable()).toContain(head.email);
  });

  it('get no marketing mail that is waiting when one of them says no, and each goes its own way again when they part', async () => {
    const [head, other] = [
      await world.someone({ consent: 'subscribed' }),
      await world.someone({ consent: 'subscribed' }),
    ];
    const people = new Map<string, string>();
    for (const { email } of [head, other])
      people.set(
        email,
        (await world.sql('select person_id from cortex.people where address = $1', [email]))[0].person_id,
      );
    const waits = (email: string, key: string) =>
      world.api.db.database.tx((tx) =>
        queueMail(tx, {
          person_id: people.get(email)!,
          stream: 'broadcast',
          content: { subject: key, html: '<p>x</p>' },
          data: { contact: {} },
          dedupe_key: `${key} ${email}`,
        }),
      );
    const facts: SendFacts = {
      provider: 'outbox',
      message_stream: 'broadcast',
      stream: 'broadcast',
      public_url: 'https://cortex.school.example',
      workspace: { name: 'School', postal_address: '1 Main Street' },
      sender: 'School <news@school.example>',
      unsubscribe: 'ours',
      track: false,
    };
    const leaves = async (key: string) => {
      await world.api.db.database.tx((tx) => claimBatch(tx, facts, 'any', newId()));
      return (
        await world.sql(
          'select contact_email::text as email, state, reason from cortex.messages where dedupe_key like $1 order by contact_email',
          [`${key} %`],
        )
      ).map(({ email, state, reason }) => [email, reason ?? state]);
    };
    await world.act(head.id, 'link_accounts', { other_contact_id: other.id });
    for (const { email } of [head, other]) await waits(email, 'linked');
    await world.api.call('PATCH', `/contacts/${head.id}`, { consent: 'unsubscribed' });
    expect(await leaves('linked')).toEqual([
      [head.email, 'unsubscribed'],
      [other.email, 'unsubscribed'],
    ]);
    const mails = (await world.get(`/messages?contact_email=${head.email}`)).items;
    expect(mails.map((mail: any) => mail.contact_email).toSorted()).toEqual([head.email, other.email].toSorted());
    await world.act(head.id, 'unlink_accounts');
    for (const { email } of [head, other]) await waits(email, 'parted');
    expect(await leaves('parted')).toEqual([
      [head.email, 'unsubscribed'],
      [other.email, 'submitting'],
    ]);
    // A pause of one of them holds for both in the same way.
    const [paused, beside] = [
      await world.someone({ consent: 'subscribed' }),
      await world.someone({ consent: 'subscribed' }),
    ];
    await world.act(paused.id, 'link_accounts', { other_contact_id: beside.id });
    await world.sql("update cortex.people set paused_until = now() + interval '9 days' where address = $1", [
      beside.email,
    ]);
    people.set(
      paused.email,
      (await world.sql('select person_id from cortex.people where address = $1', [paused.email]))[0].person_id,
    );
    await waits(paused.email, 'paused');
    expect(await leaves('paused')).toEqual([[paused.email, 'paused']]);
  });

  it('say beforehand which pause and which topics of one hold for the other, also of accounts that are linked already', async () => {
    const [head, other, third] = [
      await world.someone({ consent: 'subscribed' }),
      await world.someone({ consent: 'subscribed' }),
      await world.someone({ consent: 'subscribed' }),
    ];
    const topic = async (name: string) => (await world.api.call('POST', '/email/topics', { name })).body.id as string;
    const [news, offers] = [await topic('News'), await topic('Offers')];
    const said = async () =>
      (await world.preview(head.id, 'link_accounts', { other_contact_id: other.id })).body.sentences.slice(3);
    expect(await said()).toEqual(['Both may go on getting the mail that they get now.']);
    const off = (...ids: string[]) => ({ topics: ids.map((id) => ({ id, on: false })) });
    await world.api.call('PATCH', `/contacts/${other.id}/topics`, { ...off(news, offers), pause_days: 14 });
    await world.api.call('PATCH', `/contacts/${head.id}/topics`, off(news));
    const pause = expect.stringMatching(
      new RegExp(`^${other.email} has paused marketing mail until \\d+ \\w+ \\d{4}\\. That holds for both\\.$`),
    );
    expect(await said()).toEqual([pause, `${other.email} has turned off “Offers”. That holds for both.`]);
    await world.api.call('PATCH', `/contacts/${third.id}`, { consent: 'unsubscribed' });
    await world.act(head.id, 'link_accounts', { other_contact_id: third.id });
    expect(await said()).toEqual([
      'The stricter answer about marketing mail holds for all 3 accounts: unsubscribed.',
      expect.stringContaining('That holds for all 3 accounts.'),
      `${head.email} has turned off “News”. That holds for all 3 accounts.`,
      `${other.email} has turned off “News” and “Offers”. That holds for all 3 accounts.`,
    ]);
  });

  it('stand in a star, never in a chain or a circle', async () => {
    const [a, b, c] = [await world.someone(), await world.someone(), await world.someone()];
    const link = async (into: { id: string }, other: { id: string }) => {
      const { status, body } = await world.act(into.id, 'link_accounts', { other_contact_id: other.id });
      return [status, body.state ?? body.code];
    };
    expect(await link(a, a)).toEqual([400, 'invalid_request']);
    expect(await link(a, b)).toEqual([200, 'done']);
    expect(await link(a, b)).toEqual([400, 'invalid_request']);
    expect(await link(b, a)).toEqual([400, 'invalid_request']);
    expect(await link(c, a)).toEqual([400, 'invalid_request']);
    expect(await link(c, b)).toEqual([400, 'invalid_request']);
    expect(await link(b, c)).toEqual([200, 'done']);
    const several = await world.act(a.id, 'unlink_accounts', {});
    expect([several.status, several.body.code]).toEqual([409, 'several_candidates']);
    expect(several.body.candidates.map(({ id }: { id: string }) => id)).toEqual([b.id, c.id]);
    const preview = await world.preview(a.id, 'unlink_accounts');
    expect([preview.status, preview.body.candidates.length]).toEqual([200, 2]);
    expect((await world.act(a.id, 'unlink_accounts', { other_contact_id: b.id })).body.state).toBe('done');
    expect((await world.contact(b.id)).email).toBe(b.email);
    expect((await world.contact(c.id)).email).toBe(a.email);
  });

  it('share what wakes and ends their runs, and only the one who is shown begins new ones', async () => {
    const [head, other] = [
      await world.someone({ consent: 'subscribed' }),
      await world.someone({ consent: 'subscribed' }),
    ];
    const automation = await world.engine.live(
      {
        schema: 1,
        nodes: [
          { id: 'start', type: 'activity_received', config: { activity_type: 'basket.left' } },
          {
            id: 'hope',
            type: 'wait_until',
            config: { activity_type: 'basket.opened', timeout: { n: 3, unit: 'days' } },
          },
          {
            id: 'mail',
            type: 'send_email',
            config: { subject: '{{ activity.metadata.what }}', html: '<p>x</p>', stream: 'transactional' },
          },
          { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
        ],
        edges: [
          { source: 'start', port: 'next', target: 'hope' },
          { source: 'hope', port: 'happened', target: 'mail' },
          { source: 'mail', port: 'next', target: 'wait' },
        ],
      },
      { entry: { limit: 'always' }, exit_when: { activity_type: 'basket.bought' } },
    );
    const runs = async () =>
      (
        await world.sql(
          `select p.address, r.status, r.node_id from cortex.automation_runs r join cortex.people p using (person_id)
           where r.automation_id = $1 order by r.entered_at, r.id`,
          [automation],
        )
      ).map(({ address, status, node_id }) => [address, status, node_id]);
    await world.engine.post(other.email, { type: 'basket.left', metadata: { what: 'before' } });
    await world.engine.settle();
    await world.act(head.id, 'link_accounts', { other_contact_id: other.id });
    await world.engine.post(other.email, { type: 'basket.left', metadata: { what: 'a lamp' } });
    await world.engine.settle();
    expect(await runs()).toEqual([
      [other.email, 'waiting', 'hope'],
      [head.email, 'waiting', 'hope'],
    ]);
    await world.engine.post(head.email, { type: 'basket.opened' });
    await world.engine.settle();
    expect(await runs()).toEqual([
      [other.email, 'waiting', 'wait'],
      [head.email, 'waiting', 'wait'],
    ]);
    const subject = (email: string) =>
      world.sql(
        `select m.data -> 'activity' -> 'metadata' ->> 'what' as what from cortex.messages m where m.contact_email = $1`,
        [email],
      );
    expect([await subject(other.email), await subject(head.email)]).toEqual([
      [{ what: 'before' }],
      [{ what: 'a lamp' }],
    ]);
    expect((await world.api.call('GET', `/runs?contact_email=${head.email}`)).body.items).toHaveLength(2);
    await world.engine.post(other.email, { type: 'basket.bought' });
    await world.engine.settle();
    expect((await runs()).map(([, status]) => status)).toEqual(['exited', 'exited']);

    // Parted again, each goes by what it does itself.
    await world.act(head.id, 'unlink_accounts', {});
    await world.engine.post(other.email, { type: 'basket.left' });
    await world.engine.post(head.email, { type: 'basket.opened' });
    await world.engine.settle();
    expect((await runs()).at(-1)).toEqual([other.email, 'waiting', 'hope']);
  });
});
