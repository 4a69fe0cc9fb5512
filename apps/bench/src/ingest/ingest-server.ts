/**
 * The servers that the ingestion benchmarks compare, each a process of its own so that its processor time can be
 * told: `cortex` is the API as it is shipped, `worker` what matches behind it, `bare` the least that answers after a durable
 * group commit, `fastify` the same behind Fastify, `parser` the least that reads a body and answers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from '#api';
import { createDataSource, createLog, Database, readConfig } from '#platform';
import { Queue } from '#queue';
import { createWorker } from '#worker';
import Fastify from 'fastify';
import pg from 'pg';
import type { ServerKind } from './load.js';

const [kind, databaseUrl] = process.argv.slice(2) as [ServerKind, string];

process.on('message', (message) => {
  if (message === 'cpu') process.send!({ cpu: process.cpuUsage() });
  if (message === 'memory') process.send!({ memory: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit(0));

const port = await { cortex, worker, bare, fastify: bareFastify, parser }[kind]();
process.send!({ port });

async function cortex(): Promise<number> {
  const config = readConfig({
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'warn',
    // The visitors of pages come from many networks.
    CORTEX_TRUST_PROXY: '1',
  });
  const source = await createDataSource({ url: databaseUrl, applicationName: 'bench api' }).initialize();
  const app = await createApi({ config, database: new Database(source), log: createLog('warn', 'api') });
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** @returns no port: nobody posts to it */
async function worker(): Promise<number> {
  const config = readConfig({ NODE_ENV: 'production', DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' });
  const source = await createDataSource({ url: databaseUrl, applicationName: 'bench worker' }).initialize();
  const log = createLog('warn', 'worker');
  const database = new Database(source);
  await createWorker({ config, database, log, queue: new Queue({ database, log }) });
  return 0;
}

interface Waiting {
  activity: Record<string, unknown>;
  stored: () => void;
}

/** Collects while the last commit runs, and inserts: no people, no keys, no inbox. */
async function groupCommit(): Promise<(activity: Waiting['activity'], stored: () => void) => void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    options: '-c plan_cache_mode=force_generic_plan',
  });
  await client.connect();
  let waiting: Waiting[] = [];
  let running = false;

  const drain = async () => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, 500);
      waiting = waiting.slice(500);
      await client.query({
        name: 'insert',
        text: `insert into bench.activities (contact_email, type, metadata)
          select * from unnest($1::citext[], $2::text[], $3::jsonb[])`,
        values: [
          batch.map(({ activity }) => activity.contact_email),
          batch.map(({ activity }) => activity.type),
          batch.map(({ activity }) => JSON.stringify(activity.metadata)),
        ],
      });
      for (const { stored } of batch) stored();
    }
    running = false;
  };
  return (activity, stored) => {
    waiting.push({ activity, stored });
    if (!running) setImmediate(() => void (running || drain()));
  };
}

/** No routing, no validation: read, store, answer. */
async function bare(): Promise<number> {
  const store = await groupCommit();
  return listening((body, response) => store(JSON.parse(body) as Waiting['activity'], () => answer(response)));
}

/** The same with Fastify's routing and parsing. */
async function bareFastify(): Promise<number> {
  const store = await groupCommit();
  const fastify = Fastify();
  fastify.post('/activities', (request, reply) => {
    store(request.body as Waiting['activity'], () => void reply.code(202).send('{}'));
    return reply;
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  return (fastify.server.address() as AddressInfo).port;
}

/** Stores nothing: what reading alone makes others wait for. */
function parser(): Promise<number> {
  return listening((body, response) => {
    JSON.parse(body);
    answer(response);
  });
}

function answer(response: ServerResponse): void {
  response.writeHead(202, { 'content-length': 2 }).end('{}');
}

async function listening(work: (body: string, response: ServerResponse) => void): Promise<number> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => work(Buffer.concat(parts).toString(), response));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}
