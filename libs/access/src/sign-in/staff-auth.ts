import { newId, type Log } from '#platform';
import { betterAuth, type BetterAuthPlugin } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { deleteSessionCookie, setSessionCookie } from 'better-auth/cookies';
import { fromNodeHeaders } from 'better-auth/node';
import type pg from 'pg';
import { z } from 'zod';
import { cookiePrefix } from './device-cookie.js';

/** Seconds after which a session ends, whatever its holder does. */
const SESSION_SECONDS = 7 * 24 * 3600;

/**
 * What of better-auth can be reached: these calls, and only by us. It keeps sessions and their cookies; its endpoints are
 * not mounted, so that whatever a release of it adds stays closed, and `/auth/staff/*` has our routes only.
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
        body: z.object({ staffId: z.string(), ip: z.string(), userAgent: z.string() }),
      },
      async (ctx) => {
        const { staffId, ip, userAgent } = ctx.body;
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(staffId);
        if (!user) throw new Error('A session was to start for somebody who is no longer there.');
        const session = await internalAdapter.createSession(staffId, false, { ipAddress: ip, userAgent });
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

export type StaffAuth = ReturnType<typeof createStaffAuth>;

/** The calls of `reachable`, and every endpoint that better-auth has, for the test that none of them answers. */
export function createStaffAuth(pool: pg.Pool, publicUrl: string, secret: string, log: Log) {
  const { api } = betterAuth({
    baseURL: publicUrl,
    basePath: '/auth/staff',
    secret,
    database: pool,
    emailAndPassword: { enabled: false },
    user: {
      additionalFields: {
        role: { type: 'string', required: false, input: false },
        banned: { type: 'boolean', required: false, input: false },
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      // It ends when it ends; whether somebody was idle meanwhile is asked by us.
      disableSessionRefresh: true,
      // A cookie cache would keep a banned or removed member signed in for its lifetime.
      cookieCache: { enabled: false },
    },
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: cookiePrefix(publicUrl),
      // Its own way to secure cookies puts `__Secure-` before the name.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: publicUrl.startsWith('https:') },
      ipAddress: { disableIpTracking: true },
      database: { generateId: () => newId() },
    },
    plugins: [sessionCalls],
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log.error({ message }, 'sign-in') },
  });
  return { calls: reachable(api), endpoints: api as Record<string, { path?: string }>, headersOf: fromNodeHeaders };
}
