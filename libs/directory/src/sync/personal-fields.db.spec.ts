import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { personalIds, type PersonalFieldId } from '#rules';
import { testDatabase, type TestDatabase } from '#testing';

/** Each field of the list, in each of the shop's tables that has it. */
const cases = personalIds.flatMap((id) =>
  (['unified_profiles', 'purchase_leads'] as const).map((table): [PersonalFieldId, string] => [id, table]),
);

describe('each field of a person', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
    await db.database.run(
      `with list as (
         insert into public.crm_smart_lists (name, kind, rules) values ('kept', 'rules', '{}') returning id)
       insert into cortex.list_keeping (smart_list_id, state) select id, 'kept' from list`,
    );
  });
  afterAll(() => db.drop());

  it.each(cases)('%s of %s is followed by the view, told as a change and asked of the lists', async (id, table) => {
    const email = `${id}.${table}@example.com`;
    await db.database.run(`insert into public.${table} (email) values ($1)`, [email]);
    await db.database.run('delete from cortex.list_touched');
    await db.database.run(`update public.${table} set ${id} = 'x' where email = $1`, [email]);
    expect(
      await db.database.row(
        `select v.${id} as shown, p.${id} as kept, (
           select a.metadata -> 'changes' -> '${id}' from public.crm_activities a
           where a.person_id = v.person_id and a.type = 'contact.updated') as told,
           (select array_agg(t.what) from cortex.list_touched t where t.person_id = v.person_id) as touched
         from public.view_directory_contacts v join cortex.people p using (person_id) where v.email = $1`,
        [email],
      ),
    ).toEqual({ shown: 'x', kept: 'x', told: { old: null, new: 'x' }, touched: ['person'] });
  });

  it.each(cases)('%s of %s is compared with the definition at night', async (id, table) => {
    await db.database.tx(async (tx) => {
      await tx.run('set local session_replication_role = replica');
      await tx.run(`update public.${table} set ${id} = 'past the triggers' where email = $1`, [
        `${id}.${table}@example.com`,
      ]);
    });
    const compared = await db.database.row('select cortex.compare_directory()::int as different');
    expect(compared).toEqual({ different: 1 });
    await db.database.row('select cortex.repair_pending(10)');
  });
});
