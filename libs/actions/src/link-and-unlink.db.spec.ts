import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { upsertEnrollment, upsertProfile } from '#enrollments';
import { Contacts, setConsent, type ConsentStatus } from '#directory';
import { newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import fc from 'fast-check';
import { pino } from 'pino';
import { LinkAccounts } from './actions/link-accounts.action.js';
import { UnlinkAccounts } from './actions/unlink-accounts.action.js';
import { CarryOut } from './carry-out.js';
import { ContactActions } from './contact-actions.js';

const COURSE = newId();
const actor = systemActor('test');
const log = pino({ level: 'silent' });

type Who = 'ann' | 'bob';
type Step =
  | { do: 'activity'; who: Who; type: string }
  | { do: 'consent'; who: Who; status: ConsentStatus }
  | { do: 'enroll'; who: Who; amount_minor: number; currency: string }
  | { do: 'edit'; who: Who; first_name: string }
  /** Of the pair that is linked at times only. */
  | { do: 'link'; head: Who }
  | { do: 'unlink' };

const who = fc.constantFrom<Who>('ann', 'bob');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('link' as const), head: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unlink' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('activity' as const),
      who,
      type: fc.constantFrom('prop.began', 'prop.went_on', 'prop.ended', 'prop.nothing'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('consent' as const),
      who,
      status: fc.constantFrom<ConsentStatus>('subscribed', 'pending', 'unsubscribed'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('enroll' as const),
      who,
      amount_minor: fc.nat(9999),
      currency: fc.constantFrom('EUR', 'JPY'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), who, first_name: fc.constantFrom('A', 'B') }) },
);

/** Two accounts, of which the one pair is linked at times and the other never. */
class Pair {
  head: Who | undefined;
  constructor(
    readonly name: string,
    readonly number: number,
  ) {}
  email = (one: Who): string => `${one}-${this.name}${this.number}@prop.example`;
}

describe('linking accounts', () => {
  let db: TestDatabase;
  let engine: Pipeline;
  let contacts: Contacts;
  let actions: ContactActions;
  const rows = (text: string, values: unknown[] = []) => db.database.rows<any>(text, values);
  const other = (one: Who): Who => (one === 'ann' ? 'bob' : 'ann');

  beforeAll(async () => {
    db = await testDatabase();
    engine = await pipeline(db.database);
    contacts = new Contacts(db.database);
    const definitions = [new LinkAccounts(), new UnlinkAccounts()];
    actions = new ContactActions(db.database, definitions, new CarryOut(db.database, definitions, log));
    await rows("insert into public.courses (id, title) values ($1, 'Light')", [COURSE]);
    await engine.live(
      {
        schema: 1,
        nodes: [
          { id: 'start', type: 'activity_received', config: { activity_type: 'prop.began' } },
          {
            id: 'hope',
            type: 'wait_until',
            config: { activity_type: 'prop.went_on', timeout: { n: 9, unit: 'days' } },
          },
          { id: 'wait', type: 'wait', config: { for: { n: 9, unit: 'days' } } },
        ],
        edges: [
          { source: 'start', port: 'next', target: 'hope' },
          { source: 'hope', port: 'happened', target: 'wait' },
        ],
      },
      { entry: { limit: 'always' }, exit_when: { activity_type: 'prop.ended' } },
    );
  }, 120_000);
  afterAll(() => db?.drop());

  const idOf = async (email: string) =>
    (await rows('select id, person_id from cortex.people where address = $1', [email]))[0] as {
      id: string;
      person_id: string;
    };

  async function take(pair: Pair, one: Step): Promise<void> {
    if (one.do === 'link' || one.do === 'unlink') return;
    const email = pair.email(one.who);
    if (one.do === 'activity') await engine.post(email, { type: one.type });
    else if (one.do === 'edit') await db.database.tx((tx) => upsertProfile(tx, { email, first_name: one.first_name }));
    else if (one.do === 'enroll') {
      const { amount_minor, currency } = one;
      const transaction = { external_id: newId(), amount_minor, currency };
      await db.database.tx((tx) => upsertEnrollment(tx, { email, course_id: COURSE, transaction }));
    } else {
      const { person_id } = await idOf(email);
      await db.database.tx((tx) => setConsent(tx, person_id, { status: one.status }, 'person'));
    }
    await engine.settle();
  }

  async function link(pair: Pair, head: Who): Promise<void> {
    if (pair.head) return;
    const { id: other_contact_id } = await idOf(pair.email(other(head)));
    const { id } = await idOf(pair.email(head));
    expect((await actions.perform('link_accounts', id, { other_contact_id }, actor)).state).toBe('done');
    pair.head = head;
  }

  async function unlink(pair: Pair): Promise<void> {
    if (!pair.head) return;
    const before = await runsOf(pair);
    const { id } = await idOf(pair.email(pair.head));
    expect((await actions.perform('unlink_accounts', id, {}, actor)).state).toBe('done');
    pair.head = undefined;
    expect(await runsOf(pair)).toEqual(before);
  }

  const runsOf = (pair: Pair) =>
    rows(
      `select p.address, r.id, r.status, r.node_id from cortex.automation_runs r join cortex.people p using (person_id)
       where p.address = any($1) order by r.id`,
      [[pair.email('ann'), pair.email('bob')]],
    );

  /** All that is kept of both but for what the engine did: of that some belongs to the one who was shown. */
  async function kept(pair: Pair): Promise<unknown> {
    const people = [];
    for (const one of ['ann', 'bob'] as const) {
      const email = pair.email(one);
      const { id, person_id } = await idOf(email);
      const { id: _id, ...contact } = await contacts.get(id);
      const [person] = await rows(
        `select p.type, p.first_name, p.consent_status, p.linked_consent, p.linked_paused_until, p.linked_topics_off, p.suppressed_broadcast, p.last_activity,
           p.lifetime_value_minor from cortex.people p where p.person_id = $1`,
        [person_id],
      );
      const history = await rows(
        `select a.type, a.contact_email, a.source, a.occurred_at, a.metadata - array['enrollment_id', 'transaction_id', 'lead_id', 'external_id'] as metadata
         from public.crm_activities a where a.person_id = $1 and a.type not like 'automation.%' and a.type not like 'admin.%'
         order by a.occurred_at, a.type, a.id`,
        [person_id],
      );
      people.push({ contact, person, history });
    }
    const text = JSON.stringify(people).replaceAll(`-${pair.name}${pair.number}@`, '@');
    return JSON.parse(text);
  }

  /** While they are linked there is one of them for whoever looks, held back by the stricter answer. */
  async function assertOne(pair: Pair): Promise<void> {
    if (!pair.head) return;
    const [head, beside] = [await idOf(pair.email(pair.head)), await idOf(pair.email(other(pair.head)))];
    const shown = await contacts.get(beside.id);
    expect(shown.email).toBe(pair.email(pair.head));
    const consents = await rows('select p.consent_status from cortex.people p where p.person_id = any($1)', [
      [head.person_id, beside.person_id],
    ]);
    const held = consents.some(({ consent_status }) => ['unsubscribed', 'pending'].includes(consent_status));
    expect(shown.can_be_emailed).toBe(shown.consent.status === 'subscribed' && !held);
    expect(await rows('select from view_directory_contacts where person_id = $1', [beside.person_id])).toEqual([]);
  }

  let number = 0;
  it('and parting them leaves everything as if they had never been linked, whatever happened meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await db.clock.set('2026-11-20T09:00:00Z');
        number += 1;
        const [linked, apart] = [new Pair('linked', number), new Pair('apart', number)];
        for (const pair of [linked, apart])
          for (const one of ['ann', 'bob'] as const) await engine.lead(pair.email(one), { consent: 'unknown' });
        for (const one of [{ do: 'link', head: 'ann' } as const, ...steps]) {
          await db.clock.advance({ minutes: 1 });
          if (one.do === 'link') await link(linked, one.head);
          else if (one.do === 'unlink') await unlink(linked);
          else for (const pair of [linked, apart]) await take(pair, one);
          await assertOne(linked);
        }
        await unlink(linked);
        expect(await kept(linked)).toEqual(await kept(apart));
        expect(await rows('select * from cortex.trigger_errors')).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
