import type { ApiKeys } from '#access';
import { clientBatch, capture, clientRoutes, permissionRow, posthogFlags } from '#contracts';
import { AppError } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { usePageKey, useWriteKey, type KeyedRequest, type PageKeys } from './pages-of-others.js';

type Keys = PageKeys & { keys: ApiKeys };

/** Where clients of others call what has an address of its own here. */
const THEIRS = new Map([
  ...Object.values(clientRoutes).map(({ path }) => [path.slice(0, '/v1/x'.length), path] as const),
  ['/v1/b', clientBatch.path],
  ['/beacon/v1/batch', clientBatch.path],
  ['/batch', capture.path],
  ['/e', capture.path],
  ['/i/v0/e', capture.path],
  ['/decide', posthogFlags.path],
]);

/** The address under which a request is routed; the query stays. */
export function readAsTheirAddress(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const ours = THEIRS.get(path.endsWith('/') ? path.slice(0, -1) : path);
  return ours === undefined ? url : `${ours}${end < 0 ? '' : url.slice(end)}`;
}

/**
 * Whose client sends this, where its headers or its address say so: sets `writeKey` or `actor` of the request.
 * @returns false when they say nothing: the body may
 * @throws AppError 401 for a key that is none, 403 for another origin or a key that may not record
 */
export async function identifyClient(request: KeyedRequest, reply: FastifyReply, keys: Keys): Promise<boolean> {
  const given = keyInHeaders(request);
  if (given !== undefined) await identify(given, request, reply, keys);
  else {
    const inAddress = keyInAddress(request);
    if (inAddress === undefined) return false;
    // Addresses are written down on the way: what stands in one is for everybody to read.
    if (!(await keys.writeKeys.find(inAddress)))
      throw new AppError(
        'unknown_api_key',
        'This write key does not exist or has been revoked. A server key is sent as the user of basic auth.',
      );
    await identify(inAddress, request, reply, keys);
  }
  return true;
}

/** The same by the body, once it is read. @throws AppError as `identifyClient`, and 401 when it says nothing either */
export const identifyClientByBody = (request: KeyedRequest, reply: FastifyReply, keys: Keys): Promise<void> =>
  identify(keyInBody(request.body), request, reply, keys);

async function identify(
  given: string | undefined,
  request: KeyedRequest,
  reply: FastifyReply,
  keys: Keys,
): Promise<void> {
  const writeKey = given === undefined ? undefined : await keys.writeKeys.find(given);
  if (writeKey) {
    const { origin, 'sec-fetch-site': site, 'sec-fetch-dest': dest } = request.headers;
    // A page always says where it comes from; a program or an app has no origin that could be held against the key.
    // Nor does a browser say whose page a script is for.
    const isScript = request.method === 'GET' && dest === 'script';
    const isPage = origin !== undefined || (site !== undefined && !isScript);
    return isPage ? usePageKey(writeKey, request, reply, keys) : useWriteKey(writeKey, request, keys);
  }
  const actor = given === undefined ? undefined : await keys.keys.find(`Bearer ${given}`);
  if (actor?.kind !== 'key')
    throw new AppError(
      'unknown_api_key',
      'This key does not exist or has been revoked. Send a write key or a server key as the user of basic auth, or as writeKey.',
    );
  const { scopes } = permissionRow('ingest')!;
  if (!actor.scopes.some((scope) => scopes.includes(scope)))
    throw new AppError(
      'not_allowed',
      `This key has the scopes ${actor.scopes.join(', ') || 'none'}; this needs ${scopes.join(' or ')}.`,
    );
  request.actor = actor;
}

/** The key in the headers of a client's request, or in its address. */
export const keyInHead = (request: FastifyRequest): string | undefined =>
  keyInHeaders(request) ?? keyInAddress(request);

function keyInHeaders({ headers: { authorization = '' } }: FastifyRequest): string | undefined {
  const basic = /^Basic +(\S+)$/i.exec(authorization)?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString('utf8').split(':')[0]!;
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function keyInAddress({ query, params }: FastifyRequest): string | undefined {
  const { writeKey, api_key: apiKey } = query as { writeKey?: unknown; api_key?: unknown };
  return textOf(writeKey) ?? textOf(apiKey) ?? textOf((params as { key?: unknown }).key);
}

/** `writeKey` of Segment; `api_key` of PostHog, whose browsers say it with each event, and `token` when they ask for flags. */
function keyInBody(body: unknown): string | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof first !== 'object' || first === null) return undefined;
  const { writeKey, api_key: apiKey, token, properties } = first as Record<string, unknown>;
  const inside =
    typeof properties === 'object' && properties !== null ? (properties as { token?: unknown }).token : undefined;
  return textOf(writeKey) ?? textOf(apiKey) ?? textOf(inside) ?? textOf(token);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
