import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '#testing';
import { activityPage, newestOfEverybody } from './timeline.queries.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Stores activities as they are: `[type, hours after the beginning of 2026]`, without what triggers do. */
async function store(all: readonly (readonly [string, number])[]): Promise<void> {
  await db.database.tx(async (tx) => {
    await tx.run('set local session_replication_role = replica');
    await tx.run('truncate public.crm_activities');
    await tx.run(
      `insert into public.crm_activities (type, occurred_at, metadata)
       select g.type, timestamptz '2026-01-01Z' + g.hours * interval '1 hour', jsonb_build_object('pad', repeat('x', 150))
       from unnest($1::text[], $2::int[]) as g (type, hours)`,
      [all.map(([type]) => type), all.map(([, hours]) => hours)],
    );
  });
}

const instant = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours)).toISOString();

describe('everybody’s activities', () => {
  it('come page by page in the order of time, each once, whatever their types and however many at one instant', async () => {
    await db.database.rows(`select cortex.ensure_activity_partitions('2026-01-01', '2026-03-01')`);
    const hours = fc.integer({ min: -500, max: 2500 });
    const plan = fc.record({
      all: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e.f'), fc.oneof(hours, fc.constantFrom(0, 744))), {
        maxLength: 30,
      }),
      limit: fc.integer({ min: 1, max: 7 }),
      from: fc.option(hours, { nil: undefined }),
      to: fc.option(hours, { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ all, limit, from, to }) => {
        await store(all);
        const filter = {
          limit,
          ...(from === undefined ? {} : { from: instant(from) }),
          ...(to === undefined ? {} : { to: instant(to) }),
        };
        const wanted = await db.database.rows<{ id: string }>(
          `select id from public.crm_activities
           where occurred_at >= coalesce($1::timestamptz, '-infinity') and occurred_at <= coalesce($2::timestamptz, 'infinity')
           order by occurred_at desc, id desc`,
          [filter.from ?? null, filter.to ?? null],
        );
        const ids: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await db.database.tx((tx) => activityPage(tx, { ...filter, ...(cursor ? { cursor } : {}) }));
          expect(page.items.length).toBeLessThanOrEqual(limit);
          ids.push(...page.items.map(({ id }) => id));
          cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined && ids.length <= all.length);
        expect(ids).toEqual(wanted.map(({ id }) => id));
      }),
      { numRuns: 25 },
    );
  });

  it('are read by their index, the page and not the months', async () => {
    await store(Array.from({ length: 20_000 }, (_, n) => [`type.${n % 12}`, n % 2000] as const));
    await db.database.run('analyze public.crm_activities');
    const { text, values } = newestOfEverybody({ limit: 50 });
    const [row] = await db.database.rows<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `explain (analyze, format json) ${text}`,
      values,
    );
    const read = rowsRead(row!['QUERY PLAN'][0]!.Plan);
    expect(read).toBeGreaterThan(50);
    expect(read).toBeLessThan(2_500);
  });

  it('are all there also where types are more than can be looked at', async () => {
    await store(Array.from({ length: 520 }, (_, n) => [`type.${n}`, n] as const));
    const { items } = await db.database.tx((tx) => activityPage(tx, { limit: 5 }));
    expect(items.map(({ type }) => type)).toEqual(['type.519', 'type.518', 'type.517', 'type.516', 'type.515']);
  });
});

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

/** Rows that came out of tables and their indexes. */
const rowsRead = (node: PlanNode): number =>
  (node['Relation Name'] === undefined ? 0 : node['Actual Rows'] * node['Actual Loops']) +
  (node.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), 0);
