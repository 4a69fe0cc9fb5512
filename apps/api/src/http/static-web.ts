import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The addresses that the browser application answers itself. */
const PAGES = ['/', '/sign-in', '/admin', '/admin/*', '/learn', '/invite/:token', '/reset', '/reset/:token'];

/** The folder of the project, whether this file runs from its sources or from dist. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('The project folder was not found: no package.json above the program.');
    folder = above;
  }
  return folder;
}

/**
 * Serves the built browser application: its hashed files for ever, its pages never cached. Anything else stays a
 * 404. Without a build the API runs alone.
 * @returns whether there was a build to serve
 */
export async function serveWeb(
  fastify: FastifyInstance,
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
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const page of PAGES) fastify.get(page, (_request, reply) => reply.sendFile('index.html'));
  return true;
}
