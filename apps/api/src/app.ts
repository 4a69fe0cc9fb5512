import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeys, Refusals, StaffSignIn, WriteKeys } from '#access';
import { Ingestion, VisitLimits } from '#activities';
import { ShopifyReports, StripeReports } from '#orders';
import * as contracts from '#contracts';
import { CustomerSignIn } from '#customers';
import { InboundSources, SourceMeter } from '#sources';
import { asRequest, cursorKey, readSecret, type PlatformParts } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { recordActivities } from './controllers/ingestion/activities.controller.js';
import { ApiModule } from './api.module.js';
import { addBodyParsers, applyBodyLimits, MIB } from './http/parsing/body.js';
import { serveDocs } from './http/pages/docs.js';
import { ErrorFilter, MAX_PARAM_LENGTH, sendProblem, toProblem } from './http/routes/error.filter.js';
import { openFastDoor } from './http/ingestion/fast-door.js';
import { readAsTheirAddress } from './http/permission/clients-of-others.js';
import { Crowding } from './http/permission/crowding.js';
import { askPermissionFirst } from './http/permission/permission.js';
import { answerPreflights } from './http/permission/pages-of-others.js';
import { pagePolicy, widerPages } from './http/pages/page-policy.js';
import { noticeProxy } from './http/permission/proxy-notice.js';
import { signCursors } from './http/routes/signed-cursors.js';
import { noteRefusedRequests } from './http/ingestion/source-notes.js';
import { serveWeb } from './http/pages/static-web.js';

const processMark = randomBytes(4).toString('hex');
let requests = 0;

/** Ids of requests: the caller's own when it is harmless, else the process's mark and a running number. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given)) return given;
  return `${processMark}-${(++requests).toString(36)}`;
}

/** `CORTEX_TRUST_PROXY`: a number of hops, or addresses and ranges separated by commas. */
function trustProxy(value: string | undefined): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (!value) return false;
  if (/^\d+$/.test(value)) return (_address, hop) => hop < Number(value);
  return value.split(',').map((part) => part.trim());
}

/**
 * The API as a Nest application on Fastify, initialised and ready to `listen` or `inject`. It neither migrates nor
 * makes the first administrator: see `ensureFirstStart` of #access. `close()` lets requests in hand finish.
 */
export async function createApi(parts: PlatformParts): Promise<NestFastifyApplication> {
  const { config, log } = parts;
  const isHttps = config.publicUrl.startsWith('https:');
  const adapter = new FastifyAdapter({
    bodyLimit: MIB,
    trustProxy: trustProxy(config.env.CORTEX_TRUST_PROXY),
    genReqId: requestId,
    rewriteUrl: (request: IncomingMessage) => readAsTheirAddress(request.url ?? '/'),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    // Refused before a route is found, so no filter sees it.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(reply.headers(nothingToShow(isHttps)), toProblem(error, request).problem),
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(parts), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  addBodyParsers(fastify);
  // A caller waits for all that follows. Said twice, because reading a body may lose it.
  fastify.addHook('onRequest', (_request, _reply, done) => asRequest(done));
  fastify.addHook('preValidation', (_request, _reply, done) => asRequest(done));
  const routes = contracts.routesOf(contracts);
  const ingestion = app.get(Ingestion);
  // Who it is first, then how much they send.
  askPermissionFirst(fastify, routes, {
    keys: app.get(ApiKeys),
    writeKeys: app.get(WriteKeys),
    limits: app.get(VisitLimits),
    crowding: new Crowding((key) => ingestion.isCrowdedBy(key)),
    staff: app.get(StaffSignIn),
    customers: app.get(CustomerSignIn),
    config,
    refusals: app.get(Refusals),
    stripe: app.get(StripeReports),
    shopify: app.get(ShopifyReports),
    inbound: app.get(InboundSources),
  });
  applyBodyLimits(fastify, routes);
  signCursors(fastify, routes, cursorKey(await readSecret(parts.database, config)));
  const meter = app.get(SourceMeter);
  noteRefusedRequests(fastify, routes, meter);
  openFastDoor(fastify, contracts.postActivities, {
    log,
    handle: (request) => recordActivities(ingestion, meter, request),
  });
  await noticeProxy(fastify, parts);
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id);
    // What was in hand at the stop is answered, and its connection must not keep the server up after that.
    if (closing) reply.header('connection', 'close');
    // Swagger's page leaves it out.
    if (reply.getHeader('content-type') === 'text/html') reply.type('text/html; charset=utf-8');
    // Whatever does not say otherwise is about somebody.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
  if (log.isLevelEnabled('debug')) {
    fastify.addHook('onResponse', (request, reply, done) => {
      const { method, id } = request;
      log.debug(
        { method, route: request.routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime, request_id: id },
        'request',
      );
      done();
    });
  }
  await fastify.register(helmet, helmetOptions(config.publicUrl));
  answerPreflights(fastify, routes);
  app.useGlobalFilters(new ErrorFilter(log));
  const hasWeb = await serveWeb(fastify, widerPages(config));
  if (!hasWeb) log.info('the browser application is not built; only the API is served');
  serveDocs(app, config.publicUrl);
  await app.init();
  await fastify.ready();
  return app;
}

/** Of answers before any hook has run, and helmet with them. */
const nothingToShow = (isHttps: boolean): Record<string, string> => ({
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  ...(isHttps ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
});

function helmetOptions(publicUrl: string) {
  return {
    contentSecurityPolicy: pagePolicy(publicUrl),
    // Served by plain http this would lock people out.
    hsts: publicUrl.startsWith('https:') ? {} : false,
    crossOriginEmbedderPolicy: false,
  } as const;
}
