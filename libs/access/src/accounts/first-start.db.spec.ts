import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { ensureFirstStart, firstStartText, type FirstStart } from './first-start.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const staff = () => db.database.rows<{ email: string }>('select email from cortex_staff."user"');

describe('the first start', () => {
  it('refuses a CORTEX_ADMIN_PASSWORD that is tried first, in a sentence that names the variable', async () => {
    for (const password of ['password123', 'aaaaaaaaaaaa', 'boss-2026!!'])
      await expect(
        ensureFirstStart(
          db.database,
          readConfig({ CORTEX_ADMIN_EMAIL: 'boss@example.com', CORTEX_ADMIN_PASSWORD: password }),
        ),
      ).rejects.toThrow(/^CORTEX_ADMIN_PASSWORD: This password .* Choose another one/);
    expect(await staff()).toEqual([]);
  });

  it('shows its secrets before it stores them: who is killed in between starts anew with others', async () => {
    const shown: FirstStart[] = [];
    const config = readConfig({});
    await expect(
      ensureFirstStart(db.database, config, (made) => {
        shown.push(made);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await staff()).toEqual([]);
    await ensureFirstStart(db.database, config, (made) => void shown.push(made));
    expect(await staff()).toEqual([{ email: 'admin@cortex.local' }]);
    expect(shown).toHaveLength(2);
    expect(shown[0]!.adminPassword).not.toBe(shown[1]!.adminPassword);
    expect(firstStartText(shown[1]!)).toContain(`Initial password: ${shown[1]!.adminPassword}   (shown this once)\n`);
    expect(firstStartText(shown[1]!)).toContain(`Server API key: ${shown[1]!.apiKey}`);

    await ensureFirstStart(db.database, config, (made) => void shown.push(made));
    expect(shown).toHaveLength(2);
  });
});
