import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { projectRoot } from '#platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { pagePolicy } from './page-policy.js';

/** The addresses that the browser application answers itself. */
const PAGES = [
  ...['/', '/sign-in', '/admin', '/admin/*', '/invite/:token', '/reset', '/reset/:token'],
  ...['/learn', '/learn/sign-in', '/learn/reset', '/learn/reset/:token'],
];

const FOR_EVER = 'public, max-age=31536000, immutable';
/** The same name says something new after an update; until then nobody waits for it. */
const FOR_A_DAY = 'public, max-age=86400, stale-while-revalidate=604800';

/**
 * Serves the built browser application: its hashed files for ever, its pages never cached. Anything else stays a
 * 404. Without a build the API runs alone.
 * @param wider pages that may load more than others, by their route
 * @returns whether there was a build to serve
 */
export async function serveWeb(
  fastify: FastifyInstance,
  wider: ReadonlyMap<string, ReturnType<typeof pagePolicy>> = new Map(),
  folder = join(projectRoot(), 'dist', 'apps', 'web'),
): Promise<boolean> {
  if (!existsSync(join(folder, 'index.html'))) return false;
  await fastify.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      const name = path.replace(/\.(br|gz)$/, '');
      const isTracker = /\/track(-[\w-]+)?\.js$/.test(name);
      // Pages of others load it, also those that check what they load.
      if (isTracker)
        reply.headers({ 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' });
      reply.header('cache-control', path.includes('/assets/') ? FOR_EVER : isTracker ? FOR_A_DAY : 'no-cache');
    },
  });
  const show = (_request: FastifyRequest, reply: FastifyReply) => reply.sendFile('index.html');
  for (const page of PAGES) fastify.get(page, show);
  for (const [page, contentSecurityPolicy] of wider) fastify.get(page, { helmet: { contentSecurityPolicy } }, show);
  return true;
}
