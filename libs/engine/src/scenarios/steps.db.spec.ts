import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import { newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { mailHelp } from '../effects/mail-help.js';
import { drawing, on, tagged, Walkers } from './steps.fixture.js';

const actor = systemActor('test');
const hours = (n: number) => ({ n, unit: 'hours' as const });

describe('the step', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people: Walkers;

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    people = new Walkers(db.database, line, 'walker');
    await db.clock.set('2026-11-20T09:00:00Z');
  });
  afterAll(() => db.drop());

  const send = async (email: string, type: string, metadata: Record<string, unknown> = {}) => {
    await line.post(email, { type, metadata });
    await line.settle();
  };
  const timeOf = (at: unknown) => new Date(at as string).toISOString();

  describe('switch', () => {
    it('goes by the first case that holds, and else by “else”', async () => {
      const cases = [
        { id: 'vip', label: 'VIP', rules: tagged('vip') },
        { id: 'new', rules: tagged('new') },
      ];
      const automation = await line.live(
        drawing(
          [
            on('switch.start'),
            ['split', 'switch', { cases }],
            ['a', 'exit', { reason: 'vip' }],
            ['b', 'exit'],
            ['c', 'exit', { reason: 'rest' }],
          ],
          ['start', 'next', 'split'],
          ['split', 'vip', 'a'],
          ['split', 'new', 'b'],
          ['split', 'else', 'c'],
        ),
      );
      const [both, second, none] = [
        await people.someone({ tags: ['new', 'VIP'] }),
        await people.someone({ tags: ['new'] }),
        await people.someone(),
      ];
      for (const email of [both, second, none]) await send(email, 'switch.start');
      expect(await people.path(automation, both)).toEqual(['start:next', 'split:vip', 'a:null']);
      expect(await people.path(automation, second)).toEqual(['start:next', 'split:new', 'b:null']);
      expect(await people.path(automation, none)).toEqual(['start:next', 'split:else', 'c:null']);
      expect(await people.run(automation, none)).toMatchObject({ end_reason: 'rest' });
    });
  });

  describe('random_split', () => {
    it('sends about each share its way, and the same person always the same', async () => {
      const branches = [
        { id: 'a', percent: 25 },
        { id: 'b', percent: 75 },
      ];
      const automation = await line.live(drawing([on('random.start'), ['toss', 'random_split', { branches }]]), {
        entry: { limit: 'always' },
      });
      const emails = await Promise.all(Array.from({ length: 60 }, () => people.someone()));
      for (const email of emails) await line.post(email, { type: 'random.start' }, { type: 'random.start' });
      await line.settle();
      let first = 0;
      for (const email of emails) {
        const ways = (await people.runs(automation, email)).map((run) => run.steps[1]!.port);
        expect(ways).toHaveLength(2);
        expect(new Set(ways).size).toBe(1);
        if (ways[0] === 'a') first += 1;
      }
      // 15 expected; outside of these bounds once in about ten thousand tries.
      expect(first).toBeGreaterThan(3);
      expect(first).toBeLessThan(30);
    });
  });

  describe('wait_for_time', () => {
    it('mautic#7673: waits for a quarter past five of today, and a second wait in a row is a wait too', async () => {
      const at = (time: string) => ({ time, timezone: 'contact' });
      const automation = await line.live(
        drawing([on('clock.start'), ['first', 'wait_for_time', at('17:15')], ['second', 'wait_for_time', at('17:15')]]),
      );
      const [berlin, unknown] = [
        await people.someone({ timezone: 'Europe/Berlin' }),
        await people.someone({ timezone: 'Nowhere/Else' }),
      ];
      await send(berlin, 'clock.start');
      await send(unknown, 'clock.start');
      expect(timeOf((await people.run(automation, berlin)).wake_at)).toBe('2026-11-20T16:15:00.000Z');
      expect(timeOf((await people.run(automation, unknown)).wake_at)).toBe('2026-11-20T17:15:00.000Z');
      await db.clock.set('2026-11-20T16:15:00Z');
      await line.settle();
      expect(await people.run(automation, berlin)).toMatchObject({ status: 'waiting', node_id: 'second' });
      expect(timeOf((await people.run(automation, berlin)).wake_at)).toBe('2026-11-21T16:15:00.000Z');
    });

    it('follows a date of the person, also when it changes meanwhile', async () => {
      const automation = await line.live(
        drawing([
          on('date.start'),
          [
            'before',
            'wait_for_time',
            {
              date_field: 'attributes.starts_on',
              offset: { n: -1, unit: 'days' },
              time: '08:00',
              timezone: 'Europe/Berlin',
            },
          ],
        ]),
      );
      const [dated, undated] = [
        await people.someone({ attributes: { starts_on: '2026-12-10' } }),
        await people.someone({ attributes: { starts_on: 'soon' } }),
      ];
      await send(dated, 'date.start');
      await send(undated, 'date.start');
      expect(timeOf((await people.run(automation, dated)).wake_at)).toBe('2026-12-09T07:00:00.000Z');
      expect(await people.run(automation, undated)).toMatchObject({ status: 'completed' });
      await db.database.run(
        `update public.purchase_leads set attributes = '{"starts_on":"2026-12-03"}' where email = $1`,
        [dated],
      );
      await line.settle();
      expect(timeOf((await people.run(automation, dated)).wake_at)).toBe('2026-12-02T07:00:00.000Z');
    });
  });

  describe('wait_until', () => {
    it('waits for rules about the person, the lead and an earlier step', async () => {
      const held = (rules: object) => ({ rules: { operator: 'AND', conditions: [rules] }, timeout: hours(4) });
      const automation = await line.live(
        drawing(
          [
            on('until.start'),
            ['mail', 'send_email', { subject: 'Hello', html: '<p>Hello</p>', stream: 'transactional' }],
            ['clicked', 'wait_until', held({ field: 'step', node_id: 'mail', operator: 'clicked' })],
            ['tagged', 'wait_until', held({ field: 'tags', operator: 'contains', value: 'ready' })],
          ],
          ['clicked', 'happened', 'tagged'],
          ['start', 'next', 'mail'],
          ['mail', 'next', 'clicked'],
        ),
      );
      const [clicks, idles] = [await people.someone(), await people.someone()];
      await send(clicks, 'until.start');
      await send(idles, 'until.start');
      await db.clock.advance({ minutes: 5 });
      await db.database.run(
        `update cortex.messages set state = 'sent', sent_at = cortex.now(), clicked_at = cortex.now() where contact_email = $1`,
        [clicks],
      );
      await send(clicks, 'email.clicked');
      expect(await people.run(automation, clicks)).toMatchObject({ status: 'waiting', node_id: 'tagged' });
      await db.database.run(`update public.purchase_leads set tags = '{ready}' where email = $1`, [clicks]);
      await line.settle();
      expect(await people.path(automation, clicks)).toEqual([
        'start:next',
        'mail:next',
        'clicked:happened',
        'tagged:happened',
      ]);
      await db.clock.advance({ hours: 4 });
      await line.settle();
      expect(await people.path(automation, idles)).toEqual(['start:next', 'mail:next', 'clicked:timed_out']);
    });

    it('counts the time already waited when its longest time is changed', async () => {
      const draft = (n: number) =>
        drawing([on('span.start'), ['wait', 'wait_until', { activity_type: 'span.never', timeout: hours(n) }]]);
      const automation = await line.live(draft(10));
      const email = await people.someone();
      await send(email, 'span.start');
      const began = db.clock.now().getTime();
      await db.clock.advance({ hours: 3 });
      const { revision } = await automationById(db.database, automation);
      const { revision: now } = await line.automations.put(actor, automation, revision, { graph: draft(5) });
      await line.publishing.publish(
        actor,
        automation,
        { revision: now, in_flight: { default: 'move', removed: {} } },
        mailHelp,
      );
      await line.settle();
      expect((await people.run(automation, email)).wake_at).toEqual(new Date(began + 5 * 3_600_000));
      await db.clock.advance({ hours: 2 });
      await line.settle();
      expect(await people.path(automation, email)).toEqual(['start:next', 'wait:timed_out']);
    });
  });

  describe('a rule about an earlier step', () => {
    it('useplunk/plunk#243, Notifuse#273: asks in filter and switch whether this very mail was clicked, skipped or failed', async () => {
      const about = (operator: string) => ({
        operator: 'AND',
        conditions: [{ field: 'step', node_id: 'mail', operator }],
      });
      const automation = await line.live(
        drawing(
          [
            on('earlier.start'),
            ['mail', 'send_email', { subject: 'Hello', html: '<p>Hello</p>', stream: 'transactional' }],
            ['later', 'wait', { for: hours(1) }],
            ['click', 'filter', { rules: about('clicked') }],
            [
              'else',
              'switch',
              {
                cases: [
                  { id: 's', rules: about('skipped') },
                  { id: 'f', rules: about('failed') },
                ],
              },
            ],
          ],
          ['start', 'next', 'mail'],
          ['mail', 'next', 'later'],
          ['later', 'next', 'click'],
          ['click', 'no', 'else'],
        ),
      );
      const states = ['clicked', 'skipped', 'failed', 'sent'] as const;
      const emails = new Map<string, string>();
      for (const state of states) {
        const email = await people.someone();
        emails.set(state, email);
        await send(email, 'earlier.start');
        await db.database.run(
          `update cortex.messages set state = $2, clicked_at = case when $3::boolean then cortex.now() end where contact_email = $1`,
          [email, state === 'clicked' ? 'sent' : state, state === 'clicked'],
        );
      }
      await db.clock.advance({ hours: 1 });
      await line.settle();
      const last = async (state: string) => (await people.path(automation, emails.get(state)!)).at(-1);
      expect(await Promise.all(states.map(last))).toEqual(['click:yes', 'else:s', 'else:f', 'else:else']);
    });
  });

  describe('update_list', () => {
    const list = async (kind: 'static' | 'rules') => {
      const id = newId();
      await db.database.run(
        `insert into public.crm_smart_lists (id, name, kind, rules) values ($1, $2, $3, $4::jsonb)`,
        [id, `List ${id}`, kind, kind === 'rules' ? JSON.stringify(tagged('x')) : null],
      );
      return id;
    };
    const members = async (id: string) =>
      db.database.rows<{ email: string }>(
        `select p.address as email from cortex.list_members m join cortex.people p using (person_id) where m.smart_list_id = $1 order by 1`,
        [id],
      );

    it('puts people on a list kept by hand and takes them off, and counts them', async () => {
      const id = await list('static');
      const automation = await line.live(
        drawing([
          on('list.start'),
          ['put', 'update_list', { smart_list_id: id, action: 'add' }],
          ['again', 'update_list', { smart_list_id: id, action: 'add' }],
          ['wait', 'wait', { for: hours(1) }],
          ['off', 'update_list', { smart_list_id: id, action: 'remove' }],
        ]),
      );
      const [one, two] = [await people.someone(), await people.someone()];
      await line.post(one, { type: 'list.start' });
      await line.post(two, { type: 'list.start' });
      await line.settle();
      expect(await members(id)).toEqual([{ email: one }, { email: two }]);
      const count = () => db.database.row('select user_count from public.crm_smart_lists where id = $1', [id]);
      expect(await count()).toEqual({ user_count: 2 });
      const { steps } = await people.run(automation, one);
      expect(steps.map((step) => step.outcome)).toMatchObject([{}, { added: true }, { added: false }, {}]);
      await db.clock.advance({ hours: 1 });
      await line.settle();
      expect(await members(id)).toEqual([]);
      expect(await count()).toEqual({ user_count: 0 });
    });

    it('refuses to be published with a list that follows rules or does not exist', async () => {
      for (const [id, code] of [
        [await list('rules'), 'list_of_rules'],
        [newId(), 'unknown_smart_list'],
      ]) {
        const graph = drawing([on('list.start'), ['put', 'update_list', { smart_list_id: id, action: 'add' }]]);
        await expect(line.live(graph)).rejects.toMatchObject({
          code: 'automation_not_ready',
          facts: { problems: expect.arrayContaining([expect.objectContaining({ code, severity: 'blocks' })]) },
        });
      }
    });
  });

  describe('notify_team', () => {
    it('mails a colleague about the person, once, counted at the step', async () => {
      const text = 'Call {{ contact.email }} <now>';
      const automation = await line.live(
        drawing([
          on('team.start'),
          ['tell', 'notify_team', { to: 'Team@shop.example', subject: 'About {{ contact.email }}', text }],
        ]),
      );
      const email = await people.someone();
      await send(email, 'team.start');
      const mails = await db.database.rows(
        `select m.contact_email::text, m.stream, m.node_id, m.state, m.data->'contact'->>'email' as about, c.subject, c.html, c.text
         from cortex.messages m join cortex.mail_contents c on c.id = m.content_id where m.automation_id = $1`,
        [automation],
      );
      expect(mails).toEqual([
        expect.objectContaining({
          contact_email: 'Team@shop.example',
          stream: 'transactional',
          node_id: 'tell',
          state: 'queued',
          about: email,
          subject: 'About {{ contact.email }}',
          html: expect.stringContaining('Call {{ contact.email }} &lt;now&gt;'),
          text,
        }),
      ]);
      expect(await people.path(automation, email)).toEqual(['start:next', 'tell:next']);
    });
  });
});
