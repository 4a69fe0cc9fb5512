import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { encodeCursor, newId } from '#platform';
import { countWork, testDatabase, type TestDatabase } from '#testing';
import { Contacts } from '../contacts/contacts.js';

let db: TestDatabase;
beforeAll(async () => {
  // One session, as a worker's or a shop's: it keeps the plans that its first writes were given.
  db = await testDatabase({ poolSize: 1 });
});
afterAll(() => db?.drop());

const tables = [
  ...['cortex.people', 'public.purchase_leads', 'public.unified_profiles', 'public.crm_activities'],
  ...['public.transactions', 'public.enrollments', 'public.courses'],
];
const leads = (name: string, n: number) =>
  db.database.run(
    `insert into public.purchase_leads (email, first_name)
     select $1 || n || '@many.example', 'Ann' from generate_series(1, $2::int) n`,
    [name, n],
  );

it('takes many people by as much work each as one, also in a session that took single ones before there were any', async () => {
  for (let n = 0; n < 10; n += 1) await leads(`single${n}-`, 1);
  await leads('first', 400);
  const many = 400;
  const { read } = await countWork(db.database, tables, () => leads('many', many));
  expect(read / many).toBeLessThan(40);
  const changed = await countWork(db.database, tables, () =>
    db.database.run("update public.purchase_leads set tags = '{vip}' where email::text like 'many%'"),
  );
  expect(changed.read / many).toBeLessThan(40);
  const differences = await db.database.rows(
    `select p.address from cortex.people p where p.address like 'many%' and p.tags <> '{vip,lead}'`,
  );
  expect(differences).toEqual([]);
});

it('takes many orders and enrollments by as much work each as one, also in a session that took single ones before', async () => {
  // Of its own, in which nobody was when the plans were made.
  const shop = await testDatabase({ poolSize: 1 });
  const course = newId();
  await shop.database.run("insert into public.courses (id, title) values ($1, 'Light')", [course]);
  const buy = (name: string, n: number) =>
    shop.database.run(
      `with who as (
         insert into public.unified_profiles (email)
         select $1 || n || '@orders.example' from generate_series(1, $2::int) n returning id
       ), paid as (
         insert into public.transactions (profile_id, amount_minor, currency) select id, 4900, 'EUR' from who
         returning id, profile_id
       )
       insert into public.enrollments (profile_id, course_id, transaction_id) select profile_id, $3, id from paid`,
      [name, n, course],
    );
  for (let n = 0; n < 10; n += 1) await buy(`single${n}-`, 1);
  await shop.database.run(
    "insert into public.unified_profiles (email) select 'many' || n || '@orders.example' from generate_series(1, 400) n",
  );
  const many = 400;
  const theirs = "from public.unified_profiles where email::text like 'many%@orders.example'";
  const steps: [string, string][] = [
    ['paid', `insert into public.transactions (profile_id, amount_minor, currency) select id, 4900, 'EUR' ${theirs}`],
    [
      'enrolled',
      `insert into public.enrollments (profile_id, course_id, transaction_id)
       select t.profile_id, '${course}', t.id from public.transactions t where t.profile_id in (select id ${theirs})`,
    ],
    [
      'refunded',
      `update public.transactions set status = 'refunded', refunded_minor = amount_minor
       where profile_id in (select id ${theirs})`,
    ],
    ['cancelled', `update public.enrollments set status = 'cancelled' where profile_id in (select id ${theirs})`],
  ];
  const read: Record<string, number> = {};
  for (const [name, text] of steps)
    read[name] = (await countWork(shop.database, tables, () => shop.database.run(text))).read / many;
  expect(Object.entries(read).filter(([, each]) => each > 60)).toEqual([]);
  expect(
    await shop.database.row(
      "select count(*)::int as n from public.crm_activities where contact_email::text like 'many%@orders.example'",
    ),
  ).toEqual({ n: 4 * many });
  await shop.drop();
});

it('reads a page in the middle of people who came at one instant by its own rows', async () => {
  await leads('instant', 3_000);
  await db.database.run('analyze cortex.people');
  const contacts = new Contacts(db.database);
  const [middle] = await db.database.rows<{ at: string; person_id: string }>(
    `select created_at::text as at, person_id from cortex.people where address like 'instant%'
     order by person_id offset 1500 limit 1`,
  );
  for (const sort of ['-created_at', 'created_at'] as const) {
    const page = { sort, limit: 50, cursor: encodeCursor([middle!.at, middle!.person_id]) };
    let found = 0;
    const { read } = await countWork(db.database, ['cortex.people'], async () => {
      found = (await contacts.list(page)).items.length;
    });
    expect([sort, found, read < 120]).toEqual([sort, 50, true]);
  }
});
