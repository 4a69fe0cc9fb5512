import {
  applyDecorators,
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { InputOf, RouteDefinition } from '#contracts';
import type { CustomerSession } from '#customers';
import { invalidRequest, type Actor, type FieldError } from '#platform';
import { shownName } from '#rules';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bodyProblems } from '../parsing/body.js';
import type { CortexRequest } from '../permission/permission.js';

const CONTRACT = 'cortex:contract';
const verbs = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** Makes a method the handler of a contract: its verb, path, status, permission and parsing. */
export const Route = (contract: RouteDefinition): MethodDecorator =>
  applyDecorators(
    verbs[contract.method](contract.path),
    HttpCode(contract.status ?? 200),
    SetMetadata(CONTRACT, contract),
    // The parameter decorator below cannot reach the Reflector, so the handler carries its contract too.
    (_target: object, _key: string | symbol, descriptor: PropertyDescriptor) => {
      Object.defineProperty(descriptor.value, CONTRACT, { value: contract });
    },
  );

/** The parsed parameters, query and body of the handler's contract, all problems reported at once. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext): InputOf<RouteDefinition> =>
  parseInput(contractOf(context)!, context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The contract of the handler that a request was routed to. */
export const contractOf = (context: ExecutionContext): RouteDefinition | undefined =>
  (context.getHandler() as unknown as Record<string, RouteDefinition | undefined>)[CONTRACT];

/** Who is calling. */
export const Caller = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Actor => context.switchToHttp().getRequest<CortexRequest>().actor!,
);

/** The customer who is calling. */
export const Customer = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CustomerSession =>
    context.switchToHttp().getRequest<CortexRequest>().customer!,
);

/** The request's `Idempotency-Key`, where it has one, for work that may outlive the process it was asked of. */
export const RequestKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  return key === undefined ? undefined : String(key);
});

/** Mistakes that one answer lists. */
const MOST_ERRORS = 100;

function parseInput<D extends RouteDefinition>(contract: D, request: FastifyRequest): InputOf<D> {
  const errors: FieldError[] = [...bodyProblems(request)];
  const read = (schema: z.ZodType | undefined, value: unknown, prefix: string) => {
    if (!schema) return undefined;
    const unstorable = prefix === '' ? [] : unstorableTexts(value, prefix);
    const parsed = schema.safeParse(value);
    if (parsed.success && unstorable.length === 0) return parsed.data;
    errors.push(...unstorable, ...(parsed.error ? fieldErrors(parsed.error, prefix) : []));
    return undefined;
  };
  const input = {
    params: read(contract.params, request.params, '/params'),
    query: read(contract.query, request.query, '/query'),
    body: read(contract.body, request.body ?? {}, ''),
  };
  if (errors.length > 0)
    throw invalidRequest(
      'The request is not valid, so nothing was changed. See errors for what to fix.',
      errors.slice(0, MOST_ERRORS),
    );
  return input as InputOf<D>;
}

/** What of an address PostgreSQL cannot store; of a JSON body `parseStrictJson` has found it. */
const unstorableTexts = (values: unknown, prefix: string): FieldError[] =>
  Object.entries(values as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())
      ? [{ pointer: `${prefix}/${name}`, message: 'Text may not contain NUL characters or half of a surrogate pair.' }]
      : [],
  );

/** zod's issues as JSON pointers with sentences. */
export function fieldErrors(error: z.ZodError, prefix: string): FieldError[] {
  return error.issues.slice(0, MOST_ERRORS).flatMap((issue) => {
    const pointer = [prefix, ...issue.path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join(
      '/',
    );
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, MOST_ERRORS).map((key) => ({
        pointer: `${pointer}/${shownName(key)}`,
        message: `“${shownName(key)}” is not known here. Leave it out or check its spelling.`,
      }));
    }
    return [{ pointer: pointer || '/', message: issue.message }];
  });
}
