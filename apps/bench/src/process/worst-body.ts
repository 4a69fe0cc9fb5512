/**
 * Issue of limits: how long the worst body that one can send holds others up, and how much memory it takes. The API as
 * it is shipped, in a process of its own, gets each body while a second connection asks whether it lives; told is the
 * longest that question waited, the processor time of the thread that serves, and by how much the process grew, as the
 * median of three. First the worst that we know of each kind of body; then every route that takes one, by each caller,
 * of which only those are told one by one that are over. BENCH_ROOT names another checkout, built, to be measured by the
 * same bodies.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startCluster, stopCluster } from '#platform/postgres';
import { bodiesOfEveryRoute } from './worst-bodies-of-routes.js';
import { worstBodies, type WorstBody } from './worst-bodies.js';

const KEY = 'bench-key-with-every-scope';
const ADMIN = { email: 'bench@example.com', password: 'only for this benchmark' };
const ROUNDS = 3;
/** Milliseconds that others may wait, and how many times its size a body may take. */
const MOST_WAIT = 100;
const MOST_TIMES = 3;
/** Megabytes that any body may take: below this V8 has had no reason to collect what is already garbage. */
const FREE = 16;
const MIB = 1024 * 1024;
const root = process.env.BENCH_ROOT ?? process.cwd();
const only = process.env.BENCH_ONLY;

const home = await mkdtemp(join(tmpdir(), 'cortex-bench-'));
await chmod(home, 0o711);
const cluster = await startCluster({ dataDir: home, settings: {} });
const port = await freePort();
const app = spawn(process.execPath, [join(root, 'dist/apps/standalone/src/main.js')], {
  cwd: root,
  env: {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: cluster.url,
    CORTEX_ROLE: 'api',
    PORT: String(port),
    CORTEX_API_KEY: KEY,
    CORTEX_ADMIN_EMAIL: ADMIN.email,
    CORTEX_ADMIN_PASSWORD: ADMIN.password,
    CORTEX_DEMO: '0',
    LOG_LEVEL: 'fatal',
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const line = new Agent({ keepAlive: true, maxSockets: 1 });

try {
  await ready();
  const keys = await prepare();
  const existing = {
    list: (await call('/smart-lists', { name: 'List', kind: 'static' })).id as string,
    automation: (await call('/automations', { name: 'Automation' })).id as string,
    template: (await call('/email/templates', { name: 'Template', subject: 'x', html: '<p>x</p>' })).id as string,
  };
  const asked = (worst: WorstBody) => !only || `${worst.name} ${worst.path}`.includes(only);
  // What a process grows by that is asked for next to nothing.
  const nothing: WorstBody = {
    name: 'nothing',
    method: 'POST',
    path: '/email/preview',
    as: 'read',
    body: Buffer.from('{}'),
  };
  const noise = (await rounds(nothing, keys, 9)).grew;
  console.log(`A request of two bytes: ${noise.toFixed(1)} MB; so much is left out of what others grow by.\n`);
  console.log('| body | route | as | size | answer | took | others waited | worked | grew | over |');
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  for (const worst of worstBodies(existing).filter(asked)) tell(worst, await rounds(worst, keys), noise);
  const all = bodiesOfEveryRoute(existing).filter(asked);
  let [longest, most, over] = [0, 0, 0];
  for (const [at, worst] of all.entries()) {
    if (at % 50 === 0) console.error(`${at} of ${all.length} bodies of every route`);
    let seen = await rounds(worst, keys, 1);
    // One round may have been unlucky.
    if (isOver(worst, seen, noise)) seen = await rounds(worst, keys);
    longest = Math.max(longest, seen.waited);
    most = Math.max(most, seen.grew);
    if (!isOver(worst, seen, noise)) continue;
    over += 1;
    tell(worst, seen, noise);
  }
  console.log(
    `\n${all.length} further bodies, of every route that takes one by each caller: others waited ${longest.toFixed(0)} ms at most, the process grew by ${most.toFixed(0)} MB at most; ${over} are over.`,
  );
} finally {
  const gone = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGTERM');
  await Promise.race([gone, rest(10_000)]);
  app.kill('SIGKILL');
  line.destroy();
  await stopCluster(home);
  await rm(home, { recursive: true, force: true });
}

interface Seen {
  /** 0: the connection ended before an answer. */
  status: number;
  /** Milliseconds. */
  took: number;
  waited: number;
  /** Processor time of the thread that serves, pings included. */
  worked: number;
  /** Megabytes. */
  grew: number;
}

/** The middle one of each figure. */
async function rounds(worst: WorstBody, keys: Callers, count = ROUNDS): Promise<Seen> {
  const seen: Seen[] = [];
  for (let round = 0; round < count; round += 1) seen.push(await measured(worst, keys.get(worst.as)));
  const middle = (of: (one: Seen) => number) => seen.map(of).sort((a, b) => a - b)[Math.floor(count / 2)]!;
  return {
    status: seen.at(-1)!.status,
    took: middle((one) => one.took),
    waited: middle((one) => one.waited),
    worked: middle((one) => one.worked),
    grew: middle((one) => one.grew),
  };
}

function times({ body }: WorstBody, { grew }: Seen, noise: number): number {
  return Math.max(0, grew - noise) / (body.length / MIB);
}

function isOver(worst: WorstBody, seen: Seen, noise: number): boolean {
  return seen.waited > MOST_WAIT || takesTooMuch(worst, seen, noise);
}

function takesTooMuch(worst: WorstBody, seen: Seen, noise: number): boolean {
  return seen.grew > FREE && times(worst, seen, noise) > MOST_TIMES;
}

function tell(worst: WorstBody, seen: Seen, noise: number): void {
  const path = worst.path.replaceAll(/[0-9a-f-]{36}/g, ':id');
  const over = [
    ...(seen.waited > MOST_WAIT ? ['waiting'] : []),
    ...(takesTooMuch(worst, seen, noise) ? [`memory (${times(worst, seen, noise).toFixed(1)} ×)`] : []),
  ];
  console.log(
    `| ${worst.name} | ${worst.method} ${path} | ${worst.as} | ${(worst.body.length / MIB).toFixed(2)} MB | ${seen.status} | ${seen.took.toFixed(0)} ms | ${seen.waited.toFixed(0)} ms | ${seen.worked.toFixed(0)} ms | ${seen.grew.toFixed(0)} MB | ${over.join(', ')} |`,
  );
}

async function measured(worst: WorstBody, who: Record<string, string> | undefined): Promise<Seen> {
  await rest(100);
  const before = await memory('VmRSS');
  // From here on the kernel counts the peak anew.
  await writeFile(`/proc/${app.pid}/clear_refs`, '5');
  let over = false;
  const pinging = pings(() => over);
  await rest(20);
  const worked = await processorTime();
  const began = performance.now();
  const status = await send(worst, who);
  const took = performance.now() - began;
  // What goes on behind the answer counts too.
  await rest(150);
  over = true;
  return {
    status,
    took,
    waited: await pinging,
    worked: (await processorTime()) - worked,
    grew: Math.max(0, (await memory('VmHWM')) - before),
  };
}

/** Asks again and again on one connection; the longest that an answer took, in milliseconds. */
async function pings(over: () => boolean): Promise<number> {
  let longest = 0;
  while (!over()) {
    const began = performance.now();
    await new Promise<void>((resolve, reject) => {
      request({ port, path: '/health/live', agent: line }, (answer) => {
        answer.resume();
        answer.on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
    longest = Math.max(longest, performance.now() - began);
    await rest(2);
  }
  return longest;
}

function send(
  { method, path, type = 'application/json', body }: WorstBody,
  who: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': type,
      'content-length': body.length,
      ...who,
    };
    request({ port, path, method, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', () => resolve(answer.statusCode ?? 0));
    })
      .on('error', () => resolve(0))
      .end(body);
  });
}

/** Milliseconds that the main thread has been on a processor. */
async function processorTime(): Promise<number> {
  const text = await readFile(`/proc/${app.pid}/task/${app.pid}/schedstat`, 'utf8');
  return Number(text.split(' ')[0]) / 1e6;
}

async function memory(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${app.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
}

/** What each caller says of themselves. */
type Callers = Map<WorstBody['as'], Record<string, string>>;

async function prepare(): Promise<Callers> {
  const keys: Callers = new Map([['admin', { authorization: `Bearer ${KEY}` }]]);
  for (const scope of ['ingest', 'read', 'write'] as const) {
    const made = await call('/api-keys', { name: scope, kind: 'server', scopes: [scope] });
    keys.set(scope, { authorization: `Bearer ${made.key as string}` });
  }
  const origin = `http://localhost:${port}`;
  const signedIn = await fetch(`http://127.0.0.1:${port}/auth/staff/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(ADMIN),
  });
  if (!signedIn.ok) throw new Error(`Signing in answered ${signedIn.status}.`);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return keys.set('staff', { cookie, origin });
}

async function call(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function ready(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (app.exitCode !== null) throw new Error('The application did not start.');
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await rest(100);
  }
  throw new Error('The application was not ready in time.');
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
