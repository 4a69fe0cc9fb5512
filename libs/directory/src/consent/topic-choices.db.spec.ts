import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import fc from 'fast-check';
import type { ConsentBy } from './consent.js';
import { chooseTopics, pauseMail, topicsOf } from './topic-choices.js';

describe('what people say about topics', () => {
  let db: TestDatabase;
  let news: string;
  let offers: string;

  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.clock.set('2026-04-01T12:00:00Z');
    await db.database.run(
      'truncate cortex.people, cortex.person_merges, cortex.topics, public.unified_profiles, public.purchase_leads, public.crm_activities cascade',
    );
    const made = await db.database.rows<{ id: string }>(
      "insert into cortex.topics (name, position, default_on) values ('News', 0, true), ('Offers', 1, false) returning id",
    );
    [news, offers] = made.map(({ id }) => id) as [string, string];
  });

  async function profile(email: string): Promise<{ profile: string; person: string }> {
    const row = await db.database.row<{ id: string }>(
      'insert into public.unified_profiles (email) values ($1) returning id',
      [email],
    );
    return { profile: row!.id, person: await personAt(email) };
  }
  const personAt = async (email: string) =>
    (await db.database.row<{ person_id: string }>('select person_id from cortex.people where address = $1', [email]))!
      .person_id;
  const choose = (person: string, topic_id: string, wanted: boolean, by: ConsentBy = 'person', at?: string) =>
    db.database.tx((tx) =>
      chooseTopics(tx, person, [{ topic_id, wanted }], { by, source: 'test', ...(at ? { at: new Date(at) } : {}) }),
    );
  const on = async (person: string) =>
    Object.fromEntries((await topicsOf(db.database, person)).map(({ name, on }) => [name, on]));

  it('who never chose has what the topic says, and a choice outlives a change of that', async () => {
    const { person } = await profile('ann@example.com');
    expect(await on(person)).toEqual({ News: true, Offers: false });
    await choose(person, news, true);
    await db.database.run('update cortex.topics set default_on = not default_on');
    expect(await on(person)).toEqual({ News: true, Offers: true });
  });

  it('is told in the timeline, with words, only when something changes', async () => {
    const { person } = await profile('ann@example.com');
    expect(await choose(person, news, true)).toEqual([]);
    expect(await choose(person, news, false)).toEqual([news]);
    const told = await db.database.rows<{ metadata: unknown }>(
      "select metadata from crm_activities where type = 'contact.updated'",
    );
    expect(told).toEqual([
      { metadata: { changes: { topics: { old: { News: true }, new: { News: false } } }, source: 'test' } },
    ]);
  });

  it('their own no is lifted by nobody else; of others the later stands, at one instant the no', async () => {
    const { person } = await profile('ann@example.com');
    await choose(person, news, false);
    await db.clock.advance({ days: 3 });
    for (const by of ['staff', 'system', 'import'] as const) expect(await choose(person, news, true, by)).toEqual([]);
    expect(await choose(person, news, true)).toEqual([news]);
    await choose(person, offers, true, 'system', '2026-03-02T00:00:00Z');
    expect(await choose(person, offers, false, 'system', '2026-03-01T00:00:00Z')).toEqual([]);
    expect(await choose(person, offers, false, 'system', '2026-03-02T00:00:00Z')).toEqual([offers]);
    expect(await choose(person, offers, true, 'system', '2026-03-02T00:00:00Z')).toEqual([]);
  });

  it('leaves out topics that do not exist', async () => {
    const { person } = await profile('ann@example.com');
    expect(await choose(person, '00000000-0000-7000-8000-000000000001', false)).toEqual([]);
  });

  it('goes along with a change of address', async () => {
    const { person, profile: id } = await profile('ann@example.com');
    await choose(person, news, false);
    await db.database.run("update public.unified_profiles set email = 'new@example.com' where id = $1", [id]);
    expect(await personAt('new@example.com')).toBe(person);
    expect(await on(person)).toEqual({ News: false, Offers: false });
  });

  it('of two people who become one, whichever stays: the later answer about each topic, at one instant the no', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(true, false),
        fc.constantFrom(true, false),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (first, second, at, then) => {
          await db.database.run(
            'truncate cortex.people, cortex.person_merges, cortex.topic_choices, public.unified_profiles, public.purchase_leads cascade',
          );
          const lead = async (email: string) => {
            await db.database.run('insert into public.purchase_leads (email) values ($1)', [email]);
            return personAt(email);
          };
          const one = await profile('one@example.com');
          const two = await lead('two@example.com');
          await choose(one.person, news, first, 'person', `2026-03-0${at}T00:00:00Z`);
          await choose(two, news, second, 'person', `2026-03-0${then}T00:00:00Z`);
          await db.database.run("update public.unified_profiles set email = 'two@example.com' where id = $1", [
            one.profile,
          ]);
          const stays = await personAt('two@example.com');
          const wanted = at === then ? first && second : at > then ? first : second;
          expect((await on(stays)).News).toBe(wanted);
          expect(
            await db.database.rows('select 1 from cortex.topic_choices where person_id <> $1', [stays]),
          ).toHaveLength(0);
          // Under the id of the one who is gone it is the same person.
          await db.clock.advance({ days: 1 });
          await choose(stays === two ? one.person : two, news, !wanted);
          expect((await on(stays)).News).toBe(!wanted);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('a pause goes along, and of two people who become one the later word about it stands', async () => {
    const one = await profile('one@example.com');
    await db.database.run("insert into public.purchase_leads (email) values ('two@example.com')");
    const two = await personAt('two@example.com');
    const until = new Date('2026-05-01T12:00:00Z');
    const own = { by: 'person', source: 'preferences' } as const;
    expect(await db.database.tx((tx) => pauseMail(tx, two, until, own))).toBe(true);
    expect(await db.database.tx((tx) => pauseMail(tx, two, until, own))).toBe(false);
    await db.database.run("update public.unified_profiles set email = 'two@example.com' where id = $1", [one.profile]);
    const stays = await personAt('two@example.com');
    const paused = async () =>
      (await db.database.row<{ paused_until: Date | null }>(
        'select paused_until from cortex.people where person_id = $1',
        [stays],
      ))!.paused_until;
    expect(await paused()).toEqual(until);
    expect(await db.database.tx((tx) => pauseMail(tx, one.person, null, own))).toBe(true);
    expect(await paused()).toBeNull();
  });

  it('a pause that one of two people asked for outlives what a colleague said about the other later', async () => {
    for (const first of ['one', 'two']) {
      const name = (who: string) => `${who}${first}@example.com`;
      const one = await profile(name('one'));
      await db.database.run('insert into public.purchase_leads (email) values ($1)', [name('two')]);
      const two = await personAt(name('two'));
      const [own, other] = first === 'one' ? [one.person, two] : [two, one.person];
      const until = (days: number) => new Date(Date.parse('2026-04-01T12:00:00Z') + days * 86_400_000);
      const staff = { by: 'staff', source: 'mara@example.com' } as const;
      await db.clock.set('2026-04-01T12:00:00Z');
      await db.database.tx((tx) => pauseMail(tx, own, until(30), { by: 'person', source: 'preferences' }));
      await db.database.tx((tx) => pauseMail(tx, other, until(5), staff));
      await db.clock.advance({ minutes: 1 });
      await db.database.tx((tx) => pauseMail(tx, other, null, staff));
      await db.database.run('update public.unified_profiles set email = $2 where id = $1', [one.profile, name('two')]);
      expect(
        await db.database.row('select paused_until, paused_by from cortex.people where person_id = $1', [
          await personAt(name('two')),
        ]),
      ).toEqual({ paused_until: until(30), paused_by: 'person' });
    }
  });
});
