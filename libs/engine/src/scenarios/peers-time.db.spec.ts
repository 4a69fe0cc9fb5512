import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import { lockKey, newId, systemActor } from '#platform';
import { countWork, pipeline } from '#testing';
import { PEOPLE_PER_CLAIM } from '../inbox/claim.js';
import { mailHelp } from '../effects/mail-help.js';
import { mail, Shop, wait } from './peers.fixture.js';
import { drawing, on } from './steps.fixture.js';

const actor = systemActor('test');

describe('time, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    // One connection: then the database's own counts are exact.
    shop = await Shop.make('timed', { poolSize: 1 });
  });
  afterAll(() => shop.close());

  it('mautic#16188, mautic#17145: what is due is taken once and is fewer after each claim; what is done, paused or resting is not looked at', async () => {
    const { db, line } = shop;
    const people = PEOPLE_PER_CLAIM * 2 + 30;
    const automation = await line.live(
      drawing([on('best.time'), ['best', 'wait_for_time', { time: '10:00', timezone: 'contact' }], mail('first')]),
    );
    const emails = await shop.crowd(people);
    for (const email of emails) await line.post(email, { type: 'best.time' });
    await shop.settle();
    const due = `automation_id = '${automation}' and ended_at is null and wake_at <= cortex.now()`;
    const turns = async (n: number) => {
      for (let turn = 0; turn < n; turn += 1) expect(await line.waker.once()).toBe(false);
    };
    expect(await countWork(db.database, ['cortex.automation_runs'], () => turns(50))).toMatchObject({
      read: 0,
      written: 0,
    });

    await db.clock.set('2026-03-02T10:00:00Z');
    await line.lifecycle.pause(actor, automation);
    expect(await shop.count('cortex.automation_runs', due)).toBe(people);
    expect(await countWork(db.database, ['cortex.automation_runs'], () => turns(20))).toMatchObject({
      read: 0,
      written: 0,
    });
    await line.lifecycle.resume(actor, automation);

    const left: number[] = [];
    const work = await countWork(db.database, ['cortex.automation_runs'], async () => {
      while (await line.waker.once()) left.push(await shop.count('cortex.automation_runs', due));
    });
    expect(left).toEqual([people - PEOPLE_PER_CLAIM, 30, 0]);
    expect(work.written).toBe(people);
    // As the server does by itself after a while: what is no longer there is not looked at either.
    await db.database.run('vacuum analyze cortex.automation_runs');
    expect(await countWork(db.database, ['cortex.automation_runs'], () => turns(20))).toMatchObject({
      read: 0,
      written: 0,
    });
    expect(await shop.count('cortex.messages', `automation_id = '${automation}'`)).toBe(people);

    // And the same mails, held back until the morning.
    await db.database.run(`update cortex.settings set quiet_hours = '{"from": "09:00", "to": "23:00"}'`);
    const { sender } = shop.sender();
    while (await sender.sendOne());
    await db.database.run('vacuum analyze cortex.outgoing, cortex.messages');
    const resting = await countWork(db.database, ['cortex.outgoing', 'cortex.messages'], async () => {
      for (let turn = 0; turn < 50; turn += 1) expect(await sender.sendOne()).toBe(false);
    });
    expect(resting).toMatchObject({ read: 0, written: 0 });
    await db.clock.set('2026-03-02T23:00:00Z');
    await shop.settle();
    expect([...shop.fake.acceptedTimes().values()]).toEqual(emails.map(() => 1));
    await db.database.run('update cortex.settings set quiet_hours = null');
  });

  it('mautic#8802: two days after, only from Sunday to Thursday, is one mail on one day, however often it is looked at', async () => {
    const { db, line } = shop;
    await db.clock.set('2026-03-04T09:00:00Z');
    const automation = await line.live(
      drawing([
        on('joined'),
        wait('two', 2, 'days'),
        ['days', 'wait_for_time', { days: [7, 1, 2, 3, 4], timezone: 'contact' }],
        mail('first'),
      ]),
    );
    const email = await shop.people.someone({ timezone: 'Asia/Jerusalem' });
    await shop.post(email, 'joined');
    const arrived: string[] = [];
    for (let tick = 0; tick < 24 * 16; tick += 1) {
      await db.clock.advance({ hours: 1 });
      await line.waker.once();
      const before = shop.inboxOf(email).length;
      while (await shop.sender().sender.sendOne());
      if (shop.inboxOf(email).length > before) arrived.push(db.clock.now().toISOString());
    }
    // Two days after Wednesday is a Friday; the Sunday begins at 22:00 UTC.
    expect(arrived).toEqual(['2026-03-07T22:00:00.000Z']);
    expect(await shop.mails(automation, email)).toHaveLength(1);
  });

  it('mautic#10170, mautic#837, mautic#17090: seven in the evening there stays seven in the evening there', async () => {
    const { db, line } = shop;
    await db.clock.set('2027-03-13T12:00:00Z');
    // Eight hours behind; the clocks go forward in the night to the 14th.
    await db.database.run("update cortex.settings set timezone = 'America/Los_Angeles'");
    const evening = { time: '19:00', timezone: 'contact' };
    const graph = drawing([on('evening'), ['first', 'wait_for_time', evening], ['second', 'wait_for_time', evening]]);
    const automation = await line.live(graph);
    const { draft_graph, revision } = await automationById(db.database, automation);
    await line.automations.put(actor, automation, revision, { graph: draft_graph });
    await line.publishing.publish(actor, automation, {}, mailHelp);
    const saved = await automationById(db.database, automation);
    for (const kept of [saved.draft_graph, saved.live_graph!]) {
      expect(kept.nodes.slice(1).map(({ config }) => config)).toEqual([evening, evening]);
    }
    const [here, berlin, kolkata] = [
      await shop.people.someone(),
      await shop.people.someone({ timezone: 'Europe/Berlin' }),
      await shop.people.someone({ timezone: 'Asia/Kolkata' }),
    ];
    const list = newId();
    await db.database.run(`insert into public.crm_smart_lists (id, name, kind) values ($1, 'Evening', 'static')`, [
      list,
    ]);
    await db.database.run(
      'insert into cortex.list_members (smart_list_id, person_id) select $1, person_id from cortex.people where address = $2',
      [list, here],
    );
    const daily = await line.live(
      drawing([
        ['start', 'schedule', { cron: '0 19 * * *', smart_list_id: list }],
        ['end', 'exit'],
      ]),
      { entry: { limit: 'always' } },
    );
    for (const email of [here, berlin, kolkata]) await line.post(email, { type: 'evening' });
    const left = new Map<string, string[]>();
    const until = Date.parse('2027-03-15T12:00:00Z');
    while (db.clock.now().getTime() < until) {
      await line.settle();
      await db.clock.advance({ minutes: 30 });
    }
    for (const email of [here, berlin, kolkata]) {
      const { steps } = await shop.people.run(automation, email);
      left.set(
        email,
        steps.slice(1).map((step) => step.left_at!.toISOString().slice(0, 16)),
      );
    }
    const local = ['2027-03-14T03:00', '2027-03-15T02:00'];
    expect(left.get(here)).toEqual(local);
    expect(left.get(berlin)).toEqual(['2027-03-13T18:00', '2027-03-14T18:00']);
    expect(left.get(kolkata)).toEqual(['2027-03-13T13:30', '2027-03-14T13:30']);
    const entered = (await shop.people.runs(daily, here)).map((run) => run.entered_at.toISOString().slice(0, 16));
    expect(entered.reverse()).toEqual(local);
    await db.database.run("update cortex.settings set timezone = 'UTC'");
  });
});

describe('one that is stuck, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make('stuck');
  });
  afterAll(() => shop.close());

  it('parcelvoy#533, parcelvoy#627: an automation that is stuck stops no other, says why, and goes on by itself', async () => {
    const { db, line } = shop;
    const steps = (name: string) =>
      drawing([on(`${name}.start`), wait('pause', 1, 'hours'), ['tag', 'update_contact', { add_tags: [name] }]]);
    const [broken, hung, fine] = [
      await line.live(steps('broken')),
      await line.live(steps('hung')),
      await line.live(steps('fine')),
    ];
    const crowd = async (type: string, n: number) => {
      const emails = await shop.crowd(n, type);
      for (const email of emails) await line.post(email, { type });
      return emails;
    };
    // More of them than one claim takes, and due before everybody else.
    const first = await crowd('broken.start', PEOPLE_PER_CLAIM + 20);
    const second = await crowd('hung.start', PEOPLE_PER_CLAIM + 20);
    await line.settle();
    await db.clock.advance({ minutes: 5 });
    const third = await crowd('fine.start', 10);
    await line.settle();
    await db.database.run(
      `alter table public.purchase_leads add constraint never_broken check (not 'broken' = any(tags)) not valid`,
    );
    const free = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    // A worker that hangs: it has taken these people and never comes back.
    const hanging = db.database.tx(async (tx) => {
      await tx.rows(
        `select pg_advisory_xact_lock(${lockKey.person('person_id::text')}) from cortex.people where address = any($1)`,
        [second],
      );
      held.resolve();
      await free.promise;
    });
    await held.promise;
    await db.clock.advance({ hours: 1 });
    const other = await pipeline(db.database);
    for (let turn = 0; turn < 20; turn += 1) await Promise.all([line.waker.once(), other.waker.once()]);
    const standing = async (automation: string) => {
      const { inside, completed, failed } = await shop.stats(automation);
      return { inside, completed, failed };
    };
    expect(await standing(fine)).toEqual({ inside: 0, completed: third.length, failed: 0 });
    expect(await standing(hung)).toEqual({ inside: second.length, completed: 0, failed: 0 });
    expect(await standing(broken)).toEqual({ inside: first.length, completed: 0, failed: 0 });
    expect((await shop.people.run(broken, first[0]!)).steps.at(-1)).toMatchObject({
      node_id: 'tag',
      outcome: { error: expect.stringMatching(/never_broken/) },
    });

    free.resolve();
    await hanging;
    await line.settle();
    expect(await standing(hung)).toEqual({ inside: 0, completed: second.length, failed: 0 });
    await db.database.run('alter table public.purchase_leads drop constraint never_broken');
    await db.clock.advance({ hours: 1 });
    await line.settle();
    expect(await standing(broken)).toEqual({ inside: 0, completed: first.length, failed: 0 });
  });
});
