import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from './database/postgres.js';

const page = await readFile(join(import.meta.dirname, '../../../CONTRIBUTING.md'), 'utf8');
const queries = [...page.matchAll(/^```sql\n(.*?)^```/gms)].map(([, text]) => text!);
/** Those within a line. */
const short = [...page.matchAll(/`(select [^`]+)`/g)].map(([, text]) => text!);

describe('the queries of CONTRIBUTING.md', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('are found', () => {
    expect(queries.length).toBeGreaterThan(5);
    expect(short.length).toBeGreaterThan(0);
  });

  it.each([...queries, ...short])('runs: %s', async (text) => {
    expect(Array.isArray(await db.database.rows(text))).toBe(true);
  });
});
