import type { RouteDefinition } from '#contracts';
import type { Log } from '#platform';
import type { FastifyInstance, FastifyReply, RouteHandlerMethod } from 'fastify';
import { answerError } from '../routes/error.filter.js';
import type { CortexRequest } from '../permission/permission.js';

/**
 * A shorter way through one hot route. What Nest does around a handler (guards, interceptors, observables, filters)
 * costs more than the work itself there, and so does making the same security headers anew each time. A request with an API key, let through like every other, goes straight to `handle`; those of a session or
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
    options.helmet = false;
    let headers: Headers | undefined;
    const before = options.onRequest === undefined ? [] : [options.onRequest].flat();
    options.onRequest = [
      (_request, reply, done) => {
        headers ??= madeByHelmet(reply);
        reply.headers(headers);
        done();
      },
      ...before,
    ];
    const fast: RouteHandlerMethod = async function (request, reply) {
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

type Headers = Parameters<FastifyReply['headers']>[0];

/** What helmet sets on every other answer; it is the same each time. */
function madeByHelmet(reply: FastifyReply): Headers {
  const before = new Set(Object.keys(reply.getHeaders()));
  reply.helmet();
  return Object.fromEntries(Object.entries(reply.getHeaders()).filter(([name]) => !before.has(name)));
}
