import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemKinds, problemType, type ProblemCode } from '#contracts';
import {
  AppError,
  databaseErrorOf,
  databaseFailure,
  outageOf,
  type FieldError,
  type Log,
  type Outage,
} from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fieldErrors } from './route.js';

/** Seconds after which it is worth to try again what is not available now. */
const SOON = 2;

/** An RFC 9457 answer. */
export interface Problem {
  type: string;
  code: ProblemCode;
  title: string;
  status: number;
  detail: string;
  errors: FieldError[];
  [fact: string]: unknown;
}

/** The one place where a kind of failure becomes a status. */
const problem = (code: ProblemCode, detail: string, errors: FieldError[] = [], facts = {}): Problem => {
  const { status, title } = problemKinds[code];
  return { ...facts, type: problemType(code), code, title, status, detail, errors };
};

/** PostgreSQL's refusals that the caller can fix; constraint names are ours and say nothing about people. */
const postgresProblems = new Map<string, (error: PostgresError) => Problem>([
  [
    '23505',
    (e) =>
      problem(
        'already_exists',
        `There is already one like this (${e.constraint ?? 'unique'}). Change it or use the existing one.`,
      ),
  ],
  [
    '23503',
    (e) =>
      problem(
        'missing_reference',
        `This refers to something that does not exist, or is still referred to (${e.constraint ?? 'reference'}).`,
      ),
  ],
  ['22P05', () => problem('invalid_request', 'Text may not contain NUL characters.')],
  ['22P02', () => problem('invalid_request', 'A value is not in the expected format.')],
  ['22003', () => problem('invalid_request', 'A number is too large.')],
  ['22007', () => problem('invalid_request', 'A date or time is not in the expected format.')],
  ['22008', () => problem('invalid_request', 'A date or time lies beyond what can be stored.')],
  ['22009', () => problem('invalid_request', 'The offset of a time lies beyond what can be stored.')],
  ['22021', () => problem('invalid_request', 'Text may not contain NUL characters.')],
]);

/** What the caller hears while the database is not available. */
const outages: Record<Outage, () => Problem> = {
  away: () => problem('database_away', 'The database cannot be reached. Try again in a moment.'),
  busy: () => problem('busy', 'Every database connection is in use. Try again in a moment.'),
  read_only: () =>
    problem('database_away', 'The database takes no writes at the moment, so nothing was changed. Try again later.'),
  full_disk: () =>
    problem(
      'database_away',
      'The disk of the database is full, so nothing was changed. An administrator must make room.',
    ),
};

/** Whatever the one judge of database errors says, as an answer; nothing for what is not of the database. */
function databaseProblem(error: unknown): Problem | undefined {
  switch (databaseFailure(error)) {
    case 'collision':
      return problem('concurrent_change', 'Someone else is changing the same thing at this moment. Try again.');
    case 'cancelled':
      return problem('took_too_long', 'The query took too long and was stopped. Narrow it and try again.');
    case 'unavailable':
      return outages[outageOf(error) ?? 'away']();
    case 'invalid':
    case 'other':
      return postgresProblems.get(databaseErrorOf(error).code ?? '')?.(databaseErrorOf(error));
  }
}

interface PostgresError {
  code?: string;
  constraint?: string;
}

/** How long a part of a path may be, in characters. */
export const MAX_PARAM_LENGTH = 1000;

/** Fastify's own refusals, before a handler was found or the body was read. */
const fastifyProblems = new Map<string, (request: FastifyRequest) => Problem>([
  [
    'FST_ERR_CTP_BODY_TOO_LARGE',
    (request) =>
      problem(
        'too_large',
        `The body is larger than ${request.routeOptions?.bodyLimit ?? 1048576} bytes. Send it in several requests.`,
      ),
  ],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    () => problem('unsupported_media_type', 'This content type is not read here. Send application/json.'),
  ],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', () => problem('invalid_json', 'The body is empty. Send JSON.')],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    () => problem('invalid_request', 'The body does not have the length that Content-Length says.'),
  ],
  [
    'FST_ERR_BAD_URL',
    () => problem('invalid_request', 'The address cannot be decoded. Percent-encode it as UTF-8, a lone % as %25.'),
  ],
  [
    'FST_ERR_MAX_PARAM_LENGTH',
    () => problem('invalid_request', `A part of the address is longer than ${MAX_PARAM_LENGTH} characters.`),
  ],
]);

/** The answer for anything thrown; `unexpected` asks the caller to log it, with the id that the answer carries. */
export function toProblem(error: unknown, request: FastifyRequest): { problem: Problem; unexpected?: string } {
  if (error instanceof AppError) return { problem: problem(error.code, error.detail, error.errors, error.facts) };
  if (error instanceof z.ZodError) {
    const detail = 'The request is not valid, so nothing was changed. See errors for what to fix.';
    return { problem: problem('invalid_request', detail, fieldErrors(error, '')) };
  }
  const code = codeOf(error);
  const known = (code && fastifyProblems.get(code)?.(request)) || databaseProblem(error);
  if (known) return { problem: known };
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: number })?.statusCode);
  if (status === 404) {
    const path = request.url.split('?')[0];
    const detail = `There is nothing at ${request.method} ${path}. /openapi.json lists every route.`;
    return { problem: problem('unknown_route', detail) };
  }
  if (status >= 400 && status < 500) {
    // The framework's own status, and none of its words.
    const detail = 'The request cannot be read. Check its address, its headers and its body.';
    return { problem: { ...problem('invalid_request', detail), status } };
  }
  const id = randomUUID();
  const detail = `This is our fault, not yours. The log has it under ${id}.`;
  return { problem: problem('internal_error', detail, [], { id }), unexpected: id };
}

function codeOf(error: unknown): string | undefined {
  const { code, driverError, cause } = (error ?? {}) as {
    code?: unknown;
    driverError?: { code?: unknown };
    // Where Nest keeps Fastify's own error.
    cause?: { code?: unknown };
  };
  const own = code ?? driverError?.code ?? cause?.code;
  return typeof own === 'string' ? own : undefined;
}

export function sendProblem(reply: FastifyReply, answer: Problem): FastifyReply {
  const retryAfter = answer.retry_after ?? (answer.status === 503 ? SOON : undefined);
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
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
