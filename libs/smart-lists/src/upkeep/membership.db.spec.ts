import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Contacts } from '#directory';
import { createLog, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { BulkChanges } from '../members/bulk.js';
import { listSql } from '../lists/smart-lists.js';
import { MemberFiles } from '../members/member-files.js';
import { ListMembers } from '../members/members.js';
import { Membership } from './membership.js';
import { RuleQuestions } from '../questions/rule-questions.js';

const days = (n: number) => ({ n, unit: 'days' });
const ago = (n: number, unit = 'days') => ({ ago: { n, unit } });
const id = (n: number) => `00000000-0000-7000-8000-0000000000${n.toString(16).padStart(2, '0')}`;
const course = id(0xc1);
const activity = (operator: string, more: object) => ({
  field: 'activity',
  activity_type: 'page_view',
  operator,
  ...more,
});
const hand = id(0xa1);

/** One list for each way in which membership can change, and lists on lists. */
const lists: [string, object][] = [
  ['tagged', { field: 'tags', operator: 'contains', value: 'vip' }],
  ['not tagged', { field: 'tags', operator: 'not_contains', value: 'vip' }],
  ['seats', { field: 'attributes.seats', operator: 'gte', value: 5 }],
  ['renews soon', { field: 'attributes.renews', operator: 'in_next', value: days(3) }],
  ['renewed', { field: 'attributes.renews', operator: 'not_in_last', value: { n: 1, unit: 'months' } }],
  ['birthday', { field: 'attributes.renews', operator: 'anniversary_in', value: days(2) }],
  ['looks often', activity('count_gte', { value: 2, within: days(3) })],
  ['looked once', activity('count_eq', { value: 1, within: { n: 5, unit: 'hours' } })],
  ['not looking', activity('never', { within: days(1) })],
  ['new looker', activity('first_within', { within: { n: 1, unit: 'months' } })],
  ['last look', activity('last_within', { within: { n: 2, unit: 'weeks' } })],
  [
    'looked at prices',
    activity('count_gte', {
      value: 1,
      where: { operator: 'AND', conditions: [{ field: 'metadata.page', operator: 'eq', value: 'prices' }] },
    }),
  ],
  ['active', { field: 'last_activity', operator: 'gt', value: ago(1) }],
  ['quiet', { field: 'last_activity', operator: 'lt', value: ago(90, 'minutes') }],
  ['young', { field: 'created_at', operator: 'in_last', value: days(5) }],
  ['customers', { field: 'type', operator: 'eq', value: 'customer' }],
  ['enrolled', { field: 'enrollment', operator: 'exists', value: { course_id: course, status: 'active' } }],
  ['completed', { field: 'enrollment', operator: 'exists', value: { status: 'completed' } }],
  ['mail', { field: 'can_be_emailed', operator: 'is_true' }],
  ['by hand', { field: 'smart_list', operator: 'in', value: [hand] }],
  ['in two', { field: 'smart_list', operator: 'in', value: [id(1), id(7)] }],
  ['in lists on lists', { field: 'smart_list', operator: 'not_in', value: [id(21)] }],
  [
    'came in twice',
    { field: 'activity', activity_type: 'smart_list.entered', operator: 'count_gte', value: 2, within: days(10) },
  ],
];

const people = 5;
const address = (n: number) => `p${n}@example.com`;

type Step = { do: string; who: number; n: number };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom(
      'tag',
      'untag',
      'seats',
      'renews',
      'look',
      'look',
      'look',
      'prices',
      'long ago',
      'consent',
      'customer',
      'enroll',
      'complete',
      'cancel',
      'hand in',
      'hand out',
      'minutes',
      'hours',
      'hours',
      'days',
      'month',
      'suppress',
      'pay',
    ),
    who: fc.nat(people - 1),
    n: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 4, maxLength: 14 },
);

describe('kept membership', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let membership: Membership;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    const members = new ListMembers(db.database);
    const questions = new RuleQuestions(db.database, new Contacts(db.database));
    membership = new Membership(
      db.database,
      new MemberFiles(db.database, members, new BulkChanges(db.database, members, questions)),
      createLog('silent', 'test'),
    );
    await db.clock.set('2026-10-22T10:00:00Z');
    await db.database.run("update cortex.settings set timezone = 'Europe/Berlin', mail_unanswered = true");
    await db.database.run("insert into public.courses (id, title) values ($1, 'Course')", [course]);
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, 'by hand', 'static')", [
      hand,
    ]);
    for (const [index, [name, condition]] of lists.entries()) {
      await db.database.run(
        `insert into public.crm_smart_lists (id, name, kind, rules, keep_membership) values ($1, $2, 'rules', $3::jsonb, true)`,
        [id(index + 1), name, JSON.stringify({ operator: 'AND', conditions: [condition] })],
      );
    }
    for (let n = 0; n < people; n += 1) await line.lead(address(n));
    await membership.once();
  });
  afterAll(() => db.drop());

  const settle = async () => {
    for (let round = 0; round < 50; round += 1) {
      await line.settle();
      const touched = await membership.followTouched();
      if (touched === 0 && !(await db.database.row('select from cortex.activity_inbox limit 1'))) return;
    }
    throw new Error('The lists did not come to rest.');
  };

  const members = async (list: string) =>
    (
      await db.database.rows<{ address: string }>(
        `select p.address from cortex.list_members m join cortex.people p on p.person_id = m.person_id
         where m.smart_list_id = $1 order by 1`,
        [list],
      )
    ).map((row) => row.address);
  const rebuilt = (list: string) =>
    db.database.tx(async (tx) => {
      const sql = await listSql(tx, list);
      const rows = await tx.rows<{ address: string }>(
        `select p.address from cortex.people p where ${sql.text} order by 1`,
        sql.values,
      );
      return rows.map((row) => row.address);
    });
  const everything = async (of: (list: string) => Promise<string[]>) => {
    const found: Record<string, string[]> = {};
    for (const [index, [name]] of lists.entries()) found[name] = await of(id(index + 1));
    return found;
  };

  const act = async ({ do: what, who, n }: Step): Promise<unknown> => {
    const email = address(who);
    const run = (text: string, ...values: unknown[]) => db.database.run(text, [email, ...values]);
    const profile = '(select id from public.unified_profiles where email = $1::text::citext)';
    const both = async (set: string, ...values: unknown[]) => {
      await run(`update public.purchase_leads set ${set} where email = $1::text::citext`, ...values);
      await run(`update public.unified_profiles set ${set} where email = $1::text::citext`, ...values);
    };
    const today = db.clock.now().getTime();
    switch (what) {
      case 'tag':
        return both("tags = array['vip']");
      case 'untag':
        return both("tags = '{}'");
      case 'seats':
        return both("attributes = attributes || jsonb_build_object('seats', $2::int)", n % 9);
      case 'renews': {
        const at = new Date(today + (n - 20) * 7 * 3_600_000).toISOString();
        return both("attributes = attributes || jsonb_build_object('renews', $2::text)", at);
      }
      case 'look':
        return line.post(email, { type: 'page_view', ago: n * 60 });
      case 'prices':
        return line.post(email, { type: 'page_view', metadata: { page: 'prices' }, history: n % 2 === 0 });
      case 'long ago':
        return line.post(email, { type: 'page_view', ago: n * 20_000, history: true });
      case 'consent':
        return run(
          'update cortex.people set consent_status = $2 where address = $1',
          n % 2 ? 'subscribed' : 'unsubscribed',
        );
      case 'suppress':
        return run('update cortex.people set suppressed_broadcast = $2 where address = $1', n % 2 === 0);
      case 'customer':
        return run(
          'insert into public.unified_profiles (id, email) values ($2, $1::text) on conflict do nothing',
          newId(),
        );
      case 'enroll':
        return run(`insert into public.enrollments (profile_id, course_id) select p.id, $2 from ${profile} p`, course);
      case 'complete':
        return run(`update public.enrollments set status = 'completed' where profile_id in ${profile}`);
      case 'cancel':
        return run(`update public.enrollments set status = 'cancelled' where profile_id in ${profile}`);
      case 'pay':
        return run(
          `insert into public.transactions (profile_id, amount_minor, currency) select p.id, 100, 'EUR' from ${profile} p`,
        );
      case 'hand in':
        await run(
          `insert into cortex.list_members (smart_list_id, person_id) select $2, person_id from cortex.people
           where address = $1 on conflict do nothing`,
          hand,
        );
        return noteStatic(email);
      case 'hand out':
        await run(
          `delete from cortex.list_members where smart_list_id = $2
           and person_id = (select person_id from cortex.people where address = $1)`,
          hand,
        );
        return noteStatic(email);
      case 'month':
        return db.clock.advance({ days: 27 + (n % 5), hours: n });
      default:
        return db.clock.advance({ [what]: n });
    }
  };
  const noteStatic = (email: string) =>
    db.database.run(
      "insert into cortex.list_touched (person_id, what) select person_id, 'static' from cortex.people where address = $1",
      [email],
    );

  it('equals a rebuild whenever the inbox is empty and the sweep has run', async () => {
    let compared = 0;
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        for (const [index, step] of history.entries()) {
          await act(step);
          // Often several things happen, and time passes, before anybody looks.
          if (index % 3 === 2 || index === history.length - 1) {
            await settle();
            moved += await membership.sweep();
            await settle();
            expect(await everything(members)).toEqual(await everything(rebuilt));
            compared += lists.length * people;
          }
        }
      }),
      { numRuns: Number(process.env.CORTEX_RUNS ?? 15) },
    );
    process.stdout.write(`kept membership: ${compared} decisions compared, ${moved} changed by the clock\n`);
    expect(moved).toBeGreaterThan(0);
  }, 300_000);
});
