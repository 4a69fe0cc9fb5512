import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { countWork, testDatabase, type TestDatabase } from '#testing';

let db: TestDatabase;
beforeAll(async () => {
  // One session, as a worker's or a shop's: it keeps the plans that its first writes were given.
  db = await testDatabase({ poolSize: 1 });
});
afterAll(() => db?.drop());

const tables = ['cortex.people', 'public.purchase_leads', 'public.unified_profiles', 'public.crm_activities'];
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
