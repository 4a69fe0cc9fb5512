import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteDefinition } from '#contracts';
import { AppError, turns, type FieldError } from '#platform';
import { senderOf } from './sender.js';
import { clientBody } from './client-bodies.js';
import { takeShared } from './csv-body.js';
import { LongTexts } from './long-texts.js';
import { parseStrictJson } from './strict-json.js';

export const MIB = 1024 * 1024;
/** What a stranger may send at most, in bytes; and a form. */
const OPEN_LIMIT = 64 * 1024;
/** Bytes of a text that are read where long ones are left out. */
const LONG_TEXT = 64 * 1024;
const CSV = /^text\/csv\s*(;|$)/i;
/** What `sendBeacon` calls a text. No browser asks for permission before it sends that to another origin. */
const PLAIN = /^text\/plain\s*(;|$)/i;
const FILES = /^(application\/octet-stream|image\/|multipart\/form-data)/;
const problemsOf = new WeakMap<FastifyRequest, FieldError[]>();
const signedBodies = new WeakMap<FastifyRequest, Buffer>();
const brokenBodies = new WeakMap<FastifyRequest, string>();
/** Bytes from which on a body waits for its turn to be parsed: this many take a tenth of a millisecond. */
const LARGE = 16 * 1024;
/** Bytes that are kept of a body that cannot be read. */
const KEPT_OF_BROKEN = 4_100;

/** What the strict parser found in the body; a route of many items refuses only the items it points into. */
export const bodyProblems = (request: FastifyRequest): FieldError[] => problemsOf.get(request) ?? [];

/** A JSON body byte by byte, where it comes with a signature. */
export const signedBody = (request: FastifyRequest): Buffer => signedBodies.get(request) ?? Buffer.alloc(0);

/** The beginning of a body that is no JSON, for whoever looks for what was wrong with it. */
export const brokenBody = (request: FastifyRequest): string | undefined => brokenBodies.get(request);

type Done = (error: Error | null, value?: unknown) => void;

function readJson(request: FastifyRequest, body: Buffer, done: Done): void {
  if (body.length <= LARGE) return readNow(request, body, done);
  void turns.next(senderOf(request)).then(() => readNow(request, body, done));
}

function readNow(request: FastifyRequest, body: Buffer, done: Done): void {
  try {
    // Where a larger file is welcome, and no length was announced.
    if (body.length > limitOf(request)) throw tooLarge(limitOf(request));
    if (limitsOf(request).isSigned) signedBodies.set(request, body);
    done(null, parse(request, body));
  } catch (error) {
    noteBroken(request, body);
    done(error as Error);
  }
}

/** The same of the clients of others, who may compress it. */
async function readClientBody(request: FastifyRequest, body: Buffer): Promise<unknown> {
  const limit = limitOf(request);
  if (body.length > limit) throw tooLarge(limit);
  const text = await clientBody(request, body, limit);
  if (text.length > LARGE) await turns.next(senderOf(request));
  try {
    return parse(request, text);
  } catch (error) {
    noteBroken(request, text);
    throw error;
  }
}

const noteBroken = (request: FastifyRequest, body: Buffer): void =>
  void brokenBodies.set(request, body.subarray(0, KEPT_OF_BROKEN).toString('utf8'));

function parse(request: FastifyRequest, body: Buffer): unknown {
  const { value, problems } = parseStrictJson(body);
  if (problems.length > 0) problemsOf.set(request, problems);
  return value;
}

type Read = (request: FastifyRequest, body: Buffer, done: Done) => void;

/** Reads the body of a client of others, whatever type it is said to be of, and any other by `read`. */
const orClients =
  (read: Read): Read =>
  (request, body, done) => {
    if (!limitsOf(request).isClients) return read(request, body, done);
    readClientBody(request, body).then((value) => done(null, value), done);
  };

/**
 * The body formats that Cortex reads: JSON (strictly; of pages also as plain text), forms, and CSV or bytes as a Buffer
 * for the routes that ask for them (of a CSV, one that threads share). Anything else is 415.
 */
export function addBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parseAs = 'buffer';
  fastify.addContentTypeParser(/^application\/([\w.-]+\+)?json(;|$)/i, { parseAs }, orClients(readJson));
  const readPlain = orClients((request, body, done) => {
    if (limitsOf(request).takesPlain) return readJson(request, body, done);
    const detail = 'This content type is not read here. Send application/json.';
    done(new AppError('unsupported_media_type', detail));
  });
  fastify.addContentTypeParser(PLAIN, { parseAs }, readPlain);
  // RudderStack's client for Node calls it a form when it sends compressed JSON.
  const readForm = orClients((_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body.toString('utf8')))),
  );
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs, bodyLimit: OPEN_LIMIT }, readForm);
  fastify.addContentTypeParser(CSV, (request: FastifyRequest) => takeShared(request.raw, limitOf(request), tooLarge));
  fastify.addContentTypeParser(FILES, { parseAs }, (_request, body, done) => done(null, body));
}

/**
 * Gives each route the limits of its contract, one for files and one for everything else. A length that is announced
 * is held against them before the body is taken. Must run before the routes are registered.
 */
export function applyBodyLimits(fastify: FastifyInstance, contracts: RouteDefinition[]): void {
  const known = new Map(contracts.map((contract) => [`${contract.method} ${contract.path}`, contract]));
  fastify.addHook('onRoute', (options) => {
    const contract = known.get(`${String(options.method)} ${options.url}`);
    if (!contract) return;
    const limit = contract.bodyLimit ?? (contract.access === 'open' ? OPEN_LIMIT : MIB);
    const isSigned = contract.access === 'stripe' || contract.access === 'shopify';
    const takesPlain = contract.access === 'write_key';
    const isClients = contract.access === 'client';
    const file = Math.max(limit, contract.fileLimit ?? 0);
    const { sentLimit: sent } = contract;
    const limits: Limits = { body: limit, file, sent, isSigned, takesPlain, isClients };
    options.bodyLimit = sent ?? limits.file;
    options.config = { ...options.config, limits };
    const before = options.onRequest === undefined ? [] : [options.onRequest].flat();
    options.onRequest = [
      ...before,
      (request, reply, done) => {
        const announced = Number(request.headers['content-length'] ?? 0);
        const most = sent ?? limitOf(request);
        if (!(announced > most)) return done();
        reply.header('connection', 'close');
        done(tooLarge(most));
      },
    ];
    if (sent === undefined) return;
    options.preParsing = (_request, _reply, body, done) => {
      const left = new LongTexts(LONG_TEXT, limit, tooLarge);
      body.once('error', (error) => left.destroy(error));
      done(null, body.pipe(left));
    };
  });
}

/** In bytes. */
interface Limits {
  body: number;
  file: number;
  /** Of which long texts are left out while it comes in. */
  sent: number | undefined;
  isSigned: boolean;
  takesPlain: boolean;
  isClients: boolean;
}

const NO_LIMITS: Limits = {
  body: MIB,
  file: MIB,
  sent: undefined,
  isSigned: false,
  takesPlain: false,
  isClients: false,
};

const limitsOf = (request: FastifyRequest): Limits =>
  (request.routeOptions.config as { limits?: Limits }).limits ?? NO_LIMITS;

function limitOf(request: FastifyRequest): number {
  const limits = limitsOf(request);
  // Of a client whose key stands in the body nobody knows yet who it is.
  if (limits.isClients && !isIdentified(request)) return OPEN_LIMIT;
  const type = request.headers['content-type'] ?? '';
  return CSV.test(type) || FILES.test(type) ? limits.file : limits.body;
}

const isIdentified = (request: FastifyRequest): boolean => {
  const { actor, writeKey } = request as FastifyRequest & { actor?: unknown; writeKey?: unknown };
  return actor !== undefined || writeKey !== undefined;
};

const tooLarge = (limit: number): AppError =>
  new AppError('too_large', `The body is larger than ${limit} bytes. Send it in several requests.`);
