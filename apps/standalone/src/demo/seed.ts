import { lockKey, newId, type Database, type Tx } from '#platform';
import { eachPersonal, settingSql } from '#rules';
import { insertMarked, insertPeople } from './rows.js';
import { sampleCourses, sampleEvents, samplePeople } from './sample.js';

/** Held by whoever makes the sample. */
export const DEMO_LOCK = lockKey.named("'cortex.demo'");
const HOUR = 3_600_000;
/** The kind of the row that says that the sample's three weeks are still to be lived through; see `liveSampleWeeks`. */
export const WEEKS_TO_LIVE = 'weeks to live';

/**
 * Fills an empty database with the sample shop, once: nothing happens where anybody or anything stands
 * already. Everything made is named in `cortex.demo_rows`, which the button in the settings removes, and the
 * people are marked so that their mail never reaches Postmark.
 * @returns whether it was filled now
 */
export async function seedDemo(database: Database): Promise<boolean> {
  return database.tx(async (tx) => {
    await tx.rows(`select pg_advisory_xact_lock(${DEMO_LOCK})`);
    const empty = await tx.row<{ empty: boolean }>(
      `select not exists (select from public.unified_profiles) and not exists (select from public.purchase_leads)
         and not exists (select from public.courses) and not exists (select from public.crm_activities)
         and not exists (select from cortex.automations)
         and not ${settingSql('demo')} as empty`,
    );
    if (!empty!.empty) return false;
    const now = await tx.now();
    await insertPeople(
      tx,
      samplePeople.map(({ email }) => email),
    );
    const courses = await seedCourses(tx, now);
    const profiles = await seedProfiles(tx, now);
    await seedPurchases(tx, now, courses, profiles);
    await seedLeads(tx, now, courses);
    await seedEvents(tx, now);
    await tx.run('insert into cortex.demo_rows (kind, id) values ($1, $2)', [WEEKS_TO_LIVE, newId()]);
    await tx.run('update cortex.settings set demo = true, mail_unanswered = true, updated_at = cortex.now()');
    return true;
  });
}

const before = (now: Date, hours: number): string => new Date(now.getTime() - hours * HOUR).toISOString();

async function seedCourses(tx: Tx, now: Date): Promise<string[]> {
  const rows = sampleCourses.map((course) => ({
    id: newId(),
    ...course,
    currency: 'EUR',
    created_at: before(now, 24 * 400),
  }));
  await insertMarked(tx, 'public.courses', 'course', rows);
  return rows.map((row) => row.id);
}

async function seedProfiles(tx: Tx, now: Date): Promise<Map<string, string>> {
  const rows = samplePeople
    .filter((person) => person.kind === 'customer')
    .map(({ email, tags, since, ...person }) => ({
      id: newId(),
      ...{ email, tags, attributes: {}, ...eachPersonal((id) => person[id]) },
      created_at: before(now, since * 24),
      updated_at: before(now, since * 24),
    }));
  await insertMarked(tx, 'public.unified_profiles', 'profile', rows);
  return new Map(rows.map((row) => [row.email, row.id]));
}

async function seedPurchases(tx: Tx, now: Date, courses: string[], profiles: Map<string, string>): Promise<void> {
  const bought = samplePeople.flatMap((person) => {
    const profile = profiles.get(person.email);
    if (!profile) return [];
    return person.courses.map((course, nth) => ({
      profile_id: profile,
      course,
      at: before(now, Math.max(2, (person.since - nth * 5) * 24 - 1)),
    }));
  });
  const transactions = bought.map(({ profile_id, course, at }) => ({
    id: newId(),
    ...{ profile_id, amount_minor: sampleCourses[course]!.price_minor, refunded_minor: 0 },
    ...{ currency: 'EUR', status: 'paid', occurred_at: at, created_at: at },
  }));
  await insertMarked(tx, 'public.transactions', 'transaction', transactions);
  await insertMarked(
    tx,
    'public.enrollments',
    'enrollment',
    bought.map(({ profile_id, course, at }, nth) => ({
      id: newId(),
      ...{ profile_id, course_id: courses[course]!, transaction_id: transactions[nth]!.id, status: 'active' },
      ...{ created_at: at, updated_at: at },
    })),
  );
}

async function seedLeads(tx: Tx, now: Date, courses: string[]): Promise<void> {
  const rows = samplePeople
    .filter((person) => person.kind === 'lead')
    .map(({ email, tags, since, courses: left, ...person }) => ({
      id: newId(),
      ...{ email, tags, attributes: {}, source: 'demo', ...eachPersonal((id) => person[id]) },
      course_id: courses[left[0]!]!,
      created_at: before(now, since * 24 + 1),
      updated_at: before(now, since * 24 + 1),
    }));
  await insertMarked(tx, 'public.purchase_leads', 'lead', rows);
}

/** History: it is shown and counted, and starts nothing. The triggers give each row its person at commit. */
async function seedEvents(tx: Tx, now: Date): Promise<void> {
  const rows = sampleEvents.map(({ email, type, metadata, ago }) => ({
    id: newId(),
    ...{ contact_email: email, type, metadata, source: 'demo', history: true },
    ...{ occurred_at: before(now, ago), received_at: before(now, ago) },
  }));
  await insertMarked(tx, 'public.crm_activities', 'activity', rows);
  // A worker would find it out within a second, but the sample lists are counted before one runs.
  await tx.run(
    `update cortex.people p set last_activity = e.at
     from (select contact_email, max(occurred_at) as at
           from jsonb_to_recordset($1::jsonb) as r (contact_email text, occurred_at timestamptz) group by 1) e
     where p.address = e.contact_email`,
    [JSON.stringify(rows)],
  );
}
