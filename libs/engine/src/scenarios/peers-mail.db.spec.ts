import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipeline } from '#testing';
import { mail, Shop, wait } from './peers.fixture.js';
import { drawing, on } from './steps.fixture.js';

const about = (operator: string, node_id = 'first') => ({
  operator: 'AND',
  conditions: [{ field: 'step', node_id, operator }],
});
const days = (n: number) => ({ n, unit: 'days' as const });

describe('mail, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make('peer');
  });
  afterAll(() => shop.close());

  it('mautic#1737: a run of an hour and a half beside five other workers mails everybody once', async () => {
    const { db, line, fake } = shop;
    const automation = await line.live(drawing([on('long.start'), mail('first')]));
    const emails = await shop.crowd(40);
    for (const email of emails) await line.post(email, { type: 'long.start' });
    const others = await Promise.all(Array.from({ length: 5 }, () => pipeline(db.database)));
    const blocked = `select 1 from pg_locks l join pg_database d on d.oid = l.database
      where not l.granted and l.locktype = 'relation' and d.datname = current_database()`;

    // The first worker stands still in the middle of its work, as long as this transaction is open.
    const slow = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = db.database.tx(async (tx) => {
      await tx.run('lock table cortex.messages in share row exclusive mode');
      locked.resolve();
      await slow.promise;
    });
    await locked.promise;
    const first = line.matcher.once();
    while ((await db.database.rows(blocked)).length === 0) await new Promise(setImmediate);
    await db.clock.advance({ minutes: 90 });
    for (const other of others) {
      expect(await other.matcher.once()).toBe(false);
      expect(await other.waker.once()).toBe(false);
    }
    slow.resolve();
    await holding;
    expect(await first).toBe(true);
    await Promise.all([line, ...others].map((worker) => worker.settle()));
    expect(await shop.count('cortex.messages', `automation_id = '${automation}'`)).toBe(40);

    // The same once more where mail leaves: Postmark has taken the batch, and its answer does not come for so long.
    fake.plan({ kind: 'hang', accept: true });
    const calls = fake.calls.length;
    const stuck = shop.sender(3).sender.sendOne();
    while (fake.calls.length === calls) await new Promise(setImmediate);
    await db.clock.advance({ minutes: 90 });
    const senders = Array.from({ length: 5 }, () => shop.sender());
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(senders.map(({ sender }) => sender.sendOne()));
      await Promise.all(senders.map(({ loop }) => loop.upkeep()));
      await db.clock.advance({ minutes: 30 });
    }
    await stuck;
    await shop.settle();
    expect([...fake.acceptedTimes().values()]).toEqual(emails.map(() => 1));
    for (const email of emails) {
      expect(await shop.mails(automation, email)).toMatchObject([{ state: 'sent', attempts: 1 }]);
    }
  });

  it('parcelvoy#432: a mail that fails holds nobody up, and the third still goes', async () => {
    const automation = await shop.line.live(
      drawing([
        on('three.start'),
        mail('first'),
        wait('day', 1, 'days'),
        mail('second'),
        wait('another', 1, 'days'),
        mail('third'),
      ]),
    );
    const emails = [await shop.people.someone(), await shop.people.someone()];
    for (const email of emails) await shop.line.post(email, { type: 'three.start' });
    await shop.settle();
    await shop.db.clock.advance({ days: 1 });
    shop.fake.plan({ kind: 'items', codes: { 0: 300 } });
    await shop.settle();
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    const inboxes = emails.map((email) => shop.inboxOf(email)).sort((a, b) => a.length - b.length);
    expect(inboxes).toEqual([
      ['Mail first', 'Mail third'],
      ['Mail first', 'Mail second', 'Mail third'],
    ]);
    const failed = emails.find((email) => shop.inboxOf(email).length === 2)!;
    const run = await shop.people.run(automation, failed);
    expect(run.status).toBe('completed');
    expect(run.steps.find(({ node_id }) => node_id === 'second')).toMatchObject({
      port: 'next',
      outcome: { mail: 'failed', mail_reason: 'Invalid email request.' },
    });
  });

  it('Notifuse#327, Notifuse#191: who has just come in by the shop starts it, and the steps after the mail are reached and counted', async () => {
    const automation = await shop.line.live(
      drawing([
        on('lead.created', {
          rules: { operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'NZ' }] },
        }),
        mail('welcome', 'transactional'),
        wait('pause', 2, 'hours'),
        ['tag', 'update_contact', { add_tags: ['welcomed'] }],
        mail('second', 'transactional'),
      ]),
    );
    // Written with plain SQL, as a shop does that knows nothing of us.
    await shop.db.database.run(
      `insert into public.purchase_leads (email, country) values ('new1@example.com', 'NZ'), ('new2@example.com', 'NZ'),
         ('elsewhere@example.com', 'DE')`,
    );
    await shop.settle();
    expect((await shop.stats(automation)).nodes).toMatchObject({
      start: { entered: 2, left: 2 },
      welcome: { entered: 2, left: 2, messages: { candidates: 2, sent: 2 } },
      pause: { entered: 2, here_now: 2 },
    });
    await shop.db.clock.advance({ hours: 2 });
    await shop.settle();
    expect(await shop.stats(automation)).toMatchObject({
      entered: 2,
      completed: 2,
      inside: 0,
      nodes: {
        pause: { entered: 2, here_now: 0, left: 2, ports: { next: 2 } },
        tag: { entered: 2, left: 2, ports: { next: 2 } },
        second: { entered: 2, left: 2, messages: { candidates: 2, sent: 2 } },
      },
    });
    expect(shop.inboxOf('new1@example.com')).toEqual(['Mail welcome', 'Mail second']);
    expect(shop.inboxOf('elsewhere@example.com')).toEqual([]);
  });

  it('odoo#152695: who was not sent the mail does not get the tag for having been sent it', async () => {
    const automation = await shop.line.live(
      drawing(
        [
          on('opportunity.new'),
          mail('first'),
          ['left', 'wait_until', { rules: about('sent'), timeout: days(1) }],
          ['tag', 'update_contact', { add_tags: ['Email sent'] }],
          ['not', 'filter', { rules: about('skipped') }],
          ['noted', 'update_contact', { add_tags: ['Not mailed'] }],
        ],
        ['start', 'next', 'first'],
        ['first', 'next', 'left'],
        ['left', 'happened', 'tag'],
        ['left', 'timed_out', 'not'],
        ['not', 'yes', 'noted'],
      ),
      { entry: { limit: 'always' }, frequency_cap: { count: 1, per: days(7) } },
    );
    const [twice, left] = [await shop.people.someone(), await shop.people.someone()];
    await shop.db.database.run(`update cortex.people set consent_status = 'unsubscribed' where address = $1`, [left]);
    const tagsOf = async (email: string) => {
      const sql = 'select tags from cortex.people where address = $1';
      return (await shop.db.database.row<{ tags: string[] }>(sql, [email]))!.tags.filter((tag) => tag !== 'lead');
    };
    await shop.post(twice, 'opportunity.new');
    await shop.post(left, 'opportunity.new');
    expect(await tagsOf(twice)).toEqual(['Email sent']);
    await shop.db.database.run(`update public.purchase_leads set tags = '{}' where email = $1`, [twice]);
    // The same person once more within the week: this mail is left out.
    await shop.db.clock.advance({ hours: 1 });
    await shop.post(twice, 'opportunity.new');
    expect(await tagsOf(twice)).toEqual([]);
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    expect(await shop.mails(automation, twice)).toMatchObject([
      { state: 'sent' },
      { state: 'skipped', reason: 'capped' },
    ]);
    expect(await shop.mails(automation, left)).toMatchObject([{ state: 'skipped', reason: 'unsubscribed' }]);
    const ways = async (email: string) =>
      (await shop.people.runs(automation, email)).map((run) => run.steps.map((step) => step.node_id).join(' '));
    expect(await ways(twice)).toEqual(['start first left not noted', 'start first left tag']);
    expect(await ways(left)).toEqual(['start first left not noted']);
    for (const email of [twice, left]) expect(await tagsOf(email)).toEqual(['Not mailed']);
    expect((await shop.stats(automation)).nodes.first!.messages).toMatchObject({
      candidates: 3,
      sent: 1,
      skipped: { capped: 1, unsubscribed: 1 },
    });
  });

  it('parcelvoy#442: who unsubscribes two days before the next mail gets none, by no way through automations', async () => {
    const other = await shop.line.live(drawing([['start', 'manual'], mail('elsewhere')]));
    const automation = await shop.line.live(
      drawing([
        on('course.wanted'),
        mail('first'),
        wait('three', 3, 'days'),
        mail('second'),
        ['go', 'enter_automation', { automation_id: other }],
      ]),
    );
    const [leaves, stays] = [await shop.people.someone(), await shop.people.someone()];
    for (const email of [leaves, stays]) await shop.post(email, 'course.wanted');
    await shop.db.clock.advance({ days: 1 });
    const sent = shop.fake.accepted.find(({ to }) => to === leaves)!;
    const token = /\/unsubscribe\/([\w-]+)/.exec(sent.html)![1]!;
    const holder = await shop.subscriptions.holder('unsubscribe', token);
    await shop.subscriptions.unsubscribe(holder!, 'unsubscribe_link');
    await shop.settle();
    await shop.db.clock.advance({ days: 2 });
    await shop.settle();
    expect(shop.inboxOf(stays)).toEqual(['Mail first', 'Mail second', 'Mail elsewhere']);
    expect(shop.inboxOf(leaves)).toEqual(['Mail first']);
    expect(await shop.mails(automation, leaves)).toMatchObject([
      { node_id: 'first', state: 'sent' },
      { node_id: 'second', state: 'skipped', reason: 'unsubscribed' },
    ]);
    expect(await shop.mails(other, leaves)).toMatchObject([{ state: 'skipped', reason: 'unsubscribed' }]);
    expect(await shop.people.run(automation, leaves)).toMatchObject({ status: 'completed' });
  });

  it('mautic#4356, mautic#4681: a bounced person is asked once, and not at every tick, and nobody is told again and again', async () => {
    const automation = await shop.line.live(
      drawing([
        on('bounce.start'),
        mail('first', 'transactional'),
        wait('day', 1, 'days'),
        mail('second', 'transactional'),
        wait('week', 7, 'days'),
        mail('third', 'transactional'),
      ]),
    );
    const email = await shop.people.someone();
    await shop.post(email, 'bounce.start');
    await shop.hears(email, { RecordType: 'Bounce', ID: 1, Type: 'HardBounce', Inactive: true });
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    const left = { node_id: 'second', state: 'skipped', reason: 'suppressed', attempts: 0 };
    expect(await shop.mails(automation, email)).toMatchObject([{ node_id: 'first', state: 'sent' }, left]);
    const calls = shop.fake.calls.length;
    const told = await shop.attention();
    const activities = () => shop.count('public.crm_activities', `contact_email = '${email}'`);
    const before = await activities();
    for (let tick = 0; tick < 60; tick += 1) {
      await shop.db.clock.advance({ hours: 1 });
      await shop.settle();
    }
    expect(await shop.mails(automation, email)).toHaveLength(2);
    expect(await activities()).toBe(before);
    expect(await shop.count('public.crm_activities', `contact_email = '${email}' and type = 'email.skipped'`)).toBe(1);
    expect(shop.fake.calls).toHaveLength(calls);
    expect(await shop.attention()).toEqual(told);
    expect(told.filter(({ key }) => key.includes(automation))).toEqual([]);
    await shop.db.clock.advance({ days: 5 });
    await shop.settle();
    expect(await shop.people.run(automation, email)).toMatchObject({ status: 'completed' });
    expect(shop.inboxOf(email)).toEqual(['Mail first']);
  });
});
