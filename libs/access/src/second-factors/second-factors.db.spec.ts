import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig, Vault, type Actor } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { sealSecondFactorsAnew, SecondFactors } from './second-factors.js';
import { insertStaff } from '../accounts/staff.js';
import { codeOf, stepAt } from './totp.js';

const first = 'the first secret, with enough characters';
const second = 'the second secret, with enough characters';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app keeps of the text that it is given. */
const bytesOf = (base32: string): Buffer => {
  const bits = [...base32].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
};

describe('a second factor and another CORTEX_SECRET', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db?.drop());

  const vaultOf = (CORTEX_SECRET: string, CORTEX_SECRET_PREVIOUS?: string) =>
    new Vault(db.database, readConfig({ CORTEX_SECRET, CORTEX_SECRET_PREVIOUS }));

  it('works on when the secret before is named once, and without that lets nobody in by its codes', async () => {
    const id = await db.database.tx((tx) =>
      insertStaff(tx, { email: 'sue@example.com', name: 'Sue', role: 'admin' }, 'no hash'),
    );
    const sue: Actor = { kind: 'staff', id, label: 'sue@example.com', role: 'admin' };
    const { secret } = await new SecondFactors(db.database, vaultOf(first)).begin(sue);
    const { now } = (await db.database.row<{ now: Date }>('select cortex.now() as now'))!;
    const code = codeOf(bytesOf(secret), stepAt(now));
    const lost = new SecondFactors(db.database, vaultOf(second));
    expect(await lost.confirm(sue, code)).toBeUndefined();
    expect(await sealSecondFactorsAnew(db.database, vaultOf(second))).toBe(0);

    expect(await sealSecondFactorsAnew(db.database, vaultOf(second, first))).toBe(1);
    expect(await sealSecondFactorsAnew(db.database, vaultOf(second, first))).toBe(0);
    const found = new SecondFactors(db.database, vaultOf(second));
    expect(await found.confirm(sue, code)).toHaveLength(10);
    const stored = (await db.database.row<{ row: string }>(
      'select f::text as row from cortex.staff_second_factors f',
    ))!;
    expect(stored.row).not.toContain(bytesOf(secret).toString('hex'));
  });
});
