import type { IncomingHttpHeaders } from 'node:http';
import { AppError, CONNECT_PATIENCE, connectionOptions, type Config, type Database, type Log } from '#platform';
import pg from 'pg';
import { cookiePrefix, realms, type Realm } from './realms.js';
import type { SessionLibrary } from './session-library.js';

/** What is needed to know of a request; `ip` is the socket's, or that of a trusted proxy's client. */
export interface SignInRequest {
  headers: IncomingHttpHeaders;
  ip: string;
}

/** A session that is good, and whose it is. */
export interface HeldSession {
  session: string;
  user: string;
}

/** A request says at most this often that its session is in use. */
const TOUCH_SECONDS = 300;

/** What failed: better-auth wraps it into an error of its own, which says nothing of a database. */
const reasonOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error;

/** The sessions of staff, or of customers. better-auth keeps them, on a schema of their own. */
export class Sessions {
  private readonly loadLibrary: () => Promise<SessionLibrary>;
  private library: Promise<SessionLibrary> | undefined;
  private readonly pool: pg.Pool;
  private readonly cookie: string;
  /** Calls that have begun. The server does not wait for those whose caller is gone, so closing does. */
  private readonly inHand = new Set<Promise<unknown>>();
  private closed = false;

  constructor(
    private readonly realm: Realm,
    private readonly database: Database,
    config: Config,
    secret: string,
    private readonly log: Log,
  ) {
    const { options } = database.source;
    this.pool = new pg.Pool({
      ...connectionOptions({
        url: 'url' in options ? options.url : undefined,
        name: 'cortex sign-in',
        statementTimeout: 10_000,
        session: { search_path: realms[realm].schema },
      }),
      // Half of a request's patience: afterwards it is asked what the matter is.
      connectionTimeoutMillis: CONNECT_PATIENCE / 2,
      max: 4,
    });
    this.pool.on('error', (error) => log.warn({ reason: error.message }, 'sign-in pool'));
    database.pulse.watch(this.pool, { awaited: true });
    this.cookie = `${cookiePrefix(realm, config.publicUrl)}.session_token=`;
    // Only when somebody signs in: a worker has no use for the library, which is two hundred files.
    this.loadLibrary = async () =>
      (await import('./session-library.js')).createSessionLibrary(realm, this.pool, config.publicUrl, secret, log);
  }

  /** Where better-auth would have its endpoints, for the test that none of them answers. */
  async libraryPaths(): Promise<string[]> {
    const { endpoints } = await this.loadLibrary();
    return Object.values(endpoints).flatMap(({ path }) => path ?? []);
  }

  /** Whether the request carries the cookie of a session, good or not. */
  hasCookie(headers: IncomingHttpHeaders): boolean {
    return headers.cookie?.split(/;\s*/).some((part) => part.startsWith(this.cookie)) === true;
  }

  /** The session of these cookies; read from the database each time, so that a ban holds at once. */
  async find(headers: IncomingHttpHeaders): Promise<HeldSession | undefined> {
    if (!this.hasCookie(headers)) return undefined;
    const found = await this.call(({ calls, headersOf }) => calls.getSession({ headers: headersOf(headers) }));
    if (!found) return undefined;
    const { id } = found.session;
    const { schema } = realms[this.realm];
    const row = await this.database.row<{ user: string; idle: number; banned: boolean }>(
      `select u.id::text as user, extract(epoch from now() - s."updatedAt")::int as idle, coalesce(u.banned, false) as banned
       from ${schema}.session s join ${schema}."user" u on u.id = s."userId"
       where s.id = $1`,
      [id],
    );
    if (!row || row.banned) return undefined;
    if (row.idle > realms[this.realm].idle) {
      await this.end(id);
      return undefined;
    }
    if (row.idle > TOUCH_SECONDS)
      await this.database.run(`update ${realms[this.realm].schema}.session set "updatedAt" = now() where id = $1`, [
        id,
      ]);
    return { session: id, user: row.user };
  }

  /**
   * Starts a session for somebody whom we have checked.
   *
   * A ban locks its row, sets the mark, and ends the sessions that it sees. So it is asked once more after the session
   * is there: whoever asks after the ban sees the mark, and of whoever asks before it the ban sees the session.
   * @returns the lines that set the cookies
   * @throws AppError 403 when a ban came meanwhile
   */
  async start(request: SignInRequest, userId: string): Promise<string[]> {
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, 300);
    const { headers, response } = await this.call(({ calls, headersOf }) =>
      calls.startSession({
        body: { userId, ip: request.ip, userAgent },
        headers: headersOf(request.headers),
        returnHeaders: true,
      }),
    );
    const row = await this.database.row<{ banned: boolean }>(
      `select coalesce(banned, false) as banned from ${realms[this.realm].schema}."user" where id = $1 for share`,
      [userId],
    );
    if (!row || row.banned) {
      await this.end(response.id);
      throw this.banned();
    }
    // What ran out goes with the next one, so that nobody leaves more than a few behind.
    await this.database.run(
      `delete from ${realms[this.realm].schema}.session where "userId" = $1 and "expiresAt" < now()`,
      [userId],
    );
    return headers.getSetCookie();
  }

  /** Ends the session of these cookies, if there is one. @returns the lines that take the cookie away */
  async endOf(request: SignInRequest): Promise<string[]> {
    const { headers } = await this.call(({ calls, headersOf }) =>
      calls.endSession({ headers: headersOf(request.headers), returnHeaders: true }),
    );
    return headers.getSetCookie();
  }

  banned(): AppError {
    return new AppError('BANNED_USER', realms[this.realm].banned);
  }

  /** Lets go of the database, once the calls in hand have ended. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.inHand);
    await this.pool.end();
  }

  private async end(id: string): Promise<void> {
    await this.database.run(`delete from ${realms[this.realm].schema}.session where id = $1`, [id]);
  }

  /** A call that closing waits for. @throws AppError 503 once that has begun */
  private async call<T>(made: (library: SessionLibrary) => Promise<T>): Promise<T> {
    if (this.closed) throw new AppError('database_away', 'Cortex is stopping. Try again in a moment.');
    const going = this.callTwice(made);
    this.inHand.add(going);
    try {
      return await going;
    } finally {
      this.inHand.delete(going);
    }
  }

  /**
   * A call of better-auth, which keeps to itself what failed: so the database is asked, and where that is well the call
   * is made once more. A connection that did not come in time, on a machine that stood still, is there by then.
   * @throws what the database says when it is not available, or AppError 503 when it takes no writes
   */
  private async callTwice<T>(made: (library: SessionLibrary) => Promise<T>): Promise<T> {
    const { pulse } = this.database;
    pulse.assertThere();
    const library = await (this.library ??= this.loadLibrary());
    try {
      return await made(library);
    } catch (error) {
      this.log.warn({ err: reasonOf(error) }, 'a call about a session failed, and is made once more');
      await pulse.confirm();
      const row = await this.database.row<{ closed: boolean }>(
        "select current_setting('transaction_read_only')::boolean as closed",
      );
      if (row?.closed)
        throw new AppError('database_away', 'The database takes no writes at the moment. Try again later.');
      try {
        return await made(library);
      } catch (again) {
        // As the database says it: then whoever answers knows whether it passes by itself.
        throw reasonOf(again);
      }
    }
  }
}
