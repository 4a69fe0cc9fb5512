import { z } from 'zod';
import { problemCodes, problemKinds, problemType } from './problems.js';
import { problem, type RouteDefinition } from './route.js';
import { permissionRow } from './permissions.js';

type Json = Record<string, unknown>;

/** Whether an export of a contract file is a route. */
export const isRoute = (value: unknown): value is RouteDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'access' in value;

/** The routes among the exports of the contracts, those in groups included. */
export const routesOf = (exported: Record<string, unknown>): RouteDefinition[] =>
  Object.values(exported).flatMap((value) => {
    if (isRoute(value)) return [value];
    const isGroup = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    return isGroup ? Object.values(value).filter(isRoute) : [];
  });

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    cycles: 'ref',
    reused: 'inline',
  }) as Json;
  return json;
};

const parametersOf = (schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] =>
  Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !(field as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(field as z.ZodType, 'input'),
  }));

/** The refusals that a route names, by status: what a caller may decide by. */
function refusals(route: RouteDefinition): Json {
  const found: Json = {};
  for (const status of new Set(route.problems?.map((code) => problemKinds[code].status))) {
    const codes = route.problems!.filter((code) => problemKinds[code].status === status);
    found[String(status)] = {
      description: codes.map((code) => `\`${code}\`: ${problemKinds[code].cause}`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return found;
}

/** Every code as a table, for the front page of the documentation. */
function codesText(): string {
  const rows = problemCodes.map((code) => {
    const { status, title, cause, remedy } = problemKinds[code];
    return `| [\`${code}\`](${problemType(code)}) | ${status} ${title} | ${cause} | ${remedy} |`;
  });
  return [
    '## Problem codes',
    'Failures are answered as `application/problem+json` (RFC 9457). Decide by `code`; the sentences are for people and may change.',
    ['| code | status and title | cause | what to do |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

/** OpenAPI 3.1 of these routes, made from the schemas that the server parses with. */
export function openApi(routes: readonly RouteDefinition[], serverUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const answer = route.raw
      ? { description: 'Not JSON' }
      : {
          description: 'Done',
          ...(route.response && { content: { 'application/json': { schema: schemaOf(route.response, 'output') } } }),
        };
    (paths[path] ??= {})[route.method.toLowerCase()] = {
      summary: route.summary,
      tags: [route.tag],
      operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`,
      parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
      ...(route.body && {
        requestBody: {
          content: Object.fromEntries(
            Object.entries({ 'application/json': route.body, ...route.forms }).map(([type, schema]) => [
              type,
              { schema: schemaOf(schema, 'input') },
            ]),
          ),
        },
      }),
      responses: {
        [String(route.status ?? 200)]: answer,
        ...refusals(route),
        default: {
          description: 'A problem, with what to do about it',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      ...access(route),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Cortex', version: '1', description: `The public contract of this installation.\n\n${codesText()}` },
    servers: [{ url: serverUrl }],
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        postmark: { type: 'http', scheme: 'basic' },
        stripe: { type: 'apiKey', in: 'header', name: 'Stripe-Signature' },
        shopify: { type: 'apiKey', in: 'header', name: 'X-Shopify-Hmac-Sha256' },
        inbound: { type: 'http', scheme: 'token', description: 'The token in the address.' },
        write_key: { type: 'apiKey', in: 'query', name: 'key' },
        client: { type: 'http', scheme: 'basic' },
        session: { type: 'apiKey', in: 'cookie', name: 'cortex_staff.session_token' },
        customer: { type: 'apiKey', in: 'cookie', name: 'cortex_customer.session_token' },
      },
    },
  };
}

/** Who may call a route, in words, and what of that OpenAPI has a form for. */
function access({ access: row, description }: RouteDefinition): object {
  const held = permissionRow(row);
  if (!held) return { security: row === 'open' ? [] : [{ [row]: [] }], ...(description && { description }) };
  const who = `Roles: ${held.roles.join(', ')}. Key scopes: ${held.scopes.join(', ') || 'none'}.`;
  return { description: description ? `${description}\n\n${who}` : who };
}
