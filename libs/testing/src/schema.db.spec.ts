import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { migrate } from '#platform';
import { MIGRATIONS, testDatabase, type TestDatabase } from './database/postgres.js';
import { dumpSchema } from './database/schema-dump.js';

const kept = join(MIGRATIONS, 'snapshot/schema.sql');

/** Jest's own `-u`. */
const updates = (): boolean => {
  const { snapshotState } = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
  return snapshotState?._updateSnapshot === 'all';
};

describe('the schema', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ empty: true });
    await migrate(db.database.source, MIGRATIONS);
  });
  afterAll(() => db.drop());

  it('is the one of migrations/snapshot/schema.sql (after a wanted change: npm test -- libs/testing/src/schema -u)', async () => {
    const dump = await dumpSchema(db.database);
    if (updates()) {
      await mkdir(dirname(kept), { recursive: true });
      await writeFile(kept, dump);
    }
    expect(dump).toBe(await readFile(kept, 'utf8'));
  });

  it('stays the same when the repeatable files run once more', async () => {
    const before = await dumpSchema(db.database);
    await db.database.run("update cortex.migration_files set checksum = 'other' where name like 'repeatable/%'");
    const report = await migrate(db.database.source, MIGRATIONS);
    expect(report.repeated.length).toBeGreaterThan(0);
    expect(await dumpSchema(db.database)).toBe(before);
  });
});
