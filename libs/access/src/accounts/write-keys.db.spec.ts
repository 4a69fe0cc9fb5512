import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig, systemActor, Vault } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { ApiKeys } from './api-keys.js';
import { sealSigningOfKeysAnew, WriteKeys } from './write-keys.js';

const first = 'the first secret, with enough characters';
const second = 'the second secret, with enough characters';

describe('what a write key signs with, and another CORTEX_SECRET', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db?.drop());

  const vaultOf = (CORTEX_SECRET: string, CORTEX_SECRET_PREVIOUS?: string) =>
    new Vault(db.database, readConfig({ CORTEX_SECRET, CORTEX_SECRET_PREVIOUS }));

  it('works on when the secret before is named once; without that nobody is proven, and the key records on', async () => {
    const wish = { name: 'Pages', kind: 'write' as const, allowed_types: ['page_view'] };
    const made = await new ApiKeys(db.database, vaultOf(first)).create(systemActor('test'), wish);
    const signature = createHmac('sha256', made.signing_secret!).update('a@example.com').digest('hex');
    const found = (vault: Vault) => new WriteKeys(db.database, vault).find(made.key);
    expect((await found(vaultOf(first)))!.isProof('a@example.com', signature)).toBe(true);
    const lost = (await found(vaultOf(second)))!;
    expect([lost.isProof('a@example.com', signature), lost.allowsType('page_view')]).toEqual([false, true]);
    expect(await sealSigningOfKeysAnew(db.database, vaultOf(second))).toBe(0);

    expect(await sealSigningOfKeysAnew(db.database, vaultOf(second, first))).toBe(1);
    expect(await sealSigningOfKeysAnew(db.database, vaultOf(second, first))).toBe(0);
    expect((await found(vaultOf(second)))!.isProof('a@example.com', signature)).toBe(true);
    await new ApiKeys(db.database, vaultOf(second)).revoke(systemActor('test'), made.id);
    expect(await found(vaultOf(second))).toBeUndefined();
  });
});
