import type { WriteKey, WriteKeys } from '#access';
import { AppError } from '#platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Whose page sends this: a write key in the query or in Authorization, from an origin that it names. Pages of that origin
 * may read the answer, which tells nothing about anybody.
 * @throws AppError 401 for a key that is none, 403 for another origin
 */
export async function identifyPage(request: FastifyRequest, reply: FastifyReply, keys: WriteKeys): Promise<WriteKey> {
  const { authorization, origin } = request.headers;
  const { key: given } = request.query as { key?: unknown };
  const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? given;
  const key = typeof text === 'string' ? await keys.find(text) : undefined;
  if (!key)
    throw new AppError(
      'unknown_api_key',
      'This write key does not exist or has been revoked. Send it as ?key= in the address.',
    );
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
  return key;
}

/**
 * Answers what a browser asks before it sends JSON to another origin. It may not say with which key, so it may ask from
 * anywhere; the request itself is refused where the key does not name its origin.
 */
export function answerPreflights(fastify: FastifyInstance, path: string): void {
  fastify.options(path, (_request, reply) =>
    reply
      .headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '86400',
      })
      .status(204)
      .send(),
  );
}
