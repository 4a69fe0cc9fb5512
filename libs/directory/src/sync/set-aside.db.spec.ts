import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog } from '#platform';
import { DIRECTORY_DIFFERENCES, testDatabase, type TestDatabase } from '#testing';
import { DirectoryRepair } from './directory-repair.js';

describe('a row of the shop that the directory cannot take', () => {
  let db: TestDatabase;
  let repair: DirectoryRepair;
  const run = (sql: string, values: unknown[] = []) => db.database.run(sql, values);
  const rows = (sql: string, values: unknown[] = []) => db.database.rows(sql, values);
  const lead = (email: string, name: string) =>
    run('insert into purchase_leads (email, first_name) values ($1, $2)', [email, name]);
  const tries = async () =>
    (await rows("select count(*)::int as n from cortex.trigger_errors where trigger_name = 'repair_pending'"))[0]!.n;
  const attention = (key: string) =>
    rows('select title, detail, facts from cortex.attention where key = $1 and closed_at is null', [key]);

  beforeAll(async () => {
    db = await testDatabase();
    repair = new DirectoryRepair(db.database, createLog('silent', 'test'));
    // Stands for whatever value a shop's table takes and ours does not.
    await run("alter table cortex.people add constraint poison check (first_name <> 'poison')");
  });
  afterAll(() => db.drop());

  it('is tried a few times, said under Needs attention, holds up nobody, and is taken up again when it changes', async () => {
    await lead('bad@school.example', 'poison');
    await lead('good@school.example', 'Ada');
    for (let minute = 0; minute < 12; minute += 1) await repair.repair();
    expect(await tries()).toBe(5);
    const [said] = await attention('directory.set_aside');
    expect(said).toMatchObject({
      title: '1 person cannot be brought up to date',
      detail: expect.stringContaining('Correct their rows in unified_profiles, purchase_leads or transactions'),
      facts: { ids: [expect.any(String)], sqlstates: ['23514'] },
    });
    expect(JSON.stringify(said)).not.toContain('bad@school.example');

    // Others are put aside for a moment and repaired together, as always.
    await run("insert into cortex.pending (address) values ('good@school.example')");
    await repair.repair();
    expect(await rows('select distinct address from cortex.pending')).toEqual([{ address: 'bad@school.example' }]);
    expect(await tries()).toBe(5);
    expect(await rows('select email from view_directory_contacts order by email')).toEqual([
      { email: 'bad@school.example' },
      { email: 'good@school.example' },
    ]);

    // A change that does not help is tried as often again.
    await run("update purchase_leads set last_name = 'Doe' where email = 'bad@school.example'");
    for (let minute = 0; minute < 12; minute += 1) await repair.repair();
    expect(await tries()).toBe(10);

    await run("update purchase_leads set first_name = 'Bob' where email = 'bad@school.example'");
    await repair.repair();
    expect(await rows(DIRECTORY_DIFFERENCES)).toEqual([]);
    expect(await rows('select from cortex.pending')).toEqual([]);
    expect(await rows('select from cortex.set_aside')).toEqual([]);
    expect(await rows('select from crm_activities where person_id is null')).toEqual([]);
    expect(await attention('directory.set_aside')).toEqual([]);
  });

  it('is not blamed for what passes, such as somebody else at work on that person', async () => {
    await run("insert into cortex.pending (address) values ('good@school.example')");
    await db.database.tx(async (tx) => {
      await tx.run("select from cortex.people where address = 'good@school.example' for update");
      for (let minute = 0; minute < 6; minute += 1) await repair.repair();
    });
    expect(await rows('select from cortex.set_aside')).toEqual([]);
    await repair.repair();
    expect(await rows('select from cortex.pending')).toEqual([]);
  });

  it('with transactions beyond what can be counted stands at the limit, and that is said', async () => {
    await run(
      `with p as (insert into unified_profiles (email) values ('rich@school.example') returning id)
       insert into transactions (profile_id, amount_minor, currency, status)
       select id, 9223372036854775807, 'EUR', 'paid' from p, generate_series(1, 3)`,
    );
    await repair.compare();
    expect(
      await rows("select lifetime_value_minor from view_directory_contacts where email = 'rich@school.example'"),
    ).toEqual([{ lifetime_value_minor: String(Number.MAX_SAFE_INTEGER) }]);
    expect(await attention('directory.sums')).toMatchObject([
      { title: '1 person has a lifetime value that cannot be right' },
    ]);
    await run('update transactions set amount_minor = 100');
    await repair.compare();
    expect(await attention('directory.sums')).toEqual([]);
  });
});
