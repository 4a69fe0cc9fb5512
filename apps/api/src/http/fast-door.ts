import type { RouteDefinition } from '#contracts';
import type { Log } from '#platform';
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { answerError } from './error.filter.js';
import type { CortexRequest } from './permission.js';

/**
 * A shorter way through one hot route. What Nest does around a handler (guards, interceptors, observables, filters)
 * costs more than the work itself there, and headers that tell a browser how to show a page mean nothing to a program
 * that posts. A request with an API key, let through like every other, goes straight to `handle`; those of a session or
 * with an Idempotency-Key take the ordinary way through the controller. Must run before the routes are registered.
 * @param parts.handle the same function that the controller calls
 */
export function openFastDoor(
  fastify: FastifyInstance,
  contract: RouteDefinition,
  parts: { log: Log; handle: (request: CortexRequest) => Promise<object> },
): void {
  const status = contract.status ?? 200;
  fastify.addHook('onRoute', (options) => {
    if (options.method !== contract.method || options.url !== contract.path) return;
    const ordinary = options.handler;
    // For helmet: this route needs no policy for pages, only that nobody guesses at its type.
    options.helmet = false;
    const fast: RouteHandlerMethod = async function (request, reply) {
      reply.header('x-content-type-options', 'nosniff');
      const { actor } = request as CortexRequest;
      if (actor?.kind !== 'key' || request.headers['idempotency-key'] !== undefined)
        return ordinary.call(this, request, reply);
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
