import { ensureFirstStart } from '#access';
import { createApi } from '#api';
import { createLog, readConfig } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Answer<T = Record<string, never>> {
  status: number;
  headers: Record<string, unknown>;
  body: T;
  text: string;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Instead of the administrator's key. */
  key?: string;
  anonymous?: boolean;
  cookie?: string;
}

export interface TestApi {
  app: NestFastifyApplication;
  adminKey: string;
  db: TestDatabase;
  logged: () => string;
  call<T = any>(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer<T>>;
  /** Signs in and gives the session's cookie. */
  signIn(email: string, password: string): Promise<string>;
  close(): Promise<void>;
}

export const ADMIN = { email: 'boss@example.com', password: 'correct horse battery' };

/** The API alone over a database of its own, called in process. */
export async function testApi(env: Record<string, string> = {}): Promise<TestApi> {
  const db = await testDatabase();
  const adminKey = 'test-admin-key-0123456789';
  const config = readConfig({
    NODE_ENV: 'test',
    CORTEX_ADMIN_EMAIL: ADMIN.email,
    CORTEX_ADMIN_PASSWORD: ADMIN.password,
    CORTEX_API_KEY: adminKey,
    PORT: '3000',
    ...env,
  });
  const lines: string[] = [];
  const log = createLog('info', 'api', { write: (line: string) => void lines.push(line) });
  await ensureFirstStart(db.database, config);
  const app = await createApi({ config, database: db.database, log });

  const call: TestApi['call'] = async (method, path, body, options = {}) => {
    const headers: Record<string, string> = { ...options.headers };
    if (options.cookie) headers.cookie = options.cookie;
    else if (!options.anonymous) headers.authorization ??= `Bearer ${options.key ?? adminKey}`;
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    if (body !== undefined) headers['content-type'] ??= 'application/json';
    const response = await app.inject({
      method: method as 'GET',
      url: path,
      headers,
      payload: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    });
    const isJson = /json/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: isJson && response.body ? JSON.parse(response.body) : (undefined as never),
    };
  };

  return {
    app,
    adminKey,
    db,
    logged: () => lines.join(''),
    call,
    signIn: async (email, password) => {
      const answer = await call('POST', '/auth/staff/sign-in', { email, password }, { anonymous: true });
      if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
      return cookieOf(answer);
    },
    close: async () => {
      await app.close();
      await db.drop();
    },
  };
}

/** The cookies that an answer sets, as a browser would send them back. */
export function cookieOf(answer: Answer<unknown>): string {
  return [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((line) => String(line).split(';')[0])
    .join('; ');
}
