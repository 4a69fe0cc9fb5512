import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteDefinition } from '#contracts';
import type { FieldError } from '#platform';
import { parseStrictJson } from './strict-json.js';

export const MIB = 1024 * 1024;
const problemsOf = new WeakMap<FastifyRequest, FieldError[]>();

/** What the strict parser found in the body; a route of many items refuses only the items it points into. */
export const bodyProblems = (request: FastifyRequest): FieldError[] => problemsOf.get(request) ?? [];

/**
 * The body formats that Cortex reads: JSON (strictly), forms, and CSV or bytes as a Buffer for the routes that ask
 * for them. Anything else is 415.
 */
export function addBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([\w.-]+\+)?json(;|$)/i,
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      try {
        const { value, problems } = parseStrictJson(body);
        if (problems.length > 0) problemsOf.set(request, problems);
        done(null, value);
      } catch (error) {
        done(error as Error);
      }
    },
  );
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  fastify.addContentTypeParser(
    /^(text\/csv|application\/octet-stream|image\/|multipart\/form-data)/,
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
}

/** Gives each route the body limit of its contract; must run before the routes are registered. */
export function applyBodyLimits(fastify: FastifyInstance, contracts: RouteDefinition[]): void {
  const limits = new Map(
    contracts.filter((contract) => contract.bodyLimit).map((c) => [`${c.method} ${c.path}`, c.bodyLimit!]),
  );
  fastify.addHook('onRoute', (options) => {
    const limit = limits.get(`${String(options.method)} ${options.url}`);
    if (limit) options.bodyLimit = limit;
  });
}
