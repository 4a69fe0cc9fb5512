import type { Broadcasts } from '#broadcasts';
import { newId, systemActor, type Database } from '#platform';
import type { BenchDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const actor = systemActor('bench');
const TIMES = 7;

type Draft = Parameters<Broadcasts['create']>[1];

interface Case {
  audience: string;
  draft: Partial<Draft>;
}

interface Times {
  first: number;
  /** Medians, in milliseconds. */
  took: number;
  /** Of PostgreSQL, its workers included. */
  cpu: number;
}

/** Counts beside reading one column of everybody, in turn: what a busy machine does to one, it does to both. */
async function measure(pid: number, works: readonly (() => Promise<unknown>)[]): Promise<Times[]> {
  const times = works.map(() => ({ took: [] as number[], cpu: [] as number[] }));
  for (let n = 0; n < TIMES; n += 1) {
    for (const [at, work] of works.entries()) {
      const [before, began] = [await readServerCpu(pid), performance.now()];
      await work();
      times[at]!.took.push(performance.now() - began);
      times[at]!.cpu.push(microsecondsBetween(before, await readServerCpu(pid)) / 1000);
    }
  }
  return times.map(({ took, cpu }) => ({ first: took[0]!, took: median(took), cpu: median(cpu) }));
}

/**
 * Counts the audience of a draft to everybody by itself, then as audiences usually are: with addresses on the list of
 * suppressions, with lists, with a topic, with a limit for each person.
 * @returns milliseconds of the first, the median; what was made for the others is gone again
 */
export async function countAudiences(
  { database, pid }: Pick<BenchDatabase, 'database' | 'pid'>,
  broadcasts: Broadcasts,
  draft: Draft,
): Promise<number> {
  const rows: Record<string, unknown>[] = [];
  const add = async ({ audience, draft: more }: Case): Promise<number> => {
    const { id } = await broadcasts.create(actor, { ...draft, ...more });
    const read = () => database.row("select count(*) from cortex.people p where p.consent_status = 'subscribed'");
    const [counted, bare] = await measure(pid, [() => broadcasts.audience(id), read]);
    const { candidates, will_receive } = await broadcasts.audience(id);
    await broadcasts.remove(actor, id);
    rows.push({
      audience,
      candidates,
      will_receive,
      'first, ms': counted!.first.toFixed(0),
      'counted, ms': counted!.took.toFixed(0),
      'PostgreSQL CPU, ms': counted!.cpu.toFixed(0),
      'a column read, ms': bare!.took.toFixed(0),
      'its CPU, ms': bare!.cpu.toFixed(0),
      ratio: (counted!.took / bare!.took).toFixed(2),
    });
    return counted!.took;
  };
  const plain = await add({ audience: 'everybody', draft: {} });
  const { few, most, topic } = await makeUsual(database);
  await add({ audience: 'with 2 % suppressed', draft: {} });
  await add({ audience: 'without a list', draft: { exclude_smart_list_ids: [few] } });
  await add({
    audience: 'in a list, not in another',
    draft: { rules: null, include_smart_list_ids: [most], exclude_smart_list_ids: [few] },
  });
  await add({ audience: 'who wants a topic', draft: { topic_id: topic } });
  await database.run(`update cortex.settings set frequency_cap = '{"count": 2, "per": {"n": 7, "unit": "days"}}'`);
  await add({ audience: 'with a limit for each person', draft: {} });
  await forgetUsual(database);
  console.table(rows);
  return plain;
}

/** A fiftieth is on the list of suppressions, a fifteenth in a list, all in another, and a tenth has chosen about a topic. */
async function makeUsual(database: Database) {
  const [few, most, topic] = [newId(), newId(), newId()];
  const some = (share: number) => `abs(hashtext(p.address)) % ${share} = 0`;
  await database.run(
    `insert into cortex.suppressions (address, stream, reason, origin)
     select p.address, 'broadcast', r.reason, 'bench' from cortex.people p
     join (values ('hard_bounce', 1), ('manual', 5)) r (reason, nth) on abs(hashtext(p.address)) % (50 * r.nth) = 0`,
  );
  await database.run(
    `insert into public.crm_smart_lists (id, name, kind, rules) values ($1, 'Few', 'static', null), ($2, 'Most', 'rules', $3::jsonb)`,
    [few, most, JSON.stringify({ operator: 'AND', conditions: [{ field: 'country', operator: 'eq', value: 'DE' }] })],
  );
  await database.run(
    `insert into cortex.list_members (smart_list_id, person_id) select $1, p.person_id from cortex.people p where ${some(15)}`,
    [few],
  );
  await database.run("insert into cortex.topics (id, name) values ($1, 'News')", [topic]);
  await database.run(
    `insert into cortex.topic_choices (person_id, topic_id, wanted, at, said_by)
     select p.person_id, $1, ${some(3)}, cortex.now(), 'person' from cortex.people p where ${some(10)}`,
    [topic],
  );
  await database.run('vacuum analyze cortex.suppressions, cortex.list_members, cortex.topic_choices');
  return { few, most, topic };
}

async function forgetUsual(database: Database): Promise<void> {
  for (const table of ['cortex.suppressions', 'public.crm_smart_lists', 'cortex.topics'])
    await database.run(`delete from ${table}`);
  await database.run('update cortex.settings set frequency_cap = null');
  await database.run('vacuum analyze cortex.suppressions, cortex.list_members, cortex.topic_choices');
}
