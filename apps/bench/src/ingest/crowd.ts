/**
 * How much a flood by one key slows another key's single activities: posted one after the other over one connection, with
 * a short rest after each, in turn without the flood, with it (batches of 500, then single activities), and with a flood
 * of as many requests a second that goes to another server: what the machine alone, its two processors shared by flood,
 * server and whoever measures, makes of it. The same against a bare server that reads a body, parses it and answers. Then
 * what several floods at once make of the server's memory.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { clearActivities, KEY, sampleActivity, withDatabase } from '../data/ingest-database.js';
import { median } from '../measuring/server-cpu.js';
import { Flood, type FloodForm } from './flooding.js';
import { Line, percentile, requestText, ServerProcess } from './load.js';
import { newServerKey } from './requests.js';

const ROUNDS = Number(process.argv[2] ?? 15);
/** Short, and in turn: so that what others do on this machine meets all three alike. */
const SECONDS = 1;
const WARMING_SECONDS = 3;
const REST_MS = 5;
const FLOODS: Record<string, FloodForm> = {
  'batches of 500': { size: 500, connections: 16 },
  'single activities': { size: 1, connections: 64 },
};
/** At once, of one key each: what a server is asked to hold most of. */
const AT_ONCE: FloodForm[] = [
  { size: 500, connections: 100, padding: 1_500 },
  { size: 500, connections: 100, padding: 1_500 },
  { size: 500, connections: 200 },
  { size: 1, connections: 400 },
];
const MEMORY_SECONDS = 30;
const MUST = 1.1;
const MIB = 1024 * 1024;

type Server = 'parser' | 'cortex';

interface Measured {
  /** Milliseconds of single posts, sorted, by round. */
  quiet: number[][];
  crowded: number[][];
  /** With the flood at another server. */
  elsewhere: number[][];
  /** Activities a second that the flood had stored, and requests a second that it was refused. */
  stored: number;
  refused: number;
}

const measured = new Map<string, Measured>();

await withDatabase(async ({ url, database }) => {
  await database.run('vacuum analyze');
  const servers = {
    parser: await ServerProcess.start('parser', url),
    cortex: await ServerProcess.start('cortex', url),
  };
  const key = await newServerKey(servers.cortex.port);
  const measure = async (kind: Server, name: string, form: FloodForm) => {
    await clearActivities(database);
    const { port } = servers[kind];
    const of: Measured = { quiet: [], crowded: [], elsewhere: [], stored: 0, refused: 0 };
    measured.set(name, of);
    const flood = await Flood.start(port, key, form);
    const before = await flood.answered();
    await singles(port, WARMING_SECONDS);
    const after = await flood.answered();
    of.stored = ((after.taken - before.taken) * form.size) / WARMING_SECONDS;
    of.refused = (after.refused - before.refused) / WARMING_SECONDS;
    await flood.pause();
    const other = await Flood.start(servers.parser.port, key, form, of.stored / form.size + of.refused);
    await other.pause();
    for (let round = 0; round < ROUNDS; round += 1) {
      of.quiet.push(await singles(port));
      await flood.resume();
      of.crowded.push(await singles(port));
      await flood.pause();
      await other.resume();
      of.elsewhere.push(await singles(port));
      await other.pause();
    }
    await flood.stop();
    await other.stop();
  };
  for (const [form, flood] of Object.entries(FLOODS)) {
    await measure('parser', nameOf('parser', form), flood);
    await measure('cortex', nameOf('cortex', form), flood);
  }
  showSlower();
  await clearActivities(database);
  await measureMemory(servers.cortex);
  for (const server of Object.values(servers)) server.stop();
});

function nameOf(kind: Server, form: string): string {
  return `${kind === 'parser' ? 'bare server that only parses' : 'Cortex'}, a flood of ${form}`;
}

/** @returns milliseconds of each post, sorted */
async function singles(port: number, seconds = SECONDS): Promise<number[]> {
  const line = new Line(port);
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < until; n += 1) {
    const request = requestText('/activities', { authorization: `Bearer ${KEY}` }, JSON.stringify(sampleActivity(n)));
    const sent = performance.now();
    const status = await line.exchange(request);
    if (status !== 202) throw new Error(`The other key was answered ${status}.`);
    latencies.push(performance.now() - sent);
    await rest(REST_MS);
  }
  line.close();
  return latencies.sort((a, b) => a - b);
}

function showSlower(): void {
  const shown = (rounds: number[][], share: number) => {
    const values = rounds.map((latencies) => percentile(latencies, share));
    return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
  };
  const slower = (of: number[][], than: number[][], share: number) =>
    median(of.map((latencies, at) => percentile(latencies, share) / percentile(than[at]!, share)));
  console.log(
    `Another key’s single activities, ${ROUNDS} rounds in turn of ${SECONDS} s, milliseconds: medians (spread).`,
  );
  console.table(
    [...measured].flatMap(([name, of]) =>
      [0.5, 0.95, 0.99].map((share) => ({
        server: share === 0.5 ? name : '',
        '': `p${share * 100}`,
        without: shown(of.quiet, share),
        with: shown(of.crowded, share),
        'flood elsewhere': shown(of.elsewhere, share),
        'with : without': `${slower(of.crowded, of.quiet, share).toFixed(2)} ×`,
        'with : elsewhere': `${slower(of.crowded, of.elsewhere, share).toFixed(2)} ×`,
        'flood stored/s': of.stored.toFixed(0),
        'refused/s': of.refused.toFixed(0),
      })),
    ),
  );
  const worst = Math.max(
    ...Object.keys(FLOODS).map((form) => {
      const { crowded, quiet } = measured.get(nameOf('cortex', form))!;
      return slower(crowded, quiet, 0.5);
    }),
  );
  console.log(`Slower by ${worst.toFixed(2)} × at worst (p50 with : without). Must: at most ${MUST} ×.`);
  if (worst > MUST) process.exitCode = 1;
}

/** What the server's process holds while several keys flood it, with another key's single activities beside. */
async function measureMemory(server: ServerProcess): Promise<void> {
  const before = await server.memory();
  const floods: Flood[] = [];
  for (const form of AT_ONCE) floods.push(await Flood.start(server.port, await newServerKey(server.port), form));
  let isOver = false;
  const other = singles(server.port, MEMORY_SECONDS).finally(() => (isOver = true));
  const samples: number[] = [];
  while (!isOver) {
    samples.push(await server.memory());
    await rest(100);
  }
  const latencies = await other;
  const answered = await Promise.all(floods.map((flood) => flood.answered()));
  for (const flood of floods) await flood.stop();
  const third = Math.ceil(samples.length / 3);
  const [first, second, last] = [0, 1, 2].map((n) => Math.max(...samples.slice(n * third, (n + 1) * third)) / MIB);
  const connections = AT_ONCE.reduce((sum, form) => sum + form.connections, 0);
  console.log(
    `Memory while ${AT_ONCE.length} keys flood over ${connections} connections (two of them with bodies of 0.8 MB):`,
  );
  console.table([
    {
      'before, MiB': (before / MIB).toFixed(0),
      'most in the first 10 s': first!.toFixed(0),
      'in the second': second!.toFixed(0),
      'in the third': last!.toFixed(0),
      'after, MiB': ((await server.memory()) / MIB).toFixed(0),
      'requests taken': answered.reduce((sum, { taken }) => sum + taken, 0),
      refused: answered.reduce((sum, { refused }) => sum + refused, 0),
      'another key’s p50, ms': percentile(latencies, 0.5).toFixed(1),
    },
  ]);
}
