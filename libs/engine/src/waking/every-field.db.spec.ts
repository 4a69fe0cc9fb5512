import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Contacts } from '#directory';
import { createLog, newId, systemActor } from '#platform';
import { changesOf, fields, freeFields, personalIds, type Change, type Condition } from '#rules';
import { BulkChanges, ListMembers, MemberFiles, Membership, RuleQuestions, SmartLists } from '#smart-lists';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runPage } from '../reports/reports.queries.js';
import { drawing, on, type Step } from '../scenarios/steps.fixture.js';

const course = '00000000-0000-7000-8000-0000000000c1';
const hand = '00000000-0000-7000-8000-0000000000a1';
const list = (n: number) => `00000000-0000-7000-8000-0000000000b${n}`;
const midnight = '2026-03-02';

interface Case {
  condition: Condition;
  change: Change;
  /** Statements about the person, $1 is the address: what holds before, and what makes the condition hold. */
  before?: string[];
  then: string[];
  /** The start is the person's lead. */
  lead?: true;
}

const lead = (set: string): string[] => [`update public.purchase_leads set ${set} where email = $1::citext`];
const honolulu = [`update cortex.settings set timezone = 'Pacific/Honolulu' where $1::text is not null`];
const customer = 'insert into public.unified_profiles (id, email) values (uuidv7(), $1::citext)';
const profile = '(select id from public.unified_profiles where email = $1::citext)';
const enrolled = `insert into public.enrollments (profile_id, course_id) values (${profile}, '${course}')`;
const did = (type: string, metadata = '{}') =>
  `insert into public.crm_activities (contact_email, type, metadata, source) values ($1::citext, '${type}', '${metadata}', 'test')`;
const inHand = `insert into cortex.list_members (smart_list_id, person_id) select '${hand}', person_id from cortex.people where address = $1`;
const noteHand = `insert into cortex.list_touched (person_id, what) select person_id, 'static' from cortex.people where address = $1`;
const is = (field: string, operator: string, value?: Condition['value']): Condition => ({ field, operator, value });
const inList = (n: number) => is('smart_list', 'in', [list(n)]);
const personal: Record<string, string> = { country: 'DE', timezone: 'Asia/Tokyo', language: 'de' };

/** Each kind of change of each field, as the dependency table of the rules has them. */
const cases: Case[] = [
  { condition: is('type', 'eq', 'customer'), change: 'person', then: [customer] },
  {
    condition: is('email', 'ends_with', '@moved.example'),
    change: 'person',
    before: [customer],
    then: [
      `update public.unified_profiles set email = replace($1, '@example.com', '@moved.example')::citext where email = $1::citext`,
    ],
  },
  ...personalIds.map((id): Case => {
    const value = personal[id] ?? 'Ada';
    return { condition: is(id, 'eq', value), change: 'person', then: lead(`${id} = '${value}'`) };
  }),
  { condition: is('tags', 'contains', 'vip'), change: 'person', then: lead(`tags = '{vip}'`) },
  { condition: is('created_at', 'lt', '2020-01-01'), change: 'person', then: lead(`created_at = '2019-05-05'`) },
  { condition: is('created_at', 'lt', midnight), change: 'setting', then: honolulu },
  { condition: is('last_activity', 'gte', '2026-03-02T09:30:00Z'), change: 'activity', then: [did('page_view')] },
  { condition: is('last_activity', 'lt', midnight), change: 'setting', then: honolulu },
  {
    condition: is('lifetime_value', 'gte', 5),
    change: 'person',
    before: [customer],
    then: [`insert into public.transactions (profile_id, amount_minor, currency) values (${profile}, 900, 'EUR')`],
  },
  {
    condition: is('lifetime_value', 'gte', 5),
    change: 'setting',
    before: [
      customer,
      `insert into public.transactions (profile_id, amount_minor, currency) values (${profile}, 900, 'JPY')`,
    ],
    then: [
      "update cortex.settings set currency = 'JPY' where $1::text is not null",
      'select cortex.repair_pending(500) where $1::text is not null',
    ],
  },
  {
    condition: is('can_be_emailed', 'is_false'),
    change: 'person',
    then: ['update cortex.people set suppressed_broadcast = true where address = $1'],
  },
  {
    condition: is('can_be_emailed', 'is_true'),
    change: 'setting',
    before: [`update cortex.people set consent_status = 'unknown' where address = $1`],
    then: ['update cortex.settings set mail_unanswered = true where $1::text is not null'],
  },
  {
    condition: is('consent', 'eq', 'pending'),
    change: 'person',
    then: [`update cortex.people set consent_status = 'pending' where address = $1`],
  },
  {
    condition: is('enrollment', 'exists', { course_id: course }),
    change: 'enrollment',
    before: [customer],
    then: [enrolled],
  },
  { condition: is('enrollment', 'exists', { course_id: course }), change: 'person', then: [customer, enrolled] },
  { condition: is('smart_list', 'in', [hand]), change: 'static_list', then: [inHand, noteHand] },
  { condition: inList(1), change: 'person', then: lead(`tags = '{gold}'`) },
  { condition: inList(2), change: 'activity', then: [did('bought')] },
  { condition: inList(3), change: 'enrollment', before: [customer], then: [enrolled] },
  { condition: inList(4), change: 'setting', then: honolulu },
  {
    // The rules of a list are like a setting.
    condition: inList(5),
    change: 'setting',
    then: [
      `update public.crm_smart_lists set rules = '{"operator":"AND","conditions":[{"field":"type","operator":"eq","value":"lead"}]}'
      where id = '${list(5)}' and $1::text is not null`,
    ],
  },
  {
    condition: { ...is('activity', 'count_gte', 1), activity_type: 'viewed' },
    change: 'activity',
    then: [did('viewed')],
  },
  {
    condition: {
      ...is('activity', 'count_gte', 1),
      activity_type: 'planned',
      where: { operator: 'AND', conditions: [is('metadata.day', 'lt', midnight)] },
    },
    change: 'setting',
    before: [did('planned', '{"day":"2026-03-02T09:00:00Z"}')],
    then: honolulu,
  },
  { condition: is('lead', 'enrolled'), change: 'enrollment', lead: true, before: [customer], then: [enrolled] },
  { condition: is('lead', 'enrolled'), change: 'person', lead: true, then: [customer, enrolled] },
  {
    condition: { ...is('step', 'delivered'), node_id: 'mail' },
    change: 'activity',
    then: [
      `update cortex.messages set delivered_at = cortex.now() where person_id = (select person_id from cortex.people where address = $1)`,
      did('email.delivered'),
    ],
  },
  { condition: is('attributes.seats', 'gte', 3), change: 'person', then: lead(`attributes = '{"seats": 4}'`) },
  {
    condition: is('attributes.due', 'lt', midnight),
    change: 'setting',
    before: lead(`attributes = '{"due": "2026-03-02T05:00:00Z"}'`),
    then: honolulu,
  },
  {
    // A day that stands in the attribute itself begins when it begins in the workspace's zone.
    condition: is('attributes.day', 'gt', '2026-03-02T05:00:00Z'),
    change: 'setting',
    before: lead(`attributes = '{"day": "2026-03-02"}'`),
    then: honolulu,
  },
];

const nameOf = ({ condition, change }: Case) => [JSON.stringify(condition), change] as const;

describe('G. every kind of change of every field wakes a wait_until with rules, and moves kept lists', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let keeper: Membership;
  let lists: SmartLists;
  const actor = systemActor('test');
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    const members = new ListMembers(db.database);
    const contacts = new Contacts(db.database);
    const bulk = new BulkChanges(db.database, members, new RuleQuestions(db.database, contacts));
    keeper = new Membership(db.database, new MemberFiles(db.database, members, bulk), createLog('silent', 'test'));
    lists = new SmartLists(db.database, contacts);
    await db.database.run("insert into public.courses (id, title) values ($1, 'Plants')", [course]);
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, 'By hand', 'static')", [
      hand,
    ]);
    const inside: Condition[] = [
      is('tags', 'contains', 'gold'),
      { ...is('activity', 'count_gte', 1), activity_type: 'bought' },
      is('enrollment', 'exists', { course_id: course }),
      is('created_at', 'lt', midnight),
      is('tags', 'contains', 'nobody'),
    ];
    for (const [n, condition] of inside.entries()) {
      await db.database.run(
        `insert into public.crm_smart_lists (id, name, kind, rules) values ($1, $2, 'rules', $3::jsonb)`,
        [list(n + 1), `List ${n}`, JSON.stringify({ operator: 'AND', conditions: [condition] })],
      );
    }
  });
  afterAll(() => db.drop());

  const settle = async () => {
    for (let round = 0; round < 3; round += 1) {
      await line.settle();
      await keeper.once();
    }
    await line.settle();
  };
  const run = async (statements: readonly string[], email: string) => {
    await db.database.tx(async (tx) => {
      for (const statement of statements) await tx.run(statement, [email]);
    });
  };

  it('the cases below name every field, and every change that the table names for it', () => {
    const free = Object.values(freeFields).filter(({ places }) => places.includes('graph'));
    const known = [...fields.map(({ id }) => id), ...free.map(({ prefix }) => prefix)].sort();
    const fieldOf = ({ field }: Condition) => free.find(({ prefix }) => field.startsWith(prefix))?.prefix ?? field;
    const walked = Map.groupBy(cases, ({ condition }) => fieldOf(condition));
    expect([...walked.keys()].sort()).toEqual(known);
    for (const own of walked.values()) {
      const proven = new Set(own.map(({ change }) => change));
      expect(proven).toEqual(
        new Set(own.flatMap(({ condition }) => [...changesOf({ operator: 'AND', conditions: [condition] })])),
      );
    }
  });

  let made = 0;
  it.each(cases.map((each) => [...nameOf(each), each] as const))('%s by: %s', async (_condition, _change, each) => {
    const { condition, before = [], then } = each;
    await db.database.run("update cortex.settings set timezone = 'UTC', mail_unanswered = false, currency = 'EUR'");
    await db.database.row('select cortex.repair_pending(500)');
    await db.clock.set('2026-03-02T09:00:00Z');
    await settle();
    made += 1;
    const email = `field${made}@example.com`;
    const rules = { operator: 'AND' as const, conditions: [condition] };
    const type = each.lead ? 'lead.created' : `go.${made}`;
    const mail: Step = ['mail', 'send_email', { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' }];
    const steps = drawing([on(type), mail, ['wait', 'wait_until', { rules, timeout: { n: 60, unit: 'days' } }]]);
    const automation = await line.live(steps);
    await line.lead(email);
    await run(before, email);
    await line.settle();
    if (!each.lead) await line.post(email, { type });
    await line.settle();
    const inGraphOnly = condition.field === 'lead' || condition.field === 'step';
    const kept = inGraphOnly
      ? undefined
      : (await lists.create(actor, { name: `Kept ${newId()}`, kind: 'rules', rules, keep_membership: true })).id;
    await settle();
    const way = async () => {
      const { items } = await runPage(db.database, automation, { limit: 200 });
      return items.map((item) => item.steps.map((step) => `${step.node_id}:${step.port}`).join(' '));
    };
    const person = await db.database.row<{ id: string }>(
      'select person_id as id from cortex.people where address = $1',
      [email],
    );
    const inKept = async () =>
      (
        await db.database.rows('select from cortex.list_members where smart_list_id = $1 and person_id = $2', [
          kept,
          person!.id,
        ])
      ).length;
    expect(await way()).toEqual(['start:next mail:next wait:null']);
    if (kept) expect(await inKept()).toBe(0);
    // Nothing that only the clock brings about may help.
    await db.clock.set('2026-03-02T09:30:01Z');
    await settle();
    expect(await way()).toEqual(['start:next mail:next wait:null']);
    await run(then, email);
    await settle();
    expect(await way()).toEqual(['start:next mail:next wait:happened']);
    if (kept) expect(await inKept()).toBe(1);
    await line.lifecycle.stop(actor, automation, 0);
    if (kept) await lists.remove(actor, kept);
  });
});
