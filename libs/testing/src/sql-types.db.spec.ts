import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLog } from '#platform';
import { Queue } from '#queue';
import { testDatabase, type TestDatabase } from './database/postgres.js';
import { kindOf } from './sql-check/column-types.js';
import { findSqlCalls, type SqlCall, type SqlCalls } from './sql-check/sql-calls.js';
import { mistakesOf, readCatalog, type Catalog } from './sql-check/statement-check.js';

const MISTAKES = 'libs/testing/src/sql-check/mistakes.fixture.ts';

/** What the libs send; not the two classes that send it, and not what tests ask. */
const wanted = (path: string): boolean =>
  path === MISTAKES ||
  (/^libs\/(?!testing\/)[^/]+\/src\//.test(path) &&
    !/\.(spec|fixture)\.ts$/.test(path) &&
    path !== 'libs/platform/src/db/tx.ts');

const rules = 'holds conditions that the rule compiler writes';
const filters = 'holds the filters that were asked for';
const columns = 'sets the columns that were given';
/** Calls whose statement is put together while the program runs, by file: how many, and why. */
const NOT_CHECKED = new Map<string, [calls: number, because: string]>([
  ['libs/workspace/src/settings.ts', [1, columns]],
  ['libs/activities/src/timeline.queries.ts', [2, filters]],
  ['libs/automations/src/starts/entry.queries.ts', [4, rules]],
  ['libs/automations/src/starts/monitor.queries.ts', [5, rules]],
  ['libs/broadcasts/src/audience/audience.ts', [2, rules]],
  ['libs/broadcasts/src/audience/audience-people.ts', [1, rules]],
  ['libs/broadcasts/src/sending/freeze.ts', [1, rules]],
  ['libs/broadcasts/src/recipients/recipients.queries.ts', [1, filters]],
  ['libs/broadcasts/src/pacing/ways.ts', [1, rules]],
  ['libs/directory/src/search/contacts.queries.ts', [1, filters]],
  ['libs/directory/src/contacts/edit-contact.ts', [1, columns]],
  ['libs/directory/src/facts/facts.queries.ts', [2, rules]],
  ['libs/emails/src/content/empty-words.ts', [1, 'counts the words that the mail has']],
  ['libs/engine/src/past/past.queries.ts', [1, rules]],
  ['libs/engine/src/reports/reports.queries.ts', [1, filters]],
  ['libs/platform/src/config/settings.ts', [2, 'asks for the settings that were named']],
  ['libs/queue/src/pg-boss.adapter.ts', [1, 'sends what pg-boss writes']],
  ['libs/send/src/previews/rehearsal.ts', [1, rules]],
  ['libs/smart-lists/src/members/bulk.ts', [1, rules]],
  ['libs/smart-lists/src/questions/count-people.ts', [2, rules]],
  ['libs/smart-lists/src/keeping/fill-list.ts', [1, rules]],
  ['libs/smart-lists/src/questions/sample-people.ts', [1, rules]],
  ['libs/smart-lists/src/questions/seen-values.queries.ts', [1, filters]],
  ['libs/smart-lists/src/lists/smart-lists.queries.ts', [1, filters]],
  ['libs/smart-lists/src/keeping/membership-check.ts', [1, rules]],
]);

describe('the SQL of the libs', () => {
  let db: TestDatabase;
  let client: pg.Client;
  let catalog: Catalog;
  let sql: SqlCalls;
  let calls: SqlCall[];

  beforeAll(async () => {
    db = await testDatabase();
    // It makes the queue's own tables.
    const queue = new Queue({ database: db.database, log: createLog('error', 'test') });
    await queue.start();
    await queue.stop();
    client = new pg.Client({ connectionString: db.url });
    await client.connect();
    catalog = await readCatalog(client);
    sql = findSqlCalls(wanted);
    calls = sql.calls.filter(({ path }) => path !== MISTAKES);
  });
  afterAll(async () => {
    await client.end();
    await db.drop();
  });

  const mistakesIn = async (some: readonly SqlCall[]): Promise<string[]> => {
    const found: string[] = [];
    for (const call of some) found.push(...(await mistakesOf(call, sql.checker, client, catalog)));
    return found;
  };

  it('fits the schema: each statement prepares, and gives and takes the types that its caller says', async () => {
    expect(await mistakesIn(calls)).toEqual([]);
  });

  it('is checked but for the statements named here', () => {
    const left = calls.filter((call) => call.unreadable);
    const checked = calls.filter((call) => !call.unreadable);
    const statements = checked.reduce((sum, call) => sum + call.texts.length, 0);
    const withRows = checked.filter((call) => call.row).length;
    process.stderr.write(
      `${statements} statements of ${checked.length} calls checked, ${withRows} calls with the types of their rows; ` +
        `${left.length} calls not checked\n`,
    );
    const wrongly = [...new Set([...left.map(({ path }) => path), ...NOT_CHECKED.keys()])].filter(
      (path) => left.filter((call) => call.path === path).length !== (NOT_CHECKED.get(path)?.[0] ?? 0),
    );
    const found = left.filter(({ path }) => wrongly.includes(path)).map((call) => `${call.place} ${call.unreadable}`);
    expect({ wrongly, found }).toEqual({ wrongly: [], found: [] });
  });

  it('would be found wrong', async () => {
    const wrong = sql.calls.filter(({ path }) => path === MISTAKES);
    const found = await mistakesIn(wrong);
    expect(found.map((line) => line.replace(/^\S+ /, '').split('\n')[0])).toEqual([
      'n: int8 comes as text, not as number',
      'name: the statement returns no such column',
      'created_at: timestamptz comes as Date, not as string',
      'about: jsonb comes as json, not as { at: Date; }',
      'ids: _uuid comes as a list of text, not as number[]',
      'address: is never null',
      'does not prepare: column "nickname" of relation "people" does not exist',
      'does not prepare: column "e_mail" does not exist',
      'takes 2 values and is given 1',
      '$1: string[] cannot be given for jsonb',
      '$1: Date cannot be given for _uuid',
    ]);
    expect(wrong.flatMap((call) => call.unreadable ?? [])).toEqual(['not a constant: list: string[]']);
  });

  it('is read with the types that the driver makes', async () => {
    const samples: [type: string, value: string][] = [
      ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'text', 'varchar'].map(
        (type): [string, string] => [type, '1'],
      ),
      ...['date', 'timestamp', 'timestamptz'].map((type): [string, string] => [type, '2026-01-01']),
      ...['json', 'jsonb'].map((type): [string, string] => [type, '{"a": 1}']),
      ['bool', 't'],
      ['bytea', 'a'],
      ['interval', '1 day'],
      ['uuid', '00000000-0000-0000-0000-000000000000'],
      ['inet', '::1'],
      ['cidr', '::1'],
      ['time', '10:00'],
      ['name', 'a'],
      ['bpchar', 'a'],
      ['regclass', 'cortex.people'],
    ];
    for (const [type, value] of samples) {
      const row = await db.database.row(`select $1::text::${type} as one, array[$1::text::${type}] as list`, [value]);
      expect([type, made(row!.one), made(row!.list)]).toEqual([type, kindOf(type), kindOf(`_${type}`)]);
    }
  });
});

function made(value: unknown): unknown {
  if (Array.isArray(value)) return { listOf: made(value[0]) };
  if (value instanceof Date) return 'Date';
  if (Buffer.isBuffer(value)) return 'Buffer';
  if (typeof value === 'string') return 'text';
  if (typeof value !== 'object') return typeof value;
  return 'a' in value! ? 'json' : 'interval';
}
