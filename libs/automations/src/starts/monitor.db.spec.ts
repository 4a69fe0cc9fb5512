import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { seedLeads, testDatabase, type TestDatabase } from '#testing';
import { monitorCandidates, monitorFindings, monitorMatches, type MonitorQuestion } from './monitor.queries.js';
import { entryLimit } from './starts.js';

const PEOPLE = 400;
const LEADS = 1_500;
const automationId = newId();
const start: MonitorQuestion['start'] = {
  by: 'monitor',
  node_id: 'start',
  over: 'leads',
  lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' } },
  every: { n: 1, unit: 'minutes' },
};
const limits = {
  'once per lead, seven days between': entryLimit(start, {}),
  'once per lead': entryLimit(start, { entry: { limit: 'always' } }),
  'once per person': entryLimit(start, { entry: { limit: 'once' } }),
};

/** What a monitor over leads means, said without a thought of how long it takes: $1 the automation, $2 whether `once` is by lead, $3 whether seven days apart. */
const MEANT = `
  with leads as (
    select l.*, p.person_id, case when $2 then 'lead:' || l.id else 'once' end as key, cortex.now() - l.created_at as age
    from public.purchase_leads l join cortex.people p on p.address = lower(l.email::text))
  select person_id, id as lead_id from leads l
  where age >= interval '30 minutes' and age < interval '24 hours' and coalesce(source, '') <> 'activity'
    and id not in (select lead_id from public.enrollments where lead_id is not null)
    and 0 = (select count(*) from public.enrollments e join public.unified_profiles u on u.id = e.profile_id
      where lower(u.email::text) = lower(l.email::text) and e.created_at >= l.created_at
        and coalesce(l.course_id, e.course_id) = e.course_id)
    and (person_id, key) not in (select person_id, entry_key from cortex.automation_runs where automation_id = $1)
    and (person_id, key) not in (select person_id, entry_key from cortex.automation_seen where automation_id = $1)
    and not ($3 and person_id in (select person_id from cortex.automation_runs
      where automation_id = $1 and cortex.now() - entered_at < interval '7 days'))
  order by created_at, id`;

/** Leads of two days, some twice and in capitals; enrollments, runs and marks of a tenth to a third of them. */
const RANDOM = [
  `insert into public.purchase_leads (email, course_id, source, created_at)
   select case when random() < 0.2 then upper(name) else name end, case when random() < 0.7 then course end,
     case when random() < 0.1 then 'activity' when random() < 0.5 then 'shop' end, cortex.now() - random() * interval '30 hours'
   from (select 'p' || floor(random() * ${PEOPLE}) || '@example.com' as name,
     (select array_agg(id) from public.courses)[1 + floor(random() * 3)::int] as course
     from generate_series(1, ${LEADS})) l`,
  `insert into public.enrollments (profile_id, course_id, lead_id, created_at)
   select u.id, l.course, case when random() < 0.3 then l.id end, l.created_at + (random() - 0.5) * interval '10 hours'
   from (select *, coalesce(course_id, (select min(id::text)::uuid from public.courses)) as course from public.purchase_leads) l
   join public.unified_profiles u on lower(u.email::text) = lower(l.email::text) where random() < 0.3`,
  `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, lead_id, entered_at)
   select v.automation_id, v.id, 1, p.person_id, case when random() < 0.9 then 'lead:' || l.id else 'once' end, l.id,
     cortex.now() - random() * interval '14 days'
   from public.purchase_leads l join cortex.people p on p.address = lower(l.email::text), cortex.automation_versions v
   where random() < 0.15 on conflict do nothing`,
  `insert into cortex.automation_seen (automation_id, person_id, entry_key)
   select $1::uuid, p.person_id, case when random() < 0.9 then 'lead:' || l.id else 'once' end
   from public.purchase_leads l join cortex.people p on p.address = lower(l.email::text)
   where random() < 0.15 on conflict do nothing`,
  // Somebody put right the address of a lead: it is another person's now.
  `update public.purchase_leads set email = 'p' || floor(random() * ${PEOPLE}) || '@example.com' where random() < 0.05`,
];

describe('a monitor over leads', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await testDatabase();
    await db.clock.set('2026-11-20T09:00:00Z');
    await seedLeads(
      db.database,
      Array.from({ length: PEOPLE }, (_, n) => ({ email: `p${n}@example.com` })),
    );
    await db.database.run(`insert into public.courses (title) select 'Course ' || n from generate_series(1, 3) n`);
    await db.database.run(`insert into cortex.automations (id, name, draft_graph) values ($1, 'Abandoned', '{}')`, [
      automationId,
    ]);
    await db.database.run(
      `insert into cortex.automation_versions (automation_id, number, graph, settings) values ($1, 1, '{}', '{}')`,
      [automationId],
    );
  });
  afterAll(() => db.drop());

  describe.each([0.1, 0.2, 0.3])('in a shop made up by chance (%d)', (seed) => {
    beforeEach(async () => {
      await db.database.tx(async (tx) => {
        await tx.run("set local session_replication_role = 'replica'");
        await tx.run('truncate public.enrollments, cortex.automation_runs, cortex.automation_seen cascade');
        await tx.run('delete from public.purchase_leads');
        await tx.run('delete from public.unified_profiles');
        await tx.rows('select setseed($1)', [seed]);
        await tx.run(
          `insert into public.unified_profiles (email) select address from cortex.people where random() < 0.5 order by address`,
        );
        for (const text of RANDOM) await tx.run(text, text.includes('$1') ? [automationId] : []);
      });
    });

    it.each(Object.entries(limits))('finds whom it means: %s', async (_, limit) => {
      const question = { automationId, start, limit };
      await db.database.tx(async (tx) => {
        const meant = await tx.rows<{ person_id: string; lead_id: string }>(MEANT, [
          automationId,
          limit.unit.by === 'lead',
          limit.cooldown !== undefined,
        ]);
        const people = [...new Set(meant.map((each) => each.person_id))];
        expect(people.length).toBeGreaterThan(20);
        expect(await monitorCandidates(tx, question, LEADS)).toEqual(people);
        const some = await monitorCandidates(tx, question, 30);
        expect(some).toEqual([...new Set(meant.slice(0, 30).map((each) => each.person_id))]);

        const everybody = (await tx.rows<{ person_id: string }>('select person_id from cortex.people')).map(
          (row) => row.person_id,
        );
        const newest = new Map(meant.map((each) => [each.person_id, each.lead_id]));
        const matches = await monitorMatches(tx, question, { limit: LEADS, personIds: everybody });
        expect(new Map(matches.map((each) => [each.person_id, each.lead_id]))).toEqual(newest);
        expect(matches).toHaveLength(newest.size);

        // Condition by condition it says the same of everybody's leads.
        for (const person of everybody.slice(0, 60)) {
          const findings = await monitorFindings(tx, question, person, LEADS);
          const [first] = findings.filter(({ found }) => found.every(({ met }) => met));
          expect(first?.lead?.id).toBe(newest.get(person));
        }
      });
    });
  });
});
