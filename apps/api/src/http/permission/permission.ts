import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys, Refusals, StaffSignIn, WriteKeys } from '#access';
import type { VisitLimits } from '#activities';
import type { ShopifyReports, StripeReports } from '#orders';
import type { InboundSources, InboundWebhook } from '#sources';
import { permissionRow, type AccessRow, type ProblemCode, type RouteDefinition } from '#contracts';
import type { CustomerSession, CustomerSignIn } from '#customers';
import { AppError, type Actor, type Config } from '#platform';
import { signedBody } from '../parsing/body.js';
import { identifyClient, identifyClientByBody } from './clients-of-others.js';
import type { Crowding } from './crowding.js';
import { identifyPage, type KeyedRequest } from './pages-of-others.js';
import { senderOf } from '../parsing/sender.js';

/** A request that was let through; `actor` is absent only where nobody has to say who they are. */
export type CortexRequest = KeyedRequest & {
  /** Who is signed in, where a customer has to be. */
  customer?: CustomerSession;
  /** To which inbound webhook it was sent, where it has to be one. */
  inbound?: InboundWebhook;
};

/** Who decides about a request, by its headers; of what Stripe and Shopify sign, by its body too. */
export interface Permission {
  keys: ApiKeys;
  writeKeys: WriteKeys;
  /** What pages may record, and what all who record may have in hand. */
  limits: VisitLimits;
  crowding: Crowding;
  staff: StaffSignIn;
  customers: CustomerSignIn;
  config: Config;
  refusals: Refusals;
  stripe: StripeReports;
  shopify: ShopifyReports;
  inbound: InboundSources;
}

/** Refusals that are written down: somebody may be trying what they can do. */
const told: ReadonlySet<ProblemCode> = new Set([
  'not_allowed',
  'unknown_api_key',
  'other_site',
  'wrong_webhook_credentials',
]);

/** Rows whose routes take in what happened, as much as others send. */
const records: ReadonlySet<AccessRow> = new Set(['ingest', 'write_key', 'client', 'inbound']);

const letThrough = new WeakSet<FastifyRequest>();

/** Whether the permission table has let this request through. */
export const wasLetThrough = (request: FastifyRequest): boolean => letThrough.has(request);

/**
 * Lets a request come in only when the contract's row of the permission table holds for its session or key. That is
 * decided from the headers, before a byte of the body is taken, so that a stranger costs nothing. Must run before the
 * routes are registered.
 */
export function askPermissionFirst(
  fastify: FastifyInstance,
  contracts: readonly RouteDefinition[],
  permission: Permission,
): void {
  const byAddress = new Map(contracts.map((contract) => [`${contract.method} ${contract.path}`, contract]));
  fastify.addHook('onRoute', (options) => {
    // Fastify answers HEAD for each GET, with the GET's permission.
    const method = options.method === 'HEAD' ? 'GET' : String(options.method);
    const contract = byAddress.get(`${method} ${options.url}`);
    if (!contract) return;
    const before = options.onRequest === undefined ? [] : [options.onRequest].flat();
    options.onRequest = [...before, (request, reply) => letIn(contract, request, reply, permission)];
    if (contract.access === 'stripe' || contract.access === 'shopify') {
      const first = options.preHandler === undefined ? [] : [options.preHandler].flat();
      options.preHandler = [async (request) => assertSigned(contract, request, permission), ...first];
    }
    if (contract.access === 'client') {
      const first = options.preHandler === undefined ? [] : [options.preHandler].flat();
      options.preHandler = [(request, reply) => letClientIn(contract, request, reply, permission), ...first];
    }
  });
  // No route, no reader: nothing here takes the body.
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404 || !hasBody(request)) return done();
    closeAfter(reply);
    done(new AppError('unknown_route', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`));
  });
}

async function letIn(
  contract: RouteDefinition,
  request: CortexRequest,
  reply: FastifyReply,
  permission: Permission,
): Promise<void> {
  try {
    if (contract.access === 'postmark') assertPostmark(request.headers.authorization, permission.config);
    else if (contract.access === 'stripe') permission.stripe.assertHeader(request.headers['stripe-signature']);
    else if (contract.access === 'shopify') permission.shopify.assertHeader(request.headers['x-shopify-hmac-sha256']);
    else if (contract.access === 'inbound') request.inbound = await identifyInbound(request, permission);
    else if (contract.access === 'write_key') await identifyPage(request, reply, permission);
    else if (contract.access === 'client') {
      // The key may stand in the body: then it is asked for once that is read.
      if (!(await identifyClient(request, reply, permission))) return await enterCrowd(request, reply, permission);
    } else if (contract.access === 'customer') request.customer = await identifyCustomer(request, permission);
    else if (contract.access !== 'open') {
      request.actor = await identify(request, contract, permission);
      assertAllowed(contract, request.actor);
    }
    if (records.has(contract.access)) {
      const turn = enterCrowd(request, reply, permission);
      if (turn) await turn;
    }
    letThrough.add(request);
  } catch (error) {
    if (hasBody(request)) closeAfter(reply);
    noteRefusal(contract, request, error, permission);
    throw error;
  }
}

const enterCrowd = (request: CortexRequest, reply: FastifyReply, { crowding }: Permission): Promise<void> | undefined =>
  crowding.enter(senderOf(request), request, reply);

/** Lets a client in by its body, where its headers said nothing. */
async function letClientIn(
  contract: RouteDefinition,
  request: CortexRequest,
  reply: FastifyReply,
  permission: Permission,
): Promise<void> {
  if (letThrough.has(request)) return;
  try {
    await identifyClientByBody(request, reply, permission);
    permission.crowding.isThere(senderOf(request));
    letThrough.add(request);
  } catch (error) {
    noteRefusal(contract, request, error, permission);
    throw error;
  }
}

function assertSigned(contract: RouteDefinition, request: CortexRequest, permission: Permission): void {
  try {
    const { stripe, shopify } = permission;
    if (contract.access === 'stripe') stripe.assertSigned(signedBody(request), request.headers['stripe-signature']);
    else shopify.assertSigned(signedBody(request), request.headers['x-shopify-hmac-sha256']);
  } catch (error) {
    noteRefusal(contract, request, error, permission);
    throw error;
  }
}

function noteRefusal(
  { method, path: route, access }: RouteDefinition,
  { actor, ip }: CortexRequest,
  error: unknown,
  { refusals }: Permission,
): void {
  // A write key stands in a page: everybody can try it elsewhere, and one that was revoked is tried by every visitor. An
  // address that was replaced is tried by the other system until somebody tells it.
  if (access === 'write_key' || access === 'client' || access === 'inbound') return;
  if (!(error instanceof AppError) || !told.has(error.code)) return;
  refusals.note({ actor, ip, method, route, reason: error.code });
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** The rest of a body that nobody will read would otherwise be taken before the next request on the connection. */
const closeAfter = (reply: FastifyReply): void => void reply.header('connection', 'close');

async function identifyInbound({ params }: CortexRequest, { inbound }: Permission): Promise<InboundWebhook> {
  const { token } = params as { token: string };
  const webhook = await inbound.find(token);
  if (webhook) return webhook;
  throw new AppError('wrong_webhook_credentials', 'This address is not known here, or it was replaced.');
}

/** A key when there is one, else the session. What else stands in Authorization is a proxy's and not for us. */
async function identify(
  request: CortexRequest,
  contract: RouteDefinition,
  { keys, staff }: Permission,
): Promise<Actor> {
  const { authorization } = request.headers;
  const isProxys = authorization !== undefined && !/^bearer\b/i.test(authorization) && staff.hasCookie(request.headers);
  if (authorization !== undefined && !isProxys) {
    const actor = await keys.find(authorization);
    if (!actor)
      throw new AppError(
        'unknown_api_key',
        'This API key does not exist or has been revoked. Send Authorization: Bearer <key>.',
      );
    return actor;
  }
  const session = await staff.sessionOf(request.headers);
  if (!session)
    throw new AppError('not_signed_in', 'Sign in at /sign-in, or send an API key as Authorization: Bearer <key>.');
  // From here on it is known whose session was used, also by a page of another site.
  request.actor = { kind: 'staff', id: session.id, label: session.email, role: session.role };
  if (request.method !== 'GET' && request.method !== 'HEAD') staff.assertTrustedOrigin(request.headers);
  if (session.second_factor_missing && contract.access !== 'own')
    throw new AppError(
      'second_factor_missing',
      'Administrators need a second factor here. Set yours up, then everything is open to you.',
    );
  return request.actor;
}

/** The customer of this request's cookies; keys and staff are no customers. */
async function identifyCustomer(request: CortexRequest, { customers }: Permission): Promise<CustomerSession> {
  const customer = await customers.sessionOf(request.headers);
  if (!customer) throw new AppError('not_signed_in', 'Sign in at /learn/sign-in.');
  if (request.method !== 'GET' && request.method !== 'HEAD') customers.assertTrustedOrigin(request.headers);
  return customer;
}

function assertAllowed(contract: RouteDefinition, actor: Actor): void {
  const row = permissionRow(contract.access);
  if (!row || actor.kind === 'system') return;
  if (actor.kind === 'staff') {
    if (row.roles.includes(actor.role)) return;
    throw new AppError(
      'not_allowed',
      `Your role is ${actor.role}; this needs ${row.roles.join(' or ')}. Ask an administrator.`,
    );
  }
  if (actor.scopes.some((scope) => row.scopes.includes(scope))) return;
  if (row.scopes.length === 0) throw new AppError('not_allowed', 'Only signed-in staff can do this, not API keys.');
  throw new AppError(
    'not_allowed',
    `This key has the scopes ${actor.scopes.join(', ') || 'none'}; this needs ${row.scopes.join(' or ')}.`,
  );
}

/** Always 401: on a 403 Postmark gives up for good. Without credentials in the environment nobody gets in. */
function assertPostmark(authorization: string | undefined, { env }: Config): void {
  const { POSTMARK_WEBHOOK_USER: user, POSTMARK_WEBHOOK_PASSWORD: password } = env;
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const hash = (value: string) => createHash('sha256').update(value).digest();
  const same = timingSafeEqual(hash(authorization ?? ''), hash(wanted));
  if (user && password && same) return;
  throw new AppError(
    'wrong_webhook_credentials',
    'The webhook needs the user and password that POSTMARK_WEBHOOK_USER and POSTMARK_WEBHOOK_PASSWORD name.',
  );
}
