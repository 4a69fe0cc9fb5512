import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog, recordAudit, systemActor } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { AuditSeals } from './audit-seals.js';

const actor = systemActor('test');

let db: TestDatabase;
let seals: AuditSeals;
let logged: string[];
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await behindTheGuard('truncate cortex.audit, cortex.audit_seals', 'truncate cortex.attention');
  logged = [];
  seals = new AuditSeals(db.database, createLog('info', 'test', { write: (line) => void logged.push(line) }));
});

/** As somebody would who owns the database. */
const behindTheGuard = (...statements: string[]) =>
  db.database.tx(async (tx) => {
    await tx.run("set local session_replication_role = 'replica'");
    for (const statement of statements) await tx.run(statement);
  });
const write = (...names: string[]) =>
  db.database.tx(async (tx) => {
    for (const name of names)
      await recordAudit(tx, actor, { action: 'topic.created', targetKind: 'topic', targetId: name, after: { name } });
  });
const notices = () => db.database.rows('select title from cortex.attention where closed_at is null');

describe('the audit', () => {
  it('is sealed as it grows, and each seal is told to the log', async () => {
    expect(await seals.seal()).toBe(0);
    await write('a', 'b');
    expect(await seals.seal()).toBe(2);
    await write('c');
    expect([await seals.seal(), await seals.seal()]).toEqual([1, 0]);
    const rows = await db.database.rows<{ number: number; entries: number; hash: string }>(
      "select number::int as number, entries, encode(hash, 'hex') as hash from cortex.audit_seals order by number",
    );
    expect(rows).toMatchObject([
      { number: 1, entries: 2 },
      { number: 2, entries: 1 },
    ]);
    expect(logged.map((line) => (JSON.parse(line) as { sha256: string }).sha256)).toEqual(rows.map(({ hash }) => hash));
    expect(await seals.check()).toBeUndefined();
    expect(await notices()).toEqual([]);
  });

  it('lets an entry be emptied with the hash of what it said, once, and notices when no erasure says so', async () => {
    await write('a', 'b');
    await seals.seal();
    const empty = (hash: string) =>
      db.database.run(
        `update cortex.audit a set before = null, after = null, erased_hash = ${hash} where a.target_id = 'a'`,
      );
    await expect(empty("'x'")).rejects.toThrow(/neither changed nor deleted/);
    expect(await empty('cortex.audit_entry_hash(a)')).toBe(1);
    await expect(empty('cortex.audit_entry_hash(a)')).rejects.toThrow(/neither changed nor deleted/);
    expect(await seals.check()).toBe(1);
    const { id } = (await db.database.row<{ id: string }>("select id from cortex.audit where target_id = 'a'"))!;
    await db.database.tx((tx) => recordAudit(tx, actor, { action: 'audit.emptied', after: { entries: [id] } }));
    expect(await seals.check()).toBeUndefined();
  });

  it('takes in what was committed late', async () => {
    let commit!: () => void;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let written!: () => void;
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    const late = db.database.tx(async (tx) => {
      await recordAudit(tx, actor, { action: 'topic.created', targetId: 'late' });
      written();
      await held;
    });
    await isWritten;
    await write('early');
    expect(await seals.seal()).toBe(1);
    commit();
    await late;
    expect(await seals.seal()).toBe(1);
    expect(await seals.check()).toBeUndefined();
  });

  it.each([
    'update cortex.audit set actor = $$somebody else$$',
    'update cortex.audit set seal = null',
    'delete from cortex.audit',
    'truncate cortex.audit',
    'update cortex.audit_seals set entries = 0',
    'delete from cortex.audit_seals',
    'truncate cortex.audit_seals',
  ])('is neither changed nor deleted: %s', async (statement) => {
    await write('a');
    await seals.seal();
    await expect(db.database.run(statement)).rejects.toThrow(/of the audit are neither changed nor deleted/);
  });

  it.each([
    ['an entry that was changed', 1, "update cortex.audit set target_id = 'x' where target_id = 'a'"],
    ['what an entry says', 1, `update cortex.audit set after = '{"name": "x"}' where target_id = 'b'`],
    ['an entry that is gone', 2, "delete from cortex.audit where target_id = 'c'"],
    ['an entry that was put in', 2, "insert into cortex.audit (actor, action, seal) values ('x', 'topic.created', 2)"],
    ['an entry under another seal', 1, "update cortex.audit set seal = 2 where target_id = 'a'"],
    ['a seal that is gone', 2, 'delete from cortex.audit_seals where number = 1'],
    ['the last seal that is gone', 3, 'delete from cortex.audit_seals where number = 3'],
  ])('shows %s', async (_what, number, statement) => {
    for (const names of [['a', 'b'], ['c'], ['d']]) {
      await write(...names);
      await seals.seal();
    }
    await behindTheGuard(statement);
    expect(await seals.check()).toBe(number);
    expect(await notices()).toEqual([{ title: 'The audit log was changed' }]);
  });
});
