/**
 * Goals 6 and 7: processor time of matching in memory, for activities of 20 types. 1,000 live automations with three
 * conditions each, decided by json-rules-engine behind the engine's index and filter, against json-rules-engine
 * given the rules of the activity's type alone; then 1,000 live automations of other types against one. Rounds of
 * A B A B in one process; the answers of both are held against each other.
 */
import { TriggerIndex, type CompiledVersion } from '#engine';
import type { Group } from '#rules';
import { Decider } from '#rules/engine';
import { Engine } from 'json-rules-engine';
import { median } from '../measuring/server-cpu.js';

const ROUNDS = 7;
const ACTIVITIES = 4_000;
const PEER_ACTIVITIES = 400;
const TYPES = 20;
const AUTOMATIONS = 1_000;

interface Sample {
  type: string;
  metadata: { course_id: string; amount: number; step: number };
}

/** Half of them ask for a course by name; the others only for numbers, which no index can tell apart. */
const whereOf = (n: number): Group => ({
  operator: 'AND',
  conditions: [
    n % 2 === 0
      ? { field: 'metadata.course_id', operator: 'eq', value: `course-${Math.floor(n / TYPES) % 50}` }
      : { field: 'metadata.step', operator: 'lt', value: 11 },
    { field: 'metadata.amount', operator: 'gt', value: (n * 37) % 9_000 },
    { field: 'metadata.step', operator: 'gt', value: n % 12 },
  ],
});

function version(n: number, type: string): CompiledVersion {
  const where = whereOf(n);
  const start = { node_id: 'start', by: 'activity', activity_type: type, where, rules: undefined };
  return { id: String(n), automation_id: String(n), start } as unknown as CompiledVersion;
}

const samples: Sample[] = Array.from({ length: ACTIVITIES }, (_, n) => ({
  type: `type.${n % TYPES}`,
  metadata: { course_id: `course-${(n * 7) % 50}`, amount: (n * 131) % 10_000, step: (n * 5) % 12 },
}));

const indexOf = (count: number, typeOf: (n: number) => string) =>
  new TriggerIndex(Array.from({ length: count }, (_, n) => version(n, typeOf(n))));

/** @returns which automations each activity would start */
async function ours(index: TriggerIndex, activities: readonly Sample[]): Promise<string[]> {
  const decider = new Decider({ now: new Date(), timezone: 'UTC' });
  const started: string[] = [];
  for (const activity of activities) {
    const candidates = index.candidates(activity);
    const answers = await decider.decideAllWhere(
      candidates.flatMap(({ where }) => where ?? []),
      activity,
    );
    const hits = candidates.filter(({ where }) => !where || answers.get(where)).map(({ version: each }) => each.id);
    started.push(hits.sort().join(' '));
  }
  return started;
}

const LIBRARY: Record<string, string> = { eq: 'equal', gt: 'greaterThan', lt: 'lessThan' };

/** One engine per type, made once, as the library's documentation shows it. */
const engines = new Map<string, Engine>();
for (let n = 0; n < AUTOMATIONS; n += 1) {
  const type = `type.${n % TYPES}`;
  const engine = engines.get(type) ?? new Engine();
  engines.set(type, engine);
  const all = (whereOf(n).conditions as { field: string; operator: string; value: unknown }[]).map((condition) => ({
    fact: 'metadata',
    path: `$.${condition.field.slice('metadata.'.length)}`,
    operator: LIBRARY[condition.operator]!,
    value: condition.value,
  }));
  engine.addRule({ conditions: { all }, event: { type: 'start' }, name: String(n) });
}

async function peer(activities: readonly Sample[]): Promise<string[]> {
  const started: string[] = [];
  for (const activity of activities) {
    const { results } = await engines.get(activity.type)!.run({ metadata: activity.metadata });
    started.push(
      results
        .map((result) => result.name)
        .sort()
        .join(' '),
    );
  }
  return started;
}

/** Microseconds of processor for each activity. */
async function cost(activities: readonly Sample[], work: (some: readonly Sample[]) => Promise<unknown>) {
  const before = process.cpuUsage();
  await work(activities);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / activities.length;
}

const thousand = indexOf(AUTOMATIONS, (n) => `type.${n % TYPES}`);
const one = indexOf(1, () => 'type.0');
// One automation of the activities' types, and a thousand of others beside it.
const others = indexOf(AUTOMATIONS + 1, (n) => (n === 0 ? 'type.0' : `other.${n % TYPES}`));

const some = samples.slice(0, PEER_ACTIVITIES);
const [here, there] = [await ours(thousand, some), await peer(some)];
const differing = here.filter((each, at) => each !== there[at]).length;
if (differing > 0)
  throw new Error(`${differing} of ${some.length} activities start other automations than the peer says.`);

const measured = { ours: [] as number[], peer: [] as number[], one: [] as number[], others: [] as number[] };
for (let round = 0; round <= ROUNDS; round += 1) {
  const found = {
    ours: await cost(samples, (each) => ours(thousand, each)),
    peer: await cost(some, peer),
    one: await cost(samples, (each) => ours(one, each)),
    others: await cost(samples, (each) => ours(others, each)),
  };
  // The first round warms up.
  if (round > 0) for (const key of Object.keys(found) as (keyof typeof found)[]) measured[key].push(found[key]);
}

const shown = (values: number[]) =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
console.table(
  Object.entries({
    'json-rules-engine by type, 1,000 automations': measured.peer,
    'Cortex, 1,000 automations': measured.ours,
    'Cortex, one automation': measured.one,
    'Cortex, one and 1,000 of other types': measured.others,
  }).map(([what, values]) => ({ what, 'CPU per activity, µs': shown(values) })),
);
const faster = median(measured.peer) / median(measured.ours);
// Of all that an activity costs, in and matched; matching in memory alone is a microsecond, where a percent is noise.
const dearer = median(measured.others.map((each, at) => each - measured.one[at]!));
console.log(`Goal 6: ${faster.toFixed(1)} × (must 10, stretch 100), the same automations started.`);
console.log(
  `Goal 7: 1,000 automations of other types cost ${dearer.toFixed(2)} µs more per activity, ${((dearer / median(measured.one)) * 100).toFixed(0)} % of the matching in memory.`,
);
if (faster < 10) process.exitCode = 1;
