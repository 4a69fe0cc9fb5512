import { STAFF_PATH, type StaffSignIn } from '#access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem, toProblem } from './error.filter.js';
import { parseStrictJson } from './strict-json.js';

const BODY_LIMIT = 64 * 1024;

/** Mounts better-auth's own endpoints under /auth/staff, in a scope whose parsers clash with nobody's. */
export async function mountStaffScope(fastify: FastifyInstance, staff: StaffSignIn): Promise<void> {
  await fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      (_request, body, parsed) => {
        try {
          // Checked here because the library answers broken JSON with 500.
          parseStrictJson(body as Buffer);
          parsed(null, body.toString());
        } catch (error) {
          parsed(error as Error);
        }
      },
    );
    scope.setErrorHandler((error, request, reply) => sendProblem(reply, toProblem(error, request).problem));
    scope.route({
      method: ['GET', 'POST'],
      url: `${STAFF_PATH}/*`,
      bodyLimit: BODY_LIMIT,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const response = await staff.handle({
          method: request.method,
          url: request.url,
          headers: request.headers,
          ip: request.ip,
          body: typeof request.body === 'string' && request.body !== '' ? request.body : undefined,
        });
        reply.status(response.status);
        response.headers.forEach((value, name) => {
          if (name !== 'set-cookie') reply.header(name, value);
        });
        const cookies = response.headers.getSetCookie();
        if (cookies.length > 0) reply.header('set-cookie', cookies);
        return reply.send(response.body ? Buffer.from(await response.arrayBuffer()) : null);
      },
    });
    done();
  });
}
