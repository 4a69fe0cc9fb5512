import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, type FieldError, type Log } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fieldErrors } from './route.js';

/** An RFC 9457 answer. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors: FieldError[];
  [fact: string]: unknown;
}

const problem = (status: number, title: string, detail: string, errors: FieldError[] = [], facts = {}): Problem => ({
  ...facts,
  type: 'about:blank',
  title,
  status,
  detail,
  errors,
});

/** PostgreSQL's refusals that are the caller's to mend; constraint names are ours and say nothing about people. */
const postgresProblems: Record<string, (error: PostgresError) => Problem> = {
  '23505': (e) =>
    problem(
      409,
      'Conflict',
      `There is one like this already (${e.constraint ?? 'unique'}). Change it or use the existing one.`,
    ),
  '23503': (e) =>
    problem(
      409,
      'Conflict',
      `This refers to something that does not exist, or is still referred to (${e.constraint ?? 'reference'}).`,
    ),
  '22P05': () => problem(400, 'Bad request', 'Text may not contain NUL characters.'),
  '22P02': () => problem(400, 'Bad request', 'A value does not have the form that is expected here.'),
  '22003': () => problem(400, 'Bad request', 'A number is too large.'),
  '40001': () => problem(409, 'Conflict', 'Somebody else changed the same thing at this moment. Try again.'),
  '40P01': () => problem(409, 'Conflict', 'Somebody else changed the same thing at this moment. Try again.'),
  '55P03': () => problem(409, 'Conflict', 'Somebody else is changing the same thing at this moment. Try again.'),
  '57014': () => problem(503, 'Took too long', 'The question took too long and was stopped. Narrow it and try again.'),
  '53300': () => problem(503, 'Busy', 'The database has no connection free. Try again in a moment.'),
  '57P01': () => problem(503, 'Database away', 'The database is restarting. Try again in a moment.'),
  ECONNREFUSED: () => problem(503, 'Database away', 'The database cannot be reached. Try again in a moment.'),
};

interface PostgresError {
  code?: string;
  constraint?: string;
}

/** Fastify's own refusals, before a handler was found or the body was read. */
const fastifyProblems: Record<string, (request: FastifyRequest) => Problem> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) =>
    problem(
      413,
      'Too large',
      `The body is larger than ${request.routeOptions?.bodyLimit ?? 1048576} bytes. Send it in several requests.`,
    ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    problem(415, 'Unsupported media type', 'This content type is not read here. Send application/json.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => problem(400, 'Bad request', 'The body is empty. Send JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    problem(400, 'Bad request', 'The body does not have the length that Content-Length says.'),
};

/** The answer for anything thrown; `unexpected` asks the caller to log it, with the id that the answer carries. */
export function toProblem(error: unknown, request: FastifyRequest): { problem: Problem; unexpected?: string } {
  if (error instanceof AppError) {
    return { problem: problem(error.status, error.title, error.detail, error.errors, error.facts) };
  }
  if (error instanceof z.ZodError) {
    return {
      problem: problem(400, 'Bad request', 'The request is not valid; nothing was changed.', fieldErrors(error, '')),
    };
  }
  const code = codeOf(error);
  const known = code
    ? (fastifyProblems[code]?.(request) ?? postgresProblems[code]?.(error as PostgresError))
    : undefined;
  if (known) return { problem: known };
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: number })?.statusCode);
  if (status === 404) {
    const path = request.url.split('?')[0];
    return {
      problem: problem(
        404,
        'Not found',
        `There is nothing at ${request.method} ${path}. /openapi.json lists every route.`,
      ),
    };
  }
  if (status >= 400 && status < 500) return { problem: problem(status, 'Bad request', (error as Error).message) };
  const id = randomUUID();
  return {
    problem: problem(500, 'Something went wrong', `This is our fault, not yours. The log has it under ${id}.`, [], {
      id,
    }),
    unexpected: id,
  };
}

function codeOf(error: unknown): string | undefined {
  const own = (error as { code?: unknown })?.code ?? (error as { driverError?: { code?: unknown } })?.driverError?.code;
  return typeof own === 'string' ? own : undefined;
}

export function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  if (answer.status === 429 && typeof answer.retry_after === 'number') {
    reply.header('retry-after', String(answer.retry_after));
  }
  return reply.status(answer.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(answer));
}

/** Answers anything thrown as problem+json; what nobody foresaw is logged with an id and says no more than that. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const { problem: answer, unexpected } = toProblem(error, request);
  if (unexpected) {
    log.error(
      { err: error, id: unexpected, request_id: request.id, route: request.routeOptions?.url },
      'request failed',
    );
  }
  if (reply.sent) return;
  sendProblem(reply, answer);
}

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.log);
  }
}
