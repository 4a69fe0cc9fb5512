import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Contacts } from '#directory';
import { readRules } from '#rules';
import { testDatabase } from '#testing';
import { RuleQuestions } from './rule-questions.js';

const PEOPLE = 25_000;

describe('the preview of rules over a large directory', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>;
  let questions: RuleQuestions;
  beforeAll(async () => {
    db = await testDatabase();
    questions = new RuleQuestions(db.database, new Contacts(db.database));
    await db.database.run(
      `insert into unified_profiles (email, first_name, tags)
       select 'p' || n || '@example.com', case when n % 5000 = 0 then 'Rare' else 'Ann' end,
         case when n % 5 < 3 then '{most}'::text[] else '{}' end
       from generate_series(1, $1::int) n`,
      [PEOPLE],
    );
    await db.database.run('vacuum analyze cortex.people');
  });
  afterAll(() => db.drop());

  const preview = (...conditions: unknown[]) =>
    questions.preview(readRules({ operator: 'AND', conditions }).rules!, false);
  const most = { field: 'tags', operator: 'contains', value: 'most' };

  it('says about how many where many match, near the truth, and shows five of them', async () => {
    const { count, exact, sample } = await preview(most);
    expect(exact).toBe(false);
    expect(Math.abs(count - PEOPLE * 0.6)).toBeLessThan(PEOPLE * 0.1);
    expect(sample).toHaveLength(5);
    for (const { tags } of sample) expect(tags).toContain('most');
  });

  it('counts each condition on its own, with values of several', async () => {
    const { per_condition } = await preview(most, { field: 'tags', operator: 'not_contains', value: 'none' });
    expect(per_condition.map(({ pointer }) => pointer)).toEqual(['/conditions/0', '/conditions/1']);
    expect(Math.abs(per_condition[0]!.count - PEOPLE * 0.6)).toBeLessThan(PEOPLE * 0.1);
    expect(per_condition[1]!.count).toBeGreaterThan(PEOPLE * 0.9);
  });

  it('is exact when asked to be, and for few people when a glance is enough', async () => {
    const rare = { field: 'first_name', operator: 'eq', value: 'rare' };
    const exact = await questions.preview(readRules({ operator: 'AND', conditions: [rare] }).rules!, true);
    expect([exact.count, exact.exact]).toEqual([5, true]);
    const glance = await preview(rare);
    if (glance.exact) expect(glance.count).toBe(5);
    for (const { first_name } of glance.sample) expect(first_name).toBe('Rare');
  });

  it('finds a whole address at once', async () => {
    const { items } = await new Contacts(db.database).list({ sort: '-created_at', limit: 5, q: 'P12@example.com' });
    expect(items.map(({ email }) => email)).toEqual(['p12@example.com']);
  });
});
