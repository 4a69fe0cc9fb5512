import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError, newId, type Actor, type Config, type Database, type Log, type Role } from '#platform';
import { betterAuth } from 'better-auth';
import { fromNodeHeaders } from 'better-auth/node';
import { admin } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import pg from 'pg';
import { assertTrustedOrigin, trustedOrigins } from './origins.js';

export const STAFF_PATH = '/auth/staff';
const CLIENT_ADDRESS = 'x-cortex-client-address';
const ADMIN_ENDPOINTS = `${STAFF_PATH}/admin/`;

/** What better-auth needs to know of a request; `ip` is the socket's, or that of a trusted proxy's client. */
export interface SignInRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  ip: string;
  /** JSON text. */
  body?: string;
}

function createStaffAuth(pool: pg.Pool, publicUrl: string, secret: string, log: Log) {
  const access = createAccessControl({ staff: ['manage'] } as const);
  const nothing = access.newRole({ staff: [] });
  return betterAuth({
    baseURL: publicUrl,
    basePath: STAFF_PATH,
    secret,
    database: pool,
    trustedOrigins: (request) => trustedOrigins(publicUrl, request?.headers.get('host')),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 128 },
    // A cookie cache would keep a banned or removed member signed in for its lifetime.
    session: { expiresIn: 7 * 24 * 3600, updateAge: 24 * 3600, cookieCache: { enabled: false } },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 10,
      max: 100,
      customRules: { '/sign-in/email': { window: 10, max: 5 }, '/change-password': { window: 10, max: 5 } },
    },
    advanced: {
      cookiePrefix: 'cortex_staff',
      useSecureCookies: publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS] },
      database: { generateId: () => newId() },
    },
    plugins: [
      admin({
        ac: access,
        roles: { viewer: nothing, marketer: nothing, support: nothing, admin: access.newRole({ staff: ['manage'] }) },
        adminRoles: ['admin'],
        defaultRole: 'viewer',
      }),
    ],
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log.error({ message }, 'sign-in') },
  });
}

/** Staff sign-in and sessions, by better-auth on its own schema. */
@Injectable()
export class StaffSignIn implements OnApplicationShutdown {
  private readonly auth: ReturnType<typeof createStaffAuth>;
  private readonly pool: pg.Pool;
  private readonly publicUrl: string;
  private readonly cookie: string;

  constructor(database: Database, config: Config, secret: string, log: Log) {
    const { options } = database.source;
    this.pool = new pg.Pool({
      connectionString: 'url' in options ? options.url : undefined,
      options: '-c search_path=cortex_staff -c timezone=UTC',
      application_name: 'cortex sign-in',
      max: 4,
    });
    this.pool.on('error', (error) => log.warn({ err: error }, 'sign-in pool'));
    this.publicUrl = config.publicUrl;
    this.cookie = 'cortex_staff.session_token=';
    this.auth = createStaffAuth(this.pool, config.publicUrl, secret, log);
  }

  /** Who holds the session of these cookies; read from the database each time, so that a ban holds at once. */
  async actorOf(headers: IncomingHttpHeaders): Promise<Extract<Actor, { kind: 'staff' }> | undefined> {
    const session = await this.sessionOf(headers);
    return session && { kind: 'staff', id: session.id, label: session.email, role: session.role };
  }

  async sessionOf(
    headers: IncomingHttpHeaders,
  ): Promise<{ id: string; email: string; name: string; role: Role } | undefined> {
    if (!headers.cookie?.includes(this.cookie)) return undefined;
    const found = await this.auth.api.getSession({ headers: fromNodeHeaders(headers) });
    if (!found || found.user.banned) return undefined;
    const { id, email, name, role } = found.user;
    return { id, email, name, role: (role ?? 'viewer') as Role };
  }

  assertTrustedOrigin(headers: IncomingHttpHeaders): void {
    assertTrustedOrigin(this.publicUrl, headers);
  }

  /**
   * Hands a request to better-auth's own endpoints under `/auth/staff/*`. Those of its admin plugin are left out:
   * staff are managed by our routes, which write the audit.
   * @throws AppError 403 when a page of another origin sends it
   */
  async handle(request: SignInRequest): Promise<Response> {
    const url = new URL(request.url, this.publicUrl);
    // Its own check of origins is off in tests and looks only at requests with cookies.
    if (request.method !== 'GET') assertTrustedOrigin(this.publicUrl, request.headers);
    if (url.pathname.startsWith(ADMIN_ENDPOINTS)) return new Response(null, { status: 404 });
    const headers = fromNodeHeaders(request.headers);
    // Overwritten, never trusted from outside: the rate limit counts by it.
    headers.set(CLIENT_ADDRESS, request.ip);
    headers.delete('content-length');
    if (request.body !== undefined) headers.set('content-type', 'application/json');
    return this.auth.handler(new Request(url, { method: request.method, headers, body: request.body }));
  }

  /**
   * Calls one of those endpoints on behalf of a route of ours.
   * @throws AppError with the reason in words when better-auth refuses
   */
  async call(request: SignInRequest, endpoint: string, body: object): Promise<{ answer: unknown; cookies: string[] }> {
    const response = await this.handle({
      ...request,
      method: 'POST',
      url: `${STAFF_PATH}${endpoint}`,
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response, answer as { code?: string; message?: string } | null);
    return { answer, cookies: response.headers.getSetCookie() };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

function refusal(response: Response, answer: { code?: string; message?: string } | null): AppError {
  if (response.status === 429) {
    const seconds = Number(response.headers.get('x-retry-after') ?? 10);
    const detail = `Too many attempts. Wait ${seconds} seconds and try again.`;
    return new AppError('too_many_attempts', detail, { facts: { retry_after: seconds } });
  }
  if (answer?.code === 'BANNED_USER') {
    return new AppError('BANNED_USER', 'This account is banned. Ask an administrator.');
  }
  if (response.status === 403)
    return new AppError('other_site', 'This request comes from another site. Open Cortex itself and try again.');
  if (answer?.code === 'INVALID_PASSWORD') return new AppError('wrong_password', 'The current password is wrong.');
  if (response.status === 401) return new AppError('wrong_credentials', 'The e-mail address or the password is wrong.');
  return new AppError(
    response.status >= 500 ? 'sign_in_unavailable' : 'sign_in_refused',
    answer?.message ?? 'Try again in a moment.',
  );
}
