import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import { Contacts } from '#directory';
import type { DraftSettings, Graph } from '#graph';
import { createLog, systemActor } from '#platform';
import { BulkChanges, ListMembers, MemberFiles, Membership, RuleQuestions } from '#smart-lists';
import { BacktestLoop, Backtests } from '../replay/index.js';
import { mailHelp } from '../effects/mail-help.js';
import { mail, Shop, wait } from './peers.fixture.js';
import { drawing, on, type Step, type Way } from './steps.fixture.js';

const actor = systemActor('test');
const log = createLog('silent', 'test');
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });

describe('changing and seeing, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make('seen');
  });
  afterAll(() => shop.close());

  /** Saves a draft over the present one; answers its revision. */
  const save = async (id: string, graph: Graph, settings: DraftSettings = {}): Promise<number> => {
    const { revision } = await automationById(shop.db.database, id);
    return (await shop.line.automations.put(actor, id, revision, { graph, settings })).revision;
  };

  it('laudspeaker#381: publishing works before there is any list, and nothing throws at any tick after it', async () => {
    const { db, line } = shop;
    const said: string[] = [];
    const heard = createLog('warn', 'test', { write: (text: string) => void said.push(text) });
    const members = new ListMembers(db.database);
    const questions = new RuleQuestions(db.database, new Contacts(db.database));
    const files = new MemberFiles(db.database, members, new BulkChanges(db.database, members, questions));
    const lists = new Membership(db.database, files, heard);
    expect(await shop.count('public.crm_smart_lists')).toBe(0);
    const automation = await line.live(drawing([on('early.start'), mail('first')]));
    await expect(line.live(drawing([['start', 'smart_list_entered'], mail('first')]))).rejects.toMatchObject({
      code: 'automation_not_ready',
      facts: { problems: expect.arrayContaining([expect.objectContaining({ node_id: 'start', severity: 'blocks' })]) },
    });
    const email = await shop.people.someone();
    for (let minute = 0; minute < 5; minute += 1) {
      await lists.once();
      await lists.sweep();
      await lists.compare();
      await shop.settle();
      await db.clock.advance({ minutes: 1 });
    }
    await shop.post(email, 'early.start');
    expect(await shop.mails(automation, email)).toMatchObject([{ state: 'sent' }]);
    expect(said).toEqual([]);
    expect(await shop.attention()).toEqual([]);
  });

  it('PostHog/requests-for-comments-public#248: two mistakes in the logic are said before publishing, with how many people they would reach', async () => {
    const { db, line } = shop;
    const people = await shop.crowd(41);
    await db.database.run(`update public.purchase_leads set country = 'DE' where email = any($1::text[])`, [
      people.slice(0, 10),
    ]);
    for (const credits of [50, 40]) {
      await db.clock.advance({ hours: 20 });
      for (const [at, email] of people.entries()) {
        await line.post(email, { type: 'credits.changed', metadata: { left: at < 3 ? 0 : credits } });
      }
    }
    await db.clock.advance({ hours: 20 });
    await shop.settle();
    const country = (value: string) => ({ field: 'country', operator: 'eq', value });
    const draft = (start: Step, rules: object, port: string) =>
      drawing(
        [start, ['staff', 'filter', { rules }], mail('cancelled')],
        ['start', 'next', 'staff'],
        ['staff', port, 'cancelled'],
      );
    // Every change starts it, and those who are to be left out are described by what nobody can be.
    const wrong = draft(on('credits.changed'), all(country('DE'), country('AT')), 'no');
    const right = draft(
      on('credits.changed', { where: all({ field: 'metadata.left', operator: 'lte', value: 0 }) }),
      all(country('AT')),
      'no',
    );
    const { id } = await line.automations.create(actor, {
      name: 'Credits',
      graph: wrong,
      settings: { entry: { limit: 'always' } },
    });
    // The mails of these scenarios leave their footer to Cortex.
    const said = async () =>
      (await line.publishing.validate(id, {}, mailHelp, actor)).problems.filter(({ code }) => code !== 'adds_footer');
    const backtests = new Backtests(db.database);
    const replayed = async () => {
      const to = db.clock.now();
      const backtest = await backtests.start(actor, id, { from: new Date(to.getTime() - 30 * 86_400_000), to });
      await new BacktestLoop(db.database, log).once();
      return (await backtests.get(backtest)).result;
    };
    expect(await said()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'contradiction', node_id: 'staff', message: expect.any(String) }),
        expect.objectContaining({ code: 'no_entry_limit', message: expect.any(String) }),
      ]),
    );
    expect(await replayed()).toMatchObject({
      entered: 82,
      people: 41,
      messages: 82,
      worst: { messages: 2 },
      nodes: { staff: { entered: 82, ports: { no: 82 } }, cancelled: { entered: 82 } },
    });
    await save(id, right);
    expect(await said()).toEqual([]);
    expect(await replayed()).toMatchObject({ people: 3, messages: 3, worst: { messages: 1 } });
    expect(await shop.count('cortex.automation_runs', `automation_id = '${id}'`)).toBe(0);
    expect(await shop.count('cortex.messages', `automation_id = '${id}'`)).toBe(0);
  });

  it('mautic#6323, mautic#6445: a mail that is added later is pending for nobody who is past it; who is inside is counted and moved', async () => {
    const { db, line } = shop;
    const before: Step[] = [on('grow.start'), mail('first'), wait('day', 1, 'days'), mail('second')];
    const automation = await line.live(drawing(before));
    const [past, inside] = [await shop.people.someone(), await shop.people.someone()];
    await shop.post(past, 'grow.start');
    await db.clock.advance({ days: 1 });
    await shop.settle();
    await shop.post(inside, 'grow.start');
    const ways: Way[] = [
      ['start', 'next', 'first'],
      ['first', 'next', 'rest'],
      ['rest', 'next', 'second'],
      ['second', 'next', 'pause'],
      ['pause', 'next', 'third'],
    ];
    const steps: Step[] = [
      on('grow.start'),
      mail('first'),
      wait('rest', 2, 'days'),
      mail('second'),
      wait('pause', 1, 'days'),
      mail('third'),
    ];
    const revision = await save(automation, drawing(steps, ...ways));
    const { inside: said } = await line.publishing.validate(automation, {}, mailHelp, actor);
    expect(said).toEqual([{ node_id: 'day', version: 1, people: 1, removed: true }]);
    const answer = await line.publishing.publish(
      actor,
      automation,
      { revision, in_flight: { default: 'move', removed: { day: 'rest' } } },
      mailHelp,
    );
    expect(answer).toMatchObject({ version: 2, moved: 1 });
    await shop.settle();
    const stats = await shop.stats(automation);
    expect(stats).toMatchObject({ entered: 2, inside: 1, completed: 1, nodes: { rest: { entered: 1, here_now: 1 } } });
    expect(stats.nodes.third).toBeUndefined();
    expect(await shop.people.run(automation, past)).toMatchObject({ version: 1, status: 'completed', wake_at: null });
    await db.clock.advance({ days: 2 });
    await shop.settle();
    await db.clock.advance({ days: 1 });
    await shop.settle();
    expect(shop.inboxOf(past)).toEqual(['Mail first', 'Mail second']);
    expect(shop.inboxOf(inside)).toEqual(['Mail first', 'Mail second', 'Mail third']);
    const after = await shop.stats(automation);
    expect(after).toMatchObject({ inside: 0, completed: 2 });
    expect(after.nodes.third).toMatchObject({ entered: 1, here_now: 0, left: 1, messages: { candidates: 1, sent: 1 } });
  });

  it('mautic#1914, mautic#7562, mautic#6789: why a step failed stands in the run and under Needs attention, until it is mended', async () => {
    const { db, line } = shop;
    const automation = await line.live(
      drawing([on('why.start'), ['tag', 'update_contact', { add_tags: ['why'] }], mail('after')]),
    );
    const emails = [await shop.people.someone(), await shop.people.someone(), await shop.people.someone()];
    const refused = emails.slice(0, 2);
    await db.database.run(
      `alter table public.purchase_leads add constraint why_not check (not 'why' = any(tags) or email <> all('{${refused.join(',')}}')) not valid`,
    );
    const mine = async () => (await shop.attention()).filter(({ key }) => key === `failed:${automation}`);
    for (const email of emails) await shop.post(email, 'why.start');
    expect(await mine()).toEqual([]);
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await db.clock.advance({ hours: 3 });
      await shop.settle();
    }
    for (const email of refused) {
      const run = await shop.people.run(automation, email);
      expect(run).toMatchObject({ status: 'failed', node_id: 'tag', end_reason: expect.stringContaining('why_not') });
      expect(run.steps.at(-1)).toMatchObject({
        node_id: 'tag',
        outcome: { error: expect.stringContaining('why_not') },
      });
    }
    const { name } = await automationById(db.database, automation);
    expect(await mine()).toEqual([
      {
        key: `failed:${automation}`,
        title: `2 people are stuck in “${name}”`,
        detail: expect.stringMatching(/failed at “Change tag or field”.*why_not/),
        action: { label: 'Look at the step', href: `/admin/automations/${automation}?mode=live&step=tag` },
      },
    ]);
    await db.database.run('alter table public.purchase_leads drop constraint why_not');
    await line.runs.retry(actor, (await shop.people.run(automation, refused[0]!)).id);
    expect(await mine()).toMatchObject([{ title: `One person is stuck in “${name}”` }]);
    await line.runs.retryAll(actor, automation);
    expect(await mine()).toEqual([]);
    await shop.settle();
    expect(await shop.stats(automation)).toMatchObject({ completed: 3, failed: 0 });
  });

  it('mautic#1914: a mail that cannot be written says so at its step and under Needs attention, once for everybody', async () => {
    const { line } = shop;
    const html = '{% for n in (1..contact.attributes.many) %}{{ n }}{% endfor %}';
    const automation = await line.live(
      drawing([on('text.start'), ['first', 'send_email', { subject: 'Hello', html, stream: 'broadcast' }]]),
    );
    const attributes = { many: 1_000_000_000 };
    const emails = [await shop.people.someone({ attributes }), await shop.people.someone({ attributes })];
    for (const email of emails) await shop.post(email, 'text.start');
    const [row] = await shop.mails(automation, emails[0]!);
    expect(row).toMatchObject({ state: 'failed', reason: expect.stringMatching(/\w/) });
    expect((await shop.people.run(automation, emails[0]!)).steps.at(-1)).toMatchObject({
      outcome: { mail: 'failed', mail_reason: row!.reason },
    });
    const { name } = await automationById(shop.db.database, automation);
    expect((await shop.attention()).filter(({ key }) => key.startsWith('mail_failed:'))).toEqual([
      {
        key: `mail_failed:${automation}:first`,
        title: `2 e-mails of “${name}” failed`,
        detail: expect.stringContaining(row!.reason!),
        action: { label: 'Look at the step', href: `/admin/automations/${automation}?mode=live&step=first` },
      },
    ]);
  });
});
