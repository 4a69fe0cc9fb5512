import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';

const list = '00000000-0000-7000-8000-0000000000ee';
const and = (...conditions: unknown[]) => ({ operator: 'AND', conditions });
const hostile = [
  "'",
  "''",
  "\\'",
  "'; drop table cortex.people; --",
  "') or true) --",
  '%s %L %I %1$s',
  '$1',
  '$$; select 1; $$',
  '"',
  '\\',
  'E\\047',
  '${x}',
];

let db: TestDatabase;
const set = (rules: unknown) =>
  db.database.run('update public.crm_smart_lists set rules = $2 where id = $1', [list, JSON.stringify(rules)]);
const resolve = async (id = list): Promise<string[]> =>
  (await db.database.rows<{ first_name: string }>('select first_name from resolve_smart_list($1)', [id])).map(
    (row) => row.first_name,
  );
const refusal = async (rules: unknown): Promise<Record<string, string>> => {
  await set(rules);
  const error = await resolve().then(
    (rows) => ({ driverError: { message: `answered ${rows.length} people` } }),
    (thrown: { driverError: Record<string, string> }) => thrown,
  );
  return error.driverError as Record<string, string>;
};

beforeAll(async () => {
  db = await testDatabase();
  await db.database.tx(async (tx) => {
    await tx.run(`insert into public.crm_smart_lists (id, name, rules) values ($1, 'x', '{}')`, [list]);
    await tx.run(
      `insert into public.unified_profiles (email, first_name, tags, attributes)
       select 'h' || o || '@example.com', t, array[t], jsonb_build_object('note', t) from unnest($1::text[]) with ordinality u (t, o)`,
      [hostile],
    );
  });
}, 120_000);
afterAll(() => db.drop());

describe('resolve_smart_list', () => {
  it('finds exactly the hostile text that is asked for, in every kind of place', async () => {
    for (const text of hostile) {
      for (const condition of [
        { field: 'first_name', operator: 'eq', value: text },
        { field: 'first_name', operator: 'in', value: [text] },
        { field: 'tags', operator: 'contains', value: text },
        { field: 'tags', operator: 'has_all', value: [text] },
        { field: 'attributes.note', operator: 'eq', value: text },
      ]) {
        await set(and(condition));
        expect({ condition, found: await resolve() }).toEqual({ condition, found: [text] });
      }
    }
  });

  it('reads the design document’s example as other programs may have written it', async () => {
    await set(
      and(
        { field: 'type', operator: 'eq', value: 'customer' },
        { field: 'created_at', operator: 'gt', value: '7 days ago' },
        { field: 'tags', operator: 'contains', value: '$1' },
      ),
    );
    expect(await resolve()).toEqual(['$1']);
  });

  it('fails closed, in a plain sentence that shows neither query nor value', async () => {
    const secret = 'SECRET';
    const eq = { field: 'first_name', operator: 'eq', value: secret };
    for (const rules of [
      {},
      [],
      null,
      'x',
      and(),
      and(null),
      and({}),
      and(eq, {}),
      { operator: 'XOR', conditions: [eq] },
      { operator: null, conditions: [eq] },
      { operator: 'NOT', conditions: [eq, eq] },
      and({ ...eq, operator: 'sounds_like' }),
      and({ ...eq, operator: null }),
      and({ ...eq, field: "first_name' or true --" }),
      and({ ...eq, field: 'lead', operator: 'enrolled' }),
      and({ ...eq, field: 'person_id' }),
      and({ ...eq, value: null }),
      and({ ...eq, value: { a: 1 } }),
      and({ ...eq, value: 5 }),
      and({ ...eq, operator: 'in', value: [] }),
      and({ ...eq, operator: 'in', value: [null] }),
      and({ field: 'created_at', operator: 'gt', value: 'SECRET days ago' }),
      and({ field: 'created_at', operator: 'in_last', value: { n: 1e9, unit: 'days' } }),
      and({ field: 'created_at', operator: 'in_last', value: { n: 1, unit: 'eons' } }),
      and({ field: 'enrollment', operator: 'exists', value: { course_id: "x' or true" } }),
      and({ field: 'smart_list', operator: 'in', value: [list] }),
      and({ field: 'smart_list', operator: 'in', value: ['00000000-0000-7000-8000-000000000000'] }),
      and({ field: 'activity', operator: 'never' }),
      and({ field: 'activity', operator: 'count_gte', value: -1, activity_type: 'a' }),
      and({ field: 'activity', operator: 'first_within', activity_type: 'a' }),
      and({ field: 'activity', operator: 'never', activity_type: 'a', where: eq }),
      and({
        field: 'activity',
        operator: 'never',
        activity_type: 'a',
        where: and({ field: 'metadata.a"b', operator: 'is_set' }),
      }),
      and(and(and(and(and(eq))))),
    ]) {
      const { message, hint, detail, where, internalQuery } = await refusal(rules);
      const said = JSON.stringify({ message, hint, detail, where, internalQuery });
      expect({
        rules,
        sentence: /^[A-Z][^"]*\.$/.test(message ?? ''),
        message,
        answered: /answered/.test(message ?? ''),
      }).toEqual({
        rules,
        sentence: true,
        message,
        answered: false,
      });
      expect(said).not.toMatch(/SECRET|select |cortex\.people/);
    }
    await expect(resolve('00000000-0000-7000-8000-000000000000')).rejects.toThrow(
      'There is no smart list with this id.',
    );
  });

  it('lets a role that may run it see its answer and nothing else', async () => {
    await set(and({ field: 'first_name', operator: 'eq', value: '$1' }));
    const role = `reader_${Date.now()}`;
    await db.database.run(`create role ${role} nologin`);
    const as = (text: string) =>
      db.database.tx(async (tx) => {
        await tx.run(`set local role ${role}`);
        return tx.rows<Record<string, unknown>>(text);
      });
    await expect(as(`select * from resolve_smart_list('${list}')`)).rejects.toThrow('permission denied');
    await db.database.run(`grant execute on function public.resolve_smart_list(uuid) to ${role}`);
    const [row] = await as(`select * from resolve_smart_list('${list}')`);
    expect(Object.keys(row!)).toEqual(['id', 'email', 'type', 'first_name', 'last_name', 'tags']);
    await expect(as('select * from cortex.people')).rejects.toThrow('permission denied');
    await expect(as('select * from public.crm_smart_lists')).rejects.toThrow('permission denied');
    await expect(as(`select cortex.rule_sql('{}', 'person', now(), 'UTC', 1, '{}')`)).rejects.toThrow(
      'permission denied',
    );
    // A table of the caller's own that hides ours must not be looked at.
    await db.database.tx(async (tx) => {
      await tx.run(`create temp table crm_smart_lists as select * from public.crm_smart_lists with no data`);
      await tx.run(`grant select on crm_smart_lists to public`);
      expect(await tx.rows(`select * from resolve_smart_list('${list}')`)).toHaveLength(1);
    });
    const [owner] = await db.database.rows<{ login: boolean; super: boolean }>(
      `select r.rolcanlogin as login, r.rolsuper as super from pg_proc f join pg_roles r on r.oid = f.proowner
       where f.proname = 'resolve_smart_list'`,
    );
    expect(owner).toEqual({ login: false, super: false });
    await db.database.run(`drop owned by ${role}`);
    await db.database.run(`drop role ${role}`);
  });

  it('says so plainly when it is cancelled', async () => {
    await set(and({ field: 'first_name', operator: 'contains', value: 'SECRET' }));
    await db.database.run(
      `insert into public.unified_profiles (email, first_name) select 'n' || n || '@example.com', repeat('é', 400) from generate_series(1, 3000) n`,
    );
    const error = await db.database
      .tx(
        async (tx) => {
          for (let again = 0; again < 50; again++) await tx.rows('select count(*) from resolve_smart_list($1)', [list]);
        },
        { statementTimeout: 5 },
      )
      .catch((thrown: { driverError: Record<string, string> }) => thrown.driverError);
    expect(error).toMatchObject({ code: '57014' });
    expect(JSON.stringify(error)).not.toContain('SECRET');
  });
});
