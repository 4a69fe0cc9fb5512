/**
 * What is said over a drawing while one works on it, at 100,000 activities of 10,000 people in 30 days. The quick
 * backtest of the reference drawing (the recipe “Abandoned checkout”, a monitor) and of one of 71 steps: the first question,
 * the same again, and after edits at the end, in the middle and at the start; the river and the ends of 20,000 recorded
 * runs beside 100,000 of another automation. Beside them the least that could say anything: the same activities read once
 * from PostgreSQL, and a count of them by type. And the processor time of this process and of PostgreSQL, and for how long
 * the event loop had to wait. Must 2 s, stretch 0.5 s. BENCH_ACTIVITIES, 100,000 when absent; BENCH_ROUNDS, 5 when absent.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Automations } from '#automations';
import { automationEnds, automationRiver, QuickBacktests } from '#engine';
import { recipes, type DraftSettings, type Graph, type GraphNode } from '#graph';
import { createLog, readConfig, systemActor, Vault, type Database } from '#platform';
import { withDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { AUTOMATION, fill } from './in-place-data.js';

const ACTIVITIES = Number(process.env.BENCH_ACTIVITIES ?? 100_000);
const SIZE = { people: ACTIVITIES / 10, activities: ACTIVITIES, runs: ACTIVITIES / 5, otherRuns: ACTIVITIES };
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const MUST = 2_000;
const STRETCH = 500;
const STEPS = 71;

const all = (...conditions: object[]) => ({ operator: 'AND', conditions });
const mail = (subject: string) => ({ subject, html: `<p>${subject}</p>`, stream: 'broadcast' });

function reference(): { graph: Graph; settings: DraftSettings } {
  const { graph, settings } = recipes.find(({ id }) => id === 'abandoned-checkout')!;
  const nodes = graph.nodes.map((node) =>
    node.type === 'send_email' ? { ...node, config: { ...node.config, ...mail(node.id) } } : node,
  );
  return { graph: { ...graph, nodes }, settings };
}

/** A start and blocks of seven: a rule that lets most on, a wait, a tag, a mail, a wait for a film, a rule and a note. */
function long(): { graph: Graph; settings: DraftSettings } {
  const nodes: GraphNode[] = [{ id: 'start', type: 'activity_received', config: { activity_type: 'cart.left' } }];
  const edges: Graph['edges'] = [];
  let from = { source: 'start', port: 'next' };
  for (let block = 0; nodes.length + 7 <= STEPS; block += 1) {
    const put = (name: string, type: string, config: Record<string, unknown>, port: string) => {
      const id = `${name}${block}`;
      nodes.push({ id, type, config });
      edges.push({ ...from, target: id });
      from = { source: id, port };
    };
    put('known', 'filter', { rules: all({ field: 'country', operator: 'is_set' }) }, 'yes');
    put('pause', 'wait', { for: { n: 1, unit: 'hours' } }, 'next');
    put('tag', 'update_contact', { add_tags: [`tag${block}`] }, 'next');
    put('mail', 'send_email', mail(`Mail ${block}`), 'next');
    put('film', 'wait_until', { activity_type: 'video.watched', timeout: { n: 1, unit: 'days' } }, 'timed_out');
    edges.push({ source: `film${block}`, port: 'happened', target: `poor${block}` });
    put('poor', 'filter', { rules: all({ field: 'lifetime_value', operator: 'lt', value: 100_000 }) }, 'yes');
    put('note', 'record_activity', { activity_type: 'sales.noted' }, 'next');
  }
  return { graph: { schema: 1, nodes, edges }, settings: { entry: { limit: { every: { n: 3, unit: 'days' } } } } };
}

const table: Record<string, string | number>[] = [];
let least = 0;
/** Process id of the PostgreSQL that is measured. */
let server = 0;

async function measure<T>(
  question: string,
  work: () => Promise<T>,
  prepare: () => unknown = () => undefined,
): Promise<T> {
  const times: number[] = [];
  const processors: number[] = [];
  let worst = 0;
  let last: T | undefined;
  for (let round = 0; round <= ROUNDS; round += 1) {
    await prepare();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const [before, own] = [await readServerCpu(server), process.cpuUsage()];
    const began = performance.now();
    last = await work();
    const took = performance.now() - began;
    const used = process.cpuUsage(own);
    const spent = (used.user + used.system + microsecondsBetween(before, await readServerCpu(server))) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    // The first round warms up.
    if (round === 0) continue;
    times.push(took);
    processors.push(spent);
    worst = Math.max(worst, delay.max / 1e6);
  }
  const middle = median(times);
  table.push({
    question,
    'ms (median)': Math.round(middle),
    'ms (worst)': Math.round(Math.max(...times)),
    '× the least': least === 0 ? 1 : Math.round((100 * middle) / least) / 100,
    'processor, ms': Math.round(median(processors)),
    'event loop waited, ms': Math.round(worst),
  });
  return last!;
}

/** What anybody must do at least who wants to say something of these activities. */
async function readAll(database: Database): Promise<number> {
  const rows = await database.rows(
    `select person_id, type, metadata, occurred_at from public.crm_activities
     where occurred_at >= now() - interval '30 days' and source = 'bench' order by person_id, occurred_at`,
  );
  await database.rows(
    `select type, count(*) from public.crm_activities where occurred_at >= now() - interval '30 days' group by type`,
  );
  return rows.length;
}

const edited = (graph: Graph, id: string, config: Record<string, unknown>): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.id === id ? { ...node, config: { ...node.config, ...config } } : node)),
});

interface Edit {
  name: string;
  step: string;
  config: (n: number) => Record<string, unknown>;
}

async function drawn(
  database: Database,
  name: string,
  { graph, settings }: ReturnType<typeof long>,
  edits: readonly Edit[],
): Promise<void> {
  const { id } = await new Automations(database, new Vault(database, readConfig({}))).create(systemActor('bench'), {
    name,
    graph,
    settings,
  });
  const log = createLog('error', 'bench');
  let quick = new QuickBacktests(database, log);
  const first = await measure(
    `${name}: first question`,
    () => quick.ask(id),
    () => (quick = new QuickBacktests(database, log)),
  );
  console.log(
    `${name}: ${graph.nodes.length} steps, ${first.looked_at} of ${first.in_scope} people looked at, ${first.entered} entered, more: ${first.more}`,
  );
  await measure(`${name}: the same again`, () => quick.ask(id));
  let n = 0;
  for (const { name: what, step, config } of edits) {
    const answer = await measure(`${name}: after an edit ${what}`, () =>
      quick.ask(id, { graph: edited(graph, step, config((n += 1))) }),
    );
    console.log(`${name}, ${what}: ${answer.looked_at} of ${answer.in_scope} looked at, more: ${answer.more}`);
  }
}

await withDatabase(async ({ database, pid }) => {
  server = pid;
  await fill(database, SIZE);
  const read = await measure('reading the activities once, and counting them by type', () => readAll(database));
  least = Number(table[0]!['ms (median)']);
  console.log(`${read.toLocaleString('en')} activities of ${SIZE.people.toLocaleString('en')} people in 30 days`);
  const hours = (n: number) => ({ n: 1 + (n % 20), unit: 'hours' });
  await drawn(database, 'Reference', reference(), [
    { name: 'of the last mail', step: 'second-mail', config: (n) => mail(`Edit ${n}`) },
    { name: 'of the wait', step: 'wait', config: (n) => ({ timeout: { n: 1 + n, unit: 'days' } }) },
    {
      name: 'of the start',
      step: 'start',
      config: (n) => ({
        lead: { older_than: { n: 30 + n, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
      }),
    },
  ]);
  await drawn(database, '71 steps', long(), [
    { name: 'of the last step', step: 'note9', config: (n) => ({ activity_type: `noted.${n}` }) },
    { name: 'in the middle', step: 'pause5', config: (n) => ({ for: hours(n) }) },
    { name: 'of the first wait', step: 'pause0', config: (n) => ({ for: hours(n) }) },
    {
      name: 'of the start',
      step: 'start',
      config: (n) => ({ where: all({ field: 'metadata.total', operator: 'gte', value: n }) }),
    },
  ]);
  for (const span of ['day', 'week', 'month'] as const)
    await measure(`river, ${span}`, () => automationRiver(database, AUTOMATION, span));
  const since = (days: number) => ({ from: new Date(Date.now() - days * 86_400_000).toISOString() });
  await measure('ends, 7 days', () => automationEnds(database, AUTOMATION, since(7)));
  await measure('ends, all time', () => automationEnds(database, AUTOMATION, {}));
  console.table(table);
  console.log(`Must ${MUST} ms, stretch ${STRETCH} ms.`);
  if (table.some((row) => Number(row['ms (median)']) > MUST)) process.exitCode = 1;
});
