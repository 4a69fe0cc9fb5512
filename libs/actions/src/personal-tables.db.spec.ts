import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '#testing';

/** Columns that say about whom a row is. */
const PERSONAL = [
  'person_id',
  'into_person_id',
  'profile_id',
  'lead_id',
  'buyer',
  'address',
  'email',
  'contact_email',
  'userId',
];

/** Tables that neither a download nor an erasure names, each with the reason. */
const EXCEPTIONS: Record<string, string> = {
  'cortex.broadcast_exclusions': 'The id of whom a broadcast left out leads to nobody once they are erased.',
  'cortex.list_touched': 'Rows pass through within a minute and hold an id.',
  'cortex.person_merges': 'Ids of rows that are one since; they lead to nobody once the person is erased.',
  'cortex.refused_orders': 'The number of an order and an id that leads to nobody once they are erased.',
  'cortex.run_changes': 'Rows pass through within a minute and hold an id.',
  'cortex.staff_invitations': 'Addresses of colleagues, who cannot be erased as customers; gone after some days.',
  'cortex_staff.account': 'Of colleagues, who cannot be erased as customers.',
  'cortex_staff.session': 'Of colleagues, who cannot be erased as customers.',
};

const erasure = join(import.meta.dirname, 'erasure');
const texts = [
  join(import.meta.dirname, 'everything-sections.ts'),
  ...readdirSync(erasure).map((name) => join(erasure, name)),
].map((file) => readFileSync(file, 'utf8'));
// The search through all text goes by what it leaves out.
const code = texts.join('\n').replace(/const LEFT_OUT = \[[^\]]*\]/, '');

/** Whether SQL of a download or an erasure names the table, whole or as one of a list in `cortex`. */
const isNamed = (table: string): boolean => {
  const [schema, name] = table.split('.') as [string, string];
  return new RegExp(`\\b${schema}\\."?${name}\\b`).test(code) || (schema === 'cortex' && code.includes(`'${name}'`));
};

describe('every table that says about whom its rows are', () => {
  let db: TestDatabase;
  let tables: string[];
  beforeAll(async () => {
    db = await testDatabase();
    const rows = await db.database.rows<{ name: string }>(
      `select distinct n.nspname || '.' || c.relname as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
       where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'cortex', 'cortex_customers', 'cortex_staff')
         and a.attnum > 0 and not a.attisdropped and a.attname = any($1::text[]) order by 1`,
      [PERSONAL],
    );
    tables = rows.map(({ name }) => name);
  });
  afterAll(() => db.drop());

  it('is in the download or the erasure of a person, or here with the reason', () => {
    expect(tables.length).toBeGreaterThan(30);
    expect(tables.filter((table) => !isNamed(table) && !Object.hasOwn(EXCEPTIONS, table))).toEqual([]);
  });

  it('is no exception that is gone, or named since', () => {
    expect(Object.keys(EXCEPTIONS).filter((table) => !tables.includes(table) || isNamed(table))).toEqual([]);
  });
});
