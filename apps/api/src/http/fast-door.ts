import type { ApiKeys } from '#access';
import type { RouteDefinition } from '#contracts';
import type { Log } from '#platform';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { isAllowed } from './auth.guard.js';
import { answerError } from './error.filter.js';
import type { CortexRequest } from './route.js';

/**
 * A shorter way through one hot route. What Nest does around a handler (guards, interceptors, observables, filters)
 * costs more than the work itself there, and headers that tell a browser how to show a page mean nothing to a program
 * that posts. A request with a known API key that may call the route goes straight to `handle`; every other one
 * (a session, no or a wrong key, an Idempotency-Key) takes the ordinary way through the controller, so that nothing
 * is decided here in another manner. Must run before the routes are registered.
 * @param parts.handle the same function that the controller calls
 */
export function openFastDoor(
  fastify: FastifyInstance,
  contract: RouteDefinition,
  parts: { keys: ApiKeys; log: Log; handle: (request: CortexRequest) => Promise<object> },
): void {
  const status = contract.status ?? 200;
  fastify.addHook('onRoute', (options) => {
    if (options.method !== contract.method || options.url !== contract.path) return;
    const ordinary = options.handler;
    // For helmet: this route needs no policy for pages, only that nobody guesses at its type.
    options.helmet = false;
    const fast: RouteHandlerMethod = async function (request, reply) {
      reply.header('x-content-type-options', 'nosniff');
      const actor = await keyOf(request, parts.keys);
      if (!actor || !isAllowed(contract, actor)) return ordinary.call(this, request, reply);
      (request as CortexRequest).actor = actor;
      try {
        const answer = await parts.handle(request as CortexRequest);
        reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(answer));
      } catch (error) {
        answerError(error, request, reply, parts.log);
      }
      return reply;
    };
    options.handler = fast;
  });
}

function keyOf({ headers }: FastifyRequest, keys: ApiKeys): ReturnType<ApiKeys['find']> | undefined {
  if (headers.authorization === undefined || headers['idempotency-key'] !== undefined) return undefined;
  return keys.find(headers.authorization);
}
