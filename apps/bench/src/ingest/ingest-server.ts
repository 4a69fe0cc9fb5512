/**
 * The servers that the ingestion benchmarks compare, each a process of its own so that its processor time can be
 * told: `cortex` is the API as it is shipped, `worker` what matches behind it, `bare` the least that answers after a durable
 * group commit.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from '#api';
import { createDataSource, createLog, Database, readConfig } from '#platform';
import { Queue } from '#queue';
import { createWorker } from '#worker';
import pg from 'pg';

const [kind, databaseUrl] = process.argv.slice(2) as ['cortex' | 'worker' | 'bare', string];

process.on('message', (message) => {
  if (message === 'cpu') process.send!({ cpu: process.cpuUsage() });
});
process.on('disconnect', () => process.exit(0));

const port = await { cortex, worker, bare }[kind]();
process.send!({ port });

async function cortex(): Promise<number> {
  const config = readConfig({ NODE_ENV: 'production', DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' });
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
  response: ServerResponse;
}

/** No routing, no validation, no keys, no people: read, collect while the last commit runs, insert, answer. */
async function bare(): Promise<number> {
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
      for (const { response } of batch) response.writeHead(202, { 'content-length': 2 }).end('{}');
    }
    running = false;
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      waiting.push({ activity: JSON.parse(Buffer.concat(parts).toString()), response });
      if (!running) setImmediate(() => void (running || drain()));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}
