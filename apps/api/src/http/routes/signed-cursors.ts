import type { RouteDefinition } from '#contracts';
import { openCursor, signCursor } from '#platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What a list's query or body may hold of it. */
interface Paging {
  cursor?: unknown;
  sort?: unknown;
}

/**
 * Signs the cursor that a list answers with, for this address and order, and gives the list only cursors that were:
 * behind the edge a cursor is the list's own and not checked again. Must run before the routes are registered.
 */
export function signCursors(fastify: FastifyInstance, contracts: readonly RouteDefinition[], key: Buffer): void {
  const lists = new Map<string, 'query' | 'body'>(
    contracts.flatMap((contract) => {
      const place = placeOf(contract);
      return place ? [[`${contract.method} ${contract.path}`, place] as const] : [];
    }),
  );
  fastify.addHook('onRoute', (options) => {
    const place = lists.get(`${String(options.method)} ${options.url}`);
    if (!place) return;
    options.preValidation = (request, _reply, done) => {
      const given = request[place] as Paging | null | undefined;
      try {
        if (typeof given?.cursor === 'string' && given.cursor !== '')
          given.cursor = openCursor(key, nameOf(request, given), given.cursor);
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    options.preSerialization = (request, _reply, payload, done) => {
      const next = (payload as { next_cursor?: unknown } | null)?.next_cursor;
      if (typeof next !== 'string') return done(null, payload);
      const list = nameOf(request, request[place] as Paging | undefined);
      done(null, { ...(payload as object), next_cursor: signCursor(key, list, next) });
    };
  });
}

/** Where a list takes its cursor; undefined for what is no list. */
function placeOf({ query, body }: RouteDefinition): 'query' | 'body' | undefined {
  if (query?.shape.cursor) return 'query';
  return (body as { shape?: Record<string, unknown> } | undefined)?.shape?.cursor ? 'body' : undefined;
}

/** In another order the same place would be another one. */
const nameOf = (request: FastifyRequest, { sort }: Paging = {}): string =>
  `${request.url.split('?')[0]} ${typeof sort === 'string' ? sort : ''}`;
