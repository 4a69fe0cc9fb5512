import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listMessages, suppress } from '#emails';
import { callPage } from '../webhooks/calls.queries.js';
import { drawing, on, type Step } from './steps.fixture.js';
import { Shop, wait } from './peers.fixture.js';

const mail = (id: string, stream: 'broadcast' | 'transactional' = 'broadcast'): Step => [
  id,
  'send_email',
  { subject: `Mail ${id}`, html: '<p>For {{ contact.email }}</p>', stream },
];

/** What happens to somebody while something of theirs is under way. */
type Deed = 'change' | 'suppress the old' | 'bounce the old';
const kinds: Deed[][] = [
  ['change'],
  ['change', 'suppress the old'],
  ['suppress the old', 'change'],
  ['change', 'bounce the old'],
  ['bounce the old', 'change'],
];
const named = kinds.map((deeds): [string, Deed[]] => [deeds.join(', then '), deeds]);

describe('9.B: nothing carries a copy of whose address it is', () => {
  let shop: Shop;
  let automation: string;
  let person: { old: string; now: string };
  let serial = 0;
  let bounce = 0;

  beforeAll(async () => {
    shop = await Shop.make('copied');
    automation = await shop.line.live(
      drawing([
        on('move.start'),
        mail('first'),
        wait('day', 1, 'days'),
        mail('second'),
        wait('more', 1, 'days'),
        mail('third'),
      ]),
    );
  });
  afterAll(() => shop.close());

  /** A customer who has just entered and got the first mail. */
  beforeEach(async () => {
    serial += 1;
    person = await customer(`old${serial}`);
    await shop.post(person.old, 'move.start');
    expect(shop.inboxOf(person.old)).toEqual(['Mail first']);
  });

  async function customer(name: string): Promise<{ old: string; now: string }> {
    const old = `${name}@example.com`;
    await shop.db.database.run('insert into public.unified_profiles (email) values ($1)', [old]);
    await shop.db.database.run(`update cortex.people set consent_status = 'subscribed' where address = $1`, [old]);
    return { old, now: `${name}.now@example.com` };
  }

  const deeds: Record<Deed, () => Promise<unknown>> = {
    change: () =>
      shop.db.database.run('update public.unified_profiles set email = $2 where email = $1', [person.old, person.now]),
    'suppress the old': () =>
      shop.db.database.tx((tx) =>
        suppress(
          tx,
          (['broadcast', 'transactional'] as const).map((stream) => {
            return { address: person.old, stream, reason: 'manual' as const, origin: 'test' };
          }),
        ),
      ),
    'bounce the old': () =>
      shop.hears(person.old, { RecordType: 'Bounce', ID: (bounce += 1), Type: 'HardBounce', Inactive: true }),
  };
  const happens = async (which: readonly Deed[]) => {
    for (const deed of which) await deeds[deed]();
  };
  const nextDay = () => shop.db.clock.advance({ days: 1 });
  const mails = async () => {
    const { items } = await listMessages(shop.db.database, { automation_id: automation, limit: 200 });
    return items
      .filter(({ contact_email }) => [person.old, person.now].includes(contact_email))
      .map(({ node_id, state, contact_email }) => ({ node_id, state, contact_email }))
      .reverse();
  };
  const sentTo = (node_id: string, contact_email: string) => ({ node_id, state: 'sent', contact_email });
  const run = () => shop.people.run(automation, person.now);

  it.each(named)('while waiting: %s', async (_, which) => {
    await happens(which);
    await nextDay();
    await shop.settle();
    expect(shop.inboxOf(person.now)).toEqual(['Mail second']);
    expect(shop.fake.accepted.at(-1)!.html).toContain(`For ${person.now}`);
    expect(shop.inboxOf(person.old)).toEqual(['Mail first']);
    expect(await mails()).toEqual([sentTo('first', person.old), sentTo('second', person.now)]);
    expect(await run()).toMatchObject({ contact_email: person.now });
  });

  it.each(named)('while queued: %s', async (_, which) => {
    await nextDay();
    await shop.line.settle();
    expect((await mails()).at(-1)).toEqual({ node_id: 'second', state: 'queued', contact_email: person.old });
    await happens(which);
    expect((await mails()).at(-1)).toEqual({ node_id: 'second', state: 'queued', contact_email: person.now });
    await shop.settle();
    expect(shop.inboxOf(person.now)).toEqual(['Mail second']);
    expect(shop.fake.accepted.at(-1)!.html).toContain(`For ${person.now}`);
    expect(shop.inboxOf(person.old)).toEqual(['Mail first']);
    expect(await mails()).toEqual([sentTo('first', person.old), sentTo('second', person.now)]);
  });

  it.each(named)('while submitting: %s', async (_, which) => {
    await nextDay();
    await shop.line.settle();
    // Postmark takes the call and does not answer, until the caller gives up.
    shop.fake.plan({ kind: 'hang', accept: true });
    const calls = shop.fake.calls.length;
    const { sender, loop } = shop.sender(1);
    const sending = sender.sendOne();
    while (shop.fake.calls.length === calls) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await mails()).at(-1)).toMatchObject({ node_id: 'second', state: 'submitting' });
    await happens(which);
    await sending;
    await loop.upkeep();
    // It had left for the old address, and says so; whatever became of that address is not the new one's.
    expect((await mails()).at(-1)).toEqual(sentTo('second', person.old));
    expect(shop.inboxOf(person.old)).toEqual(['Mail first', 'Mail second']);
    await shop.hears(person.old, { RecordType: 'Bounce', ID: (bounce += 1), Type: 'HardBounce', Inactive: true });
    await nextDay();
    await shop.settle();
    expect(shop.inboxOf(person.now)).toEqual(['Mail third']);
    expect(
      await shop.db.database.rows('select distinct address from cortex.suppressions where address like $1', [
        `old${serial}%`,
      ]),
    ).toEqual([{ address: person.old }]);
  });

  it('while submitting: what surely did not leave goes to the new address when it is tried again', async () => {
    await nextDay();
    await shop.line.settle();
    shop.fake.plan({ kind: 'status', status: 503 });
    const { sender } = shop.sender();
    await sender.sendOne();
    await happens(['change']);
    await shop.db.clock.advance({ minutes: 1 });
    await shop.settle();
    expect(shop.inboxOf(person.now)).toEqual(['Mail second']);
    expect(shop.inboxOf(person.old)).toEqual(['Mail first']);
  });

  it('while queued: the new address is suppressed, and the mail is left out for that', async () => {
    await nextDay();
    await shop.line.settle();
    await happens(['change']);
    await shop.db.database.tx((tx) =>
      suppress(tx, [{ address: person.now, stream: 'broadcast', reason: 'manual', origin: 'test' }]),
    );
    await shop.settle();
    expect((await mails()).at(-1)).toEqual({ node_id: 'second', state: 'skipped', contact_email: person.now });
    expect(await shop.mails(automation, person.now)).toMatchObject([{ reason: 'suppressed' }]);
  });

  it('sent on into another automation, they are mailed where they are by then', async () => {
    const other = await shop.line.live(drawing([['start', 'manual'], wait('day', 1, 'days'), mail('elsewhere')]));
    const first = await shop.line.live(
      drawing([on('move.on'), wait('day', 1, 'days'), ['go', 'enter_automation', { automation_id: other }]]),
    );
    await shop.post(person.old, 'move.on');
    await happens(['change']);
    for (let day = 0; day < 2; day += 1) {
      await nextDay();
      await shop.settle();
    }
    expect(shop.inboxOf(person.now)).toContain('Mail elsewhere');
    expect(await shop.people.run(first, person.now)).toMatchObject({ contact_email: person.now });
  });

  it('a mail to a colleague goes to the address that the step names, though the colleague is a customer who moves', async () => {
    const tell = await shop.line.live(
      drawing([
        on('team.start'),
        ['tell', 'notify_team', { to: person.old, subject: 'About {{ contact.email }}', text: 'Call' }],
      ]),
    );
    const about = await customer(`about${serial}`);
    await shop.line.post(about.old, { type: 'team.start' });
    await shop.line.settle();
    await happens(['change']);
    await shop.settle();
    expect(shop.inboxOf(person.old)).toEqual(['Mail first', `About ${about.old}`]);
    expect(await shop.mails(tell, person.old)).toMatchObject([{ state: 'sent' }]);
    expect(shop.inboxOf(person.now)).toEqual([]);
  });

  it('a colleague whom the directory does not know gets the mail about somebody', async () => {
    const tell = await shop.line.live(
      drawing([on('team.new'), ['tell', 'notify_team', { to: 'Team@shop.example', subject: 'Look', text: 'Call' }]]),
    );
    await shop.post(person.old, 'team.new');
    expect(await shop.mails(tell, 'Team@shop.example')).toMatchObject([{ state: 'sent' }]);
  });

  it('a webhook call says what was so when its step ran, however late it leaves; its list names who it is now', async () => {
    const calls = await shop.line.live(
      drawing([
        on('hook.start'),
        ['call', 'webhook', { url: 'https://hooks.example.com/in', body: '{"email": "{{ contact.email }}"}' }],
      ]),
    );
    await shop.line.post(person.old, { type: 'hook.start' });
    await shop.line.settle();
    await happens(['change']);
    const { items } = await callPage(shop.db.database, { automation_id: calls, limit: 10 });
    expect(items).toMatchObject([{ state: 'queued', contact_email: person.now }]);
    expect(
      await shop.db.database.rows('select body from cortex.webhook_calls where automation_id = $1', [calls]),
    ).toEqual([{ body: `{"email":"${person.old}"}` }]);
  });
});
