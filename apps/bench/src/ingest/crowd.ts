/**
 * How much a flood by one key slows another key's single activities: posted one after the other over one connection, with
 * a short rest after each, in turn without and with the flood (batches of 500, then single activities). The same against
 * a bare server that reads a body, parses it and answers: what the machine, its two processors shared by flood, server and
 * whoever measures, makes of it anyway.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { clearActivities, KEY, sampleActivity, withDatabase } from '../data/ingest-database.js';
import { median } from '../measuring/server-cpu.js';
import { Line, percentile, requestText, ServerProcess } from './load.js';
import { newServerKey } from './requests.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const SECONDS = 4;
const REST_MS = 5;
const FLOODS = { 'batches of 500': [500, 16], 'single activities': [1, 64] } as const;
const MUST = 1.1;

type Server = 'parser' | 'cortex';
type Form = keyof typeof FLOODS;

/** Of one server: milliseconds of single posts without and with a flood, by round, and what the flood had stored. */
const measured = new Map<string, { quiet: number[][]; crowded: number[][]; perSecond: number[]; refused: number[] }>();

class Flood {
  private constructor(private readonly child: ChildProcess) {}

  static async start(port: number, key: string, form: Form): Promise<Flood> {
    const [size, connections] = FLOODS[form];
    const flood = new Flood(
      fork(join(import.meta.dirname, 'flood.js'), [String(port), key, String(size), String(connections)]),
    );
    while ((await flood.answered()).taken < 2 * connections) await rest(20);
    return flood;
  }

  async answered(): Promise<{ taken: number; refused: number }> {
    const answer = once(this.child, 'message') as Promise<[{ taken: number; refused: number }]>;
    this.child.send('how many');
    return (await answer)[0];
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
    // What the server has in hand of it.
    await rest(500);
  }
}

await withDatabase(async ({ url, database }) => {
  await database.run('vacuum analyze');
  const servers = {
    parser: await ServerProcess.start('parser', url),
    cortex: await ServerProcess.start('cortex', url),
  };
  const key = await newServerKey(servers.cortex.port);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const kind of ['parser', 'cortex'] as const) {
      for (const form of Object.keys(FLOODS) as Form[]) {
        await clearActivities(database);
        const { port } = servers[kind];
        const quiet = await singles(port);
        const flood = await Flood.start(port, key, form);
        const before = await flood.answered();
        const crowded = await singles(port);
        const after = await flood.answered();
        await flood.stop();
        // The first round warms up.
        if (round === 0) continue;
        const into = measured.get(nameOf(kind, form)) ?? { quiet: [], crowded: [], perSecond: [], refused: [] };
        measured.set(nameOf(kind, form), into);
        into.quiet.push(quiet);
        into.crowded.push(crowded);
        into.perSecond.push(((after.taken - before.taken) * FLOODS[form][0]) / SECONDS);
        into.refused.push(after.refused - before.refused);
      }
    }
  }
  for (const server of Object.values(servers)) server.stop();
});

function nameOf(kind: Server, form: Form): string {
  return `${kind === 'parser' ? 'bare server that only parses' : 'Cortex'}, a flood of ${form}`;
}

/** @returns milliseconds of each post, sorted */
async function singles(port: number): Promise<number[]> {
  const line = new Line(port);
  const latencies: number[] = [];
  const until = performance.now() + SECONDS * 1000;
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

const shown = (rounds: number[][], share: number) => {
  const values = rounds.map((latencies) => percentile(latencies, share));
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
};
const slower = ({ quiet, crowded }: { quiet: number[][]; crowded: number[][] }, share: number) =>
  median(crowded.map((latencies, at) => percentile(latencies, share) / percentile(quiet[at]!, share)));
console.log(
  `Another key’s single activities, ${ROUNDS} rounds in turn of ${SECONDS} s, milliseconds: medians (spread).`,
);
console.table(
  Object.fromEntries(
    [...measured].map(([name, of]) => [
      name,
      {
        'p50 without': shown(of.quiet, 0.5),
        'p50 with': shown(of.crowded, 0.5),
        'p50 slower': `${slower(of, 0.5).toFixed(2)} ×`,
        'p99 without': shown(of.quiet, 0.99),
        'p99 with': shown(of.crowded, 0.99),
        'p99 slower': `${slower(of, 0.99).toFixed(2)} ×`,
        'flood stored/s': median(of.perSecond).toFixed(0),
        'flood refused': median(of.refused).toFixed(0),
      },
    ]),
  ),
);
const worst = Math.max(
  ...(Object.keys(FLOODS) as Form[]).map((form) => slower(measured.get(nameOf('cortex', form))!, 0.5)),
);
console.log(`Slower by ${worst.toFixed(2)} × at worst. Must: at most ${MUST} ×, as far as the machine allows.`);
if (worst > MUST) process.exitCode = 1;
