import { Controller, Req } from '@nestjs/common';
import { networkOf } from '#access';
import { callOf, Clients, type ClientResult } from '#clients';
import * as contracts from '#contracts';
import {
  capturedEvent,
  clientMessage,
  type AnswerOf,
  type CapturedEvent,
  type ClientCall,
  type ClientMessage,
} from '#contracts';
import { AppError, invalidRequest, type FieldError } from '#platform';
import { SourceMeter } from '#sources';
import { INVALID, lookAtItems, type Items } from '../../http/ingestion/items.js';
import { itemsOf, noteResults } from '../../http/ingestion/source-notes.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { fieldErrors, Route } from '../../http/routes/route.js';

type Done = AnswerOf<typeof contracts.clientBatch>;
type Source = 'segment' | 'posthog';

/** A call, in the order sent; undefined where nothing of what was sent is a call. */
type Read = Items<ClientMessage | undefined>;

const NOT_USED: FieldError = {
  pointer: '/event',
  message: 'PostHog’s own events about its screens are accepted and not recorded.',
};

/**
 * What the clients of Segment, RudderStack and PostHog send, with a write key or a server key. They read their own
 * bodies, as `POST /activities` does: what is wrong with one call does not cost the others their place.
 */
@Controller()
export class ClientsController {
  constructor(
    private readonly clients: Clients,
    private readonly meter: SourceMeter,
  ) {}

  @Route(contracts.clientRoutes.track)
  track(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'track');
  }

  @Route(contracts.clientRoutes.identify)
  identify(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'identify');
  }

  @Route(contracts.clientRoutes.page)
  page(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'page');
  }

  @Route(contracts.clientRoutes.screen)
  screen(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'screen');
  }

  @Route(contracts.clientRoutes.group)
  group(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'group');
  }

  @Route(contracts.clientRoutes.alias)
  alias(@Req() request: CortexRequest): Promise<Done> {
    return this.one(request, 'alias');
  }

  @Route(contracts.clientBatch)
  async batch(@Req() request: CortexRequest): Promise<Done> {
    const { batch, sentAt } = objectOf(request);
    const read = await lookAtItems(request, clientMessage, 'batch', { batch: batch ?? [] });
    const results = await this.record(request, 'segment', read, sentAtOf(sentAt, '/sentAt'));
    noteResults(this.meter, request, itemsOf(request.body, 'batch'), results);
    return { success: true };
  }

  @Route(contracts.capture)
  async capture(@Req() request: CortexRequest): Promise<AnswerOf<typeof contracts.capture>> {
    const body: unknown = request.body;
    const { batch, sent_at } = Array.isArray(body) ? { batch: undefined } : objectOf(request);
    const isOne = !Array.isArray(body) && batch === undefined;
    const { count, valid, refused } = await lookAtItems<CapturedEvent>(
      request,
      capturedEvent,
      'batch',
      batch === undefined ? body : { batch },
    );
    const calls = valid.map(({ at, value }) => ({ at, value: callOf(value) }));
    const results = await this.record(
      request,
      'posthog',
      { count, valid: calls, refused },
      sentAtOf(sent_at, '/sent_at'),
    );
    if (isOne) assertTaken(results[0]!);
    noteResults(this.meter, request, itemsOf(body, 'batch'), results);
    return { status: 1 };
  }

  private async one(request: CortexRequest, type: ClientCall): Promise<Done> {
    const read = await lookAtItems(request, clientMessage, undefined, { ...objectOf(request), type });
    const [result] = await this.record(request, 'segment', read);
    assertTaken(result!);
    noteResults(this.meter, request, [request.body], [result!]);
    return { success: true };
  }

  /** @returns what became of each call, in the order sent */
  private async record(request: CortexRequest, source: Source, read: Read, sentAt?: string): Promise<ClientResult[]> {
    const { count, valid, refused } = read;
    const { writeKey } = request;
    const from = writeKey
      ? { key: writeKey, network: networkOf(request.ip), items: count }
      : { by: request.actor!.id, source };
    const calls = valid.flatMap(({ at, value }) => (value ? [{ at, message: withVisitor(value, request) }] : []));
    const taken = await this.clients.record(
      from,
      calls.map(({ message }) => message),
      sentAt,
    );
    const results: ClientResult[] = Array.from({ length: count }, () => ({ status: 'not_used', error: NOT_USED }));
    for (const [at, error] of refused) results[at] = { status: 'rejected', error };
    calls.forEach(({ at }, position) => (results[at] = taken[position]!));
    return results;
  }
}

/** @throws AppError 400 for a single call that was refused */
function assertTaken(result: ClientResult): void {
  if (result.status === 'rejected') throw invalidRequest(INVALID, [result.error]);
}

function objectOf({ body }: CortexRequest): Record<string, unknown> {
  if (Buffer.isBuffer(body))
    throw new AppError('unsupported_media_type', 'This content type is not read here. Send application/json.');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidRequest('Send a JSON object, as the HTTP API that this client speaks has it.');
  return body as Record<string, unknown>;
}

function sentAtOf(given: unknown, pointer: string): string | undefined {
  if (given === undefined || given === null) return undefined;
  const read = contracts.instant.safeParse(given);
  if (!read.success)
    throw invalidRequest('The request is not valid, so nothing was stored.', fieldErrors(read.error, pointer));
  return read.data;
}

/** RudderStack's browsers also say in a header whose it is, in base64. */
function withVisitor(message: ClientMessage, { headers }: CortexRequest): ClientMessage {
  const { anonymousid } = headers;
  if (typeof anonymousid !== 'string' || message.anonymousId || message.userId) return message;
  const visitor = Buffer.from(anonymousid, 'base64').toString('utf8');
  return visitor.length <= 200 && visitor.isWellFormed() && !visitor.includes('\0')
    ? { ...message, anonymousId: visitor }
    : message;
}
