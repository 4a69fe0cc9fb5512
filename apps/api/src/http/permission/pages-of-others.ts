import { networkOf, type WriteKey, type WriteKeys } from '#access';
import type { VisitLimits } from '#activities';
import type { RouteDefinition } from '#contracts';
import { AppError, type Actor } from '#platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** A request that a key may come with; the one with which it was let in is set. */
export type KeyedRequest = FastifyRequest & { writeKey?: WriteKey; actor?: Actor };

/** The write keys, and how much they may record. */
export interface PageKeys {
  writeKeys: WriteKeys;
  limits: VisitLimits;
}

/**
 * Whose page sends this: a write key in the query or in Authorization, from an origin that it names. Pages of that origin
 * may read the answer, which tells nothing about anybody. Sets `writeKey` of the request.
 * @throws AppError 401 for a key that is none, 403 for another origin, 429 when its visitor or its key has had its share
 */
export async function identifyPage(request: KeyedRequest, reply: FastifyReply, keys: PageKeys): Promise<void> {
  const { key: given } = request.query as { key?: unknown };
  const text = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? given;
  const key = typeof text === 'string' ? await keys.writeKeys.find(text) : undefined;
  if (!key)
    throw new AppError(
      'unknown_api_key',
      'This write key does not exist or has been revoked. Send it as ?key= in the address.',
    );
  usePageKey(key, request, reply, keys);
}

/** Lets a request in with a write key. @throws AppError 403 and 429 as `identifyPage` */
export function usePageKey(key: WriteKey, request: KeyedRequest, reply: FastifyReply, keys: PageKeys): void {
  // Whose page it claims to be is known also of what is refused.
  request.writeKey = key;
  const { origin } = request.headers;
  if (!key.allowsOrigin(origin))
    throw new AppError(
      'origin_not_allowed',
      'This write key may not be used here. Create one that names this site under “Sites it can be used on”.',
    );
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Retry-After',
    vary: 'Origin',
  });
  useWriteKey(key, request, keys);
}

/** The same of a program that has no origin. */
export function useWriteKey(key: WriteKey, request: KeyedRequest, { limits }: PageKeys): void {
  request.writeKey = key;
  limits.assertRoom(key.id, networkOf(request.ip));
}

/**
 * Answers what a browser asks before it sends JSON to another origin. It may not say with which key, so it may ask from
 * anywhere; the request itself is refused where the key does not name its origin.
 */
export function answerPreflights(fastify: FastifyInstance, contracts: readonly RouteDefinition[]): void {
  for (const { path, access } of contracts) {
    if (access !== 'write_key' && access !== 'client') continue;
    fastify.options(path, (_request, reply) =>
      reply
        .headers({
          'access-control-allow-origin': '*',
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': HEADERS,
          'access-control-max-age': '86400',
        })
        .status(204)
        .send(),
    );
  }
}

/** Any: the clients of others send their own, other ones with each version. “*” does not stand for the first. */
const HEADERS = 'authorization, *';
