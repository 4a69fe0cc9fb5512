import { hkdfSync } from 'node:crypto';
import { newId, type Log } from '#platform';
import { betterAuth, type BetterAuthPlugin } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { deleteSessionCookie, setSessionCookie } from 'better-auth/cookies';
import { fromNodeHeaders } from 'better-auth/node';
import type pg from 'pg';
import { z } from 'zod';
import { cookiePrefix, realms, type Realm } from './realms.js';

/**
 * What of better-auth can be reached: these calls, and only by us. It keeps sessions and their cookies; its endpoints are
 * not mounted, so that whatever a release of it adds stays closed, and `/auth/*` has our routes only.
 */
const reachable = <Get, Start, End>(api: { getSession: Get; startSession: Start; endSession: End }) => {
  const { getSession, startSession, endSession } = api;
  return { getSession, startSession, endSession };
};

/** Starting and ending a session for somebody whom we have checked. Without a path, so that no request can reach them. */
const sessionCalls = {
  id: 'cortex-sessions',
  endpoints: {
    startSession: createAuthEndpoint.serverOnly(
      {
        method: 'POST',
        body: z.object({ userId: z.string(), ip: z.string(), userAgent: z.string() }),
      },
      async (ctx) => {
        const { userId, ip, userAgent } = ctx.body;
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(userId);
        if (!user) throw new Error('A session was to start for somebody who is no longer there.');
        const session = await internalAdapter.createSession(userId, false, { ipAddress: ip, userAgent });
        await setSessionCookie(ctx, { session, user });
        return { id: session.id };
      },
    ),
    endSession: createAuthEndpoint.serverOnly({ method: 'POST', requireHeaders: true }, async (ctx) => {
      const { name } = ctx.context.authCookies.sessionToken;
      const token = await ctx.getSignedCookie(name, ctx.context.secret);
      if (token) await ctx.context.internalAdapter.deleteSession(token);
      deleteSessionCookie(ctx);
    }),
  },
} satisfies BetterAuthPlugin;

export type SessionLibrary = ReturnType<typeof createSessionLibrary>;

/** The staff's is older than the other realm and signs with the secret itself, so that nobody has to sign in anew. */
const secretOf = (realm: Realm, secret: string): string =>
  realm === 'staff'
    ? secret
    : Buffer.from(hkdfSync('sha256', secret, '', `cortex ${realm} sessions`, 32)).toString('base64url');

const errorIn = (about: readonly unknown[]): Error | undefined => about.find((one) => one instanceof Error);

/**
 * The calls of `reachable`, and every endpoint that better-auth has, for the test that none of them answers.
 * @param pool connections whose search path is the realm's schema
 */
export function createSessionLibrary(realm: Realm, pool: pg.Pool, publicUrl: string, secret: string, log: Log) {
  const { api } = betterAuth({
    baseURL: publicUrl,
    basePath: realms[realm].path,
    secret: secretOf(realm, secret),
    database: pool,
    emailAndPassword: { enabled: false },
    session: {
      expiresIn: realms[realm].longest,
      // It ends when it ends; whether somebody was idle meanwhile is asked by us.
      disableSessionRefresh: true,
      // A cookie cache would keep whoever is banned or removed signed in for its lifetime.
      cookieCache: { enabled: false },
    },
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: cookiePrefix(realm, publicUrl),
      // Its own way to secure cookies puts `__Secure-` before the name.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: publicUrl.startsWith('https:') },
      ipAddress: { disableIpTracking: true },
      database: { generateId: () => newId() },
    },
    plugins: [sessionCalls],
    telemetry: { enabled: false },
    // What fails is thrown as well, and whoever calls says in the log what became of it: here it is only the reason.
    logger: {
      level: 'error',
      log: (_level, message, ...about) => log.warn({ message, err: errorIn(about) }, 'sign-in'),
    },
  });
  return { calls: reachable(api), endpoints: api as Record<string, { path?: string }>, headersOf: fromNodeHeaders };
}
