import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import fc from 'fast-check';
import { setConsent, setConsents, type ConsentBy } from './consent.js';
import type { ConsentStatus } from '../identity/people.js';

const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00Z`;

/** Issue 9, C and E: which answer about mail stands. */
describe('an answer about mail', () => {
  let db: TestDatabase;
  let person: string;

  beforeAll(async () => {
    db = await testDatabase();
    await db.database.run("insert into public.purchase_leads (email) values ('ann@example.com')");
    person = (await db.database.row<{ person_id: string }>('select person_id from cortex.people'))!.person_id;
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.clock.set('2026-04-01T12:00:00Z');
    await db.database.run(
      "update cortex.people set consent_status = 'unknown', consent_at = null, consent_by = null, consent_source = null",
    );
    await db.database.run('delete from public.crm_activities');
  });

  const say = (status: ConsentStatus, by: ConsentBy, at?: string) =>
    db.database.tx((tx) => setConsent(tx, person, at === undefined ? status : { status, at }, by));
  const standing = async () =>
    (await db.database.row<{ consent_status: ConsentStatus }>('select consent_status from cortex.people'))!
      .consent_status;

  it('of other systems the later one stands, in whatever order they come', async () => {
    expect(await say('unsubscribed', 'system', day(2))).toBe(true);
    expect(await say('subscribed', 'system', day(1))).toBe(false);
    expect(await standing()).toBe('unsubscribed');
    expect(await say('subscribed', 'system', day(3))).toBe(true);
    const several = await db.database.tx((tx) =>
      setConsents(tx, [
        { person_id: person, consent: { status: 'unsubscribed', at: day(5) }, by: 'system' },
        { person_id: person, consent: { status: 'subscribed', at: day(4) }, by: 'system' },
      ]),
    );
    expect(several).toEqual({ changed: [true, false], left: [false, true] });
    expect(
      (
        await db.database.rows<{ c: unknown }>(
          "select metadata -> 'changes' -> 'consent' as c from crm_activities where type = 'contact.updated' order by id",
        )
      ).map(({ c }) => c),
    ).toEqual([
      { old: 'unknown', new: 'unsubscribed' },
      { old: 'unsubscribed', new: 'subscribed' },
      { old: 'subscribed', new: 'unsubscribed' },
    ]);
  });

  it('at one instant the more restrictive stands', async () => {
    await say('subscribed', 'system', day(1));
    await say('unsubscribed', 'system', day(1));
    await say('subscribed', 'system', day(1));
    expect(await standing()).toBe('unsubscribed');
  });

  it('C: more than five minutes ahead is refused, and what is less counts as now', async () => {
    await expect(say('subscribed', 'system', '2026-04-01T12:05:01Z')).rejects.toMatchObject({
      code: 'instant_ahead',
      errors: [{ pointer: '/consent/at', message: expect.stringContaining('5 minutes in the future') }],
    });
    expect(await standing()).toBe('unknown');
    await say('subscribed', 'system', '2026-04-01T12:04:59Z');
    expect(await db.database.row('select consent_status, consent_at from cortex.people')).toEqual({
      consent_status: 'subscribed',
      consent_at: new Date('2026-04-01T12:00:00Z'),
    });
  });

  it('C: a no by their own act stands against whatever an import or a colleague says, then or later', async () => {
    await say('subscribed', 'system', '2026-04-01T12:04:59Z');
    await say('unsubscribed', 'person');
    expect(await standing()).toBe('unsubscribed');
    await db.clock.advance({ days: 30 });
    for (const by of ['system', 'import', 'staff'] as const) {
      expect(await say('subscribed', by)).toBe(false);
      expect(await say('pending', by, '2026-05-01T12:04:00Z')).toBe(false);
      // A no of somebody else is one more no; it does not make the first one theirs.
      await say('unsubscribed', by);
      expect(await say('subscribed', by)).toBe(false);
    }
    expect(await say('subscribed', 'person')).toBe(true);
  });

  it('C: their own act at the same instant of a standing clock follows the one before', async () => {
    await say('subscribed', 'person');
    await say('unsubscribed', 'person');
    await say('subscribed', 'person');
    expect(await standing()).toBe('subscribed');
  });

  it('C: an instant ahead that was written with SQL does not outlive their own act', async () => {
    await db.database.run(
      "update cortex.people set consent_status = 'subscribed', consent_at = cortex.now() + interval '3 hours'",
    );
    await say('unsubscribed', 'person');
    await db.clock.advance({ hours: 4 });
    await say('subscribed', 'import');
    expect(await standing()).toBe('unsubscribed');
  });

  it('D: what they did at Postmark counts by its own time: an older change that comes late lifts nothing', async () => {
    await say('unsubscribed', 'person', day(20));
    expect(await say('subscribed', 'person', day(19))).toBe(false);
    await say('subscribed', 'person', day(21));
    expect(await say('unsubscribed', 'person', day(20))).toBe(false);
    expect(await standing()).toBe('subscribed');
  });

  it('E: history and unknown never turn a no into a yes', async () => {
    await say('unsubscribed', 'system', day(1));
    expect(await say('subscribed', 'import', '2024-01-01T00:00:00Z')).toBe(false);
    expect(await say('subscribed', 'import')).toBe(false);
    expect(await say('unknown', 'system')).toBe(false);
    expect(await standing()).toBe('unsubscribed');
    await say('subscribed', 'staff');
    expect(await standing()).toBe('subscribed');
    expect(await say('unknown', 'staff')).toBe(false);
  });

  it('whatever was said in whatever order: who said no last cannot be mailed, and no import lifts a no', async () => {
    const answer = fc.record({
      status: fc.constantFrom<ConsentStatus>('unknown', 'subscribed', 'pending', 'unsubscribed'),
      by: fc.constantFrom<ConsentBy>('person', 'person', 'staff', 'system', 'import'),
      at: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 8 }), async (answers) => {
        await db.database.run(
          "update cortex.people set consent_status = 'unknown', consent_at = null, consent_by = null",
        );
        let own: { no: boolean; at: number } | undefined;
        let before: ConsentStatus = 'unknown';
        for (const [nth, { status, by, at }] of answers.entries()) {
          await say(status, by, at === undefined ? undefined : day(at));
          const time = at ?? 100 + nth;
          const no = status === 'unsubscribed';
          if (by === 'person' && status !== 'unknown' && (!own || time > own.at || (time === own.at && no))) {
            own = { no, at: time };
          }
          const after = await standing();
          if (own?.no) expect(after).toBe('unsubscribed');
          if (before === 'unsubscribed' && by === 'import') expect(after).toBe('unsubscribed');
          if (before !== 'unknown') expect(after).not.toBe('unknown');
          if (no && at === undefined) expect(after).toBe('unsubscribed');
          before = after;
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('of two answers with their instants is the same whichever comes first', async () => {
    const unlike = await db.database.rows(`
      with said as (
        select * from unnest(array['subscribed', 'pending', 'unsubscribed']) status,
          unnest(array['person', 'staff', 'system', 'import']) by,
          unnest(array[timestamptz '2026-03-01', timestamptz '2026-03-02']) at
      )
      select a.status, a.by, a.at, b.status as status_b, b.by as by_b, b.at as at_b
      from said a cross join said b
      cross join lateral cortex.settle_consent(a.status, a.at, a.by, b.status, b.at, b.by, b.at) ab
      cross join lateral cortex.settle_consent(b.status, b.at, b.by, a.status, a.at, a.by, a.at) ba
      where case when ab.replaces then b.status else a.status end <> case when ba.replaces then a.status else b.status end`);
    expect(unlike).toEqual([]);
  });
});
