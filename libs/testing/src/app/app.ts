import { createDataSource, createLog, Database, readConfig } from '#platform';
import { freePort } from '#platform/postgres';
import type { TestClock } from '../database/clock.js';
import { testDatabase } from '../database/postgres.js';

export interface TestAppOptions {
  /** Environment variables beside those that the kit sets. */
  env?: Record<string, string>;
  /** False: the API without a worker, so that nothing happens by itself. */
  worker?: boolean;
  /** The address of another server than the run's own, for a test that stops it. */
  cluster?: string;
  /** Another way to the same database for the application, for a test that breaks it. */
  through?: (databaseUrl: string) => Promise<string>;
  /** Gets every line of the log instead of the terminal. */
  logged?: (line: string) => void;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** A server key; the administrator's when absent, none when null. */
  key?: string | null;
}

export interface Answer<T = any> {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text. */
  body: T;
}

export interface TestApp {
  url: string;
  databaseUrl: string;
  /** A server key with every scope. */
  adminKey: string;
  admin: { email: string; password: string };
  database: Database;
  clock: TestClock;
  call<T = any>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer<T>>;
  close(): Promise<void>;
}

/** The whole application in this process, on a free port, over a database of its own with a clock that can be moved. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  // Only now, so that specs of one lib do not load the whole product with the kit.
  const [{ createApi }, { createWorker }, { Queue }, { ensureFirstStart }] = await Promise.all([
    import('#api'),
    import('#worker'),
    import('#queue'),
    import('#access'),
  ]);
  const db = await testDatabase({ poolSize: 15, cluster: options.cluster });
  const url = (await options.through?.(db.url)) ?? db.url;
  const database = url === db.url ? db.database : await ownWay(url);
  const adminKey = 'test-key-with-every-scope';
  const admin = { email: 'admin@example.com', password: 'correct horse battery staple' };
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: url,
    PORT: String(await freePort()),
    LOG_LEVEL: 'error',
    CORTEX_ADMIN_EMAIL: admin.email,
    CORTEX_ADMIN_PASSWORD: admin.password,
    CORTEX_API_KEY: adminKey,
    ...options.env,
  });
  const log = createLog(config.env.LOG_LEVEL, 'test', options.logged && { write: options.logged });
  await ensureFirstStart(database, config);
  const queue = new Queue({ database, log });
  const parts = { config, database, log, clock: db.clock, queue };
  const worker = options.worker === false ? undefined : await createWorker(parts);
  if (!worker) await queue.start();
  const api = await createApi(parts);
  await api.listen(config.env.PORT, '127.0.0.1');
  const address = `http://127.0.0.1:${config.env.PORT}`;
  return {
    url: address,
    databaseUrl: db.url,
    adminKey,
    admin,
    database: db.database,
    clock: db.clock,
    call: (method, path, body, how) => call(address, adminKey, method, path, body, how),
    close: async () => {
      await api.close();
      await worker?.close();
      await queue.stop();
      if (database !== db.database) await database.source.destroy();
      await db.drop();
    },
  };
}

const ownWay = async (url: string): Promise<Database> =>
  new Database(await createDataSource({ url, applicationName: 'cortex-test', poolSize: 15 }).initialize());

async function call(
  url: string,
  adminKey: string,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const key = options.key === undefined ? adminKey : options.key;
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...options.headers,
    },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
