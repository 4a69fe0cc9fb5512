/** Goal 10b: what one activity of a person costs PostgreSQL for a hundred lists whose membership is kept. */
import { newId, type Tx } from '#platform';
import { definitionOf, keepMembership, KeptLists } from '#smart-lists';
import type { ScaleDatabase } from '../data/scale-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const LISTS = 100;
const last = (n: number) => ({ n, unit: 'days' });
const did = (activity_type: string, value: number, n: number, where?: unknown) => ({
  field: 'activity',
  activity_type,
  operator: 'count_gte',
  value,
  within: last(n),
  where,
});
const plans = ['free', 'pro', 'team', 'enterprise'];
const pages = ['/', '/pricing', '/courses', '/blog', '/checkout'];

/** Ten kinds of lists; half of them depend on a page view. */
const kinds: ((n: number) => unknown[])[] = [
  (n) => [
    { field: 'type', operator: 'eq', value: 'lead' },
    { field: 'last_activity', operator: 'gt', value: { ago: last(n + 1) } },
    { field: 'tags', operator: 'contains', value: 'abandoned' },
  ],
  (n) => [did('page_view', n + 1, 30)],
  (n) => [{ field: 'activity', activity_type: 'page_view', operator: 'never', within: last(90 + n) }],
  (n) => [did('purchase', 1, 10 * (n + 1))],
  (n) => [{ field: 'tags', operator: 'has_any', value: ['vip', `tag ${n}`] }],
  (n) => [{ field: 'attributes.plan', operator: 'eq', value: plans[n % plans.length] }],
  (n) => [did('checkout.abandoned', 1, 7 * (n + 1)), { field: 'enrollment', operator: 'not_exists', value: {} }],
  (n) => [{ field: 'last_activity', operator: 'in_last', value: last(n + 1) }],
  (n) => [did('webinar.attended', 2, 30 * (n + 1))],
  (n) => [
    did('page_view', 1 + (n % 3), 30, {
      operator: 'AND',
      conditions: [{ field: 'metadata.page', operator: 'eq', value: pages[n % pages.length] }],
    }),
  ],
];

async function keepLists(tx: Tx): Promise<void> {
  for (let n = 0; n < LISTS; n++) {
    const id = newId();
    const conditions = kinds[n % kinds.length]!(Math.floor(n / kinds.length));
    await tx.run('insert into crm_smart_lists (id, name, rules, keep_membership) values ($1, $2, $3, true)', [
      id,
      `Kept ${n}`,
      JSON.stringify({ operator: 'AND', conditions }),
    ]);
    const { fingerprint } = await definitionOf(tx, id);
    await tx.run(
      "insert into cortex.list_keeping (smart_list_id, state, fingerprint, swept_at) values ($1, 'kept', $2, cortex.now())",
      [id, fingerprint],
    );
  }
}

const undone = new Error('What was tried is taken back.');

/** The processor milliseconds, of PostgreSQL and of Node, of the lists' part in matching one page view, of people one after another; nothing stays. */
export async function oneActivity(
  { database, pid }: ScaleDatabase,
  people: readonly string[],
): Promise<{ postgres: number; node: number }> {
  const costs: number[] = [];
  const ours: number[] = [];
  const look = (tx: Tx, kept: KeptLists, person_id: string) =>
    keepMembership(tx, kept, [{ person_id, type: 'page_view', history: false }]);
  await database
    .tx(async (tx) => {
      await keepLists(tx);
      const kept = new KeptLists();
      for (const person_id of people) {
        const happen = () =>
          tx.run(
            `with a as (insert into crm_activities (type, person_id, metadata, occurred_at)
               values ('page_view', $1, '{"page": "/pricing"}', cortex.now()))
             update cortex.people set last_activity = cortex.now() where person_id = $1`,
            [person_id],
          );
        // The first puts the person into the lists where the rules say so; the second is like any other.
        await happen();
        await look(tx, kept, person_id);
        await happen();
        const before = await readServerCpu(pid);
        const mine = process.cpuUsage();
        await look(tx, kept, person_id);
        const { user, system } = process.cpuUsage(mine);
        ours.push((user + system) / 1000);
        costs.push(microsecondsBetween(before, await readServerCpu(pid)) / 1000);
      }
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return { postgres: median(costs), node: median(ours) };
}
