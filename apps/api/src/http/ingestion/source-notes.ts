import type { AccessRow, RouteDefinition } from '#contracts';
import type { Came, SourceMeter } from '#sources';
import type { FieldError } from '#platform';
import type { FastifyInstance } from 'fastify';
import { brokenBody } from '../parsing/body.js';
import type { CortexRequest } from '../permission/permission.js';

/** Rows of the permission table by which data comes in; what they refuse is noted at its source. */
const noted: ReadonlySet<AccessRow> = new Set([
  'ingest',
  'enroll',
  'write_key',
  'client',
  'inbound',
  'stripe',
  'shopify',
  'postmark',
]);
/** Of other systems, which have one source each. */
const systems: ReadonlySet<AccessRow> = new Set(['stripe', 'shopify', 'postmark']);

/** What a request's data came from: the id of its key or webhook; undefined for staff and strangers. */
const sourceOf = ({ writeKey, inbound, actor }: CortexRequest): string | undefined =>
  writeKey?.id ?? inbound?.id ?? (actor?.kind === 'key' ? actor.id : undefined);

interface Result {
  status: string;
  error?: FieldError;
}

/**
 * Notes what became of the items of a request, once they are stored.
 * @param items as they were sent, in order
 * @param results one for each; `not_used`: accepted, because a client sends it, and not used
 */
export function noteResults(
  meter: SourceMeter,
  request: CortexRequest,
  items: readonly unknown[],
  results: readonly Result[],
): void {
  const source = sourceOf(request);
  if (source === undefined) return;
  const came: Came = { accepted: 0 };
  results.forEach(({ status, error }, at) => {
    if (status !== 'rejected' && status !== 'not_used') {
      came.accepted! += status === 'duplicate' ? 0 : 1;
      return;
    }
    meter.reject(source, {
      code: status === 'rejected' ? 'invalid_request' : 'not_used',
      reason: error?.message ?? 'It could not be stored.',
      pointer: error?.pointer,
      route: routeOf(request),
      body: items[at],
      ...(status === 'not_used' ? { unused: true } : {}),
      ...claimsOf(request),
    });
  });
  meter.count(source, came);
}

/** Notes a report of another system, and keeps it where nothing could be done with it. */
export function noteReport(meter: SourceMeter, source: string, request: CortexRequest, isUsed: boolean): void {
  if (isUsed) return meter.count(source, { accepted: 1 });
  const reason = 'Nothing of this is used: it is of a kind that Cortex does not know, or says nothing new.';
  meter.reject(source, { code: 'not_used', reason, route: routeOf(request), body: request.body, unused: true });
}

/** What `readItems` reads items from: one, an array, or an array under a name. */
export function itemsOf(body: unknown, wrapper?: string): readonly unknown[] {
  if (Array.isArray(body)) return body;
  const inside = wrapper === undefined ? undefined : (body as Record<string, unknown> | null)?.[wrapper];
  return Array.isArray(inside) ? inside : [body];
}

/**
 * Notes requests that are refused as a whole, with the sentence that their sender gets. What is refused because it is too
 * much is counted without its body. Must run before the routes are registered.
 */
export function noteRefusedRequests(
  fastify: FastifyInstance,
  contracts: readonly RouteDefinition[],
  meter: SourceMeter,
): void {
  const byAddress = new Map(contracts.map((contract) => [`${contract.method} ${contract.path}`, contract]));
  fastify.addHook('onRoute', (options) => {
    const contract = byAddress.get(`${String(options.method)} ${options.url}`);
    if (!contract || contract.method === 'GET' || !noted.has(contract.access)) return;
    const before = options.onSend === undefined ? [] : [options.onSend].flat();
    options.onSend = [
      ...before,
      (request, reply, payload, done) => {
        if (reply.statusCode >= 400 && reply.statusCode < 500)
          noteRefused(meter, contract, request, reply.statusCode, payload);
        done(null, payload);
      },
    ];
  });
}

function noteRefused(
  meter: SourceMeter,
  { access }: RouteDefinition,
  request: CortexRequest,
  status: number,
  payload: unknown,
): void {
  const source = systems.has(access) ? access : sourceOf(request);
  if (source === undefined || typeof payload !== 'string') return;
  const { code, detail, errors } = JSON.parse(payload) as { code: string; detail: string; errors?: FieldError[] };
  const [first] = errors ?? [];
  // What cannot be read was refused before its signature was looked at.
  const isUnread = brokenBody(request) !== undefined || status === 413 || status === 415;
  const isStranger = status === 401 || code === 'origin_not_allowed' || (systems.has(access) && isUnread);
  meter.reject(source, {
    code,
    reason: first?.message ?? detail,
    ...(first ? { pointer: first.pointer } : {}),
    route: routeOf(request),
    ...(isStranger ? { stranger: true } : {}),
    ...(isStranger || status === 429 ? {} : { body: request.body ?? brokenBody(request) }),
    ...claimsOf(request),
  });
}

const claimsOf = ({ writeKey }: CortexRequest): { claims?: true } => (writeKey ? { claims: true } : {});

const routeOf = ({ method, routeOptions }: CortexRequest): string => `${method} ${routeOptions.url ?? ''}`;
