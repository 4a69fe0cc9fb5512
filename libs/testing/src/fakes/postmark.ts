import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A mail that the fake took, as Postmark would keep it. */
export interface AcceptedMail {
  id: string;
  at: string;
  from: string;
  to: string;
  subject: string;
  replyTo: string | undefined;
  html: string;
  text: string;
  stream: string;
  metadata: Record<string, string>;
  headers: { Name: string; Value: string }[];
  trackOpens: boolean;
  trackLinks: string;
}

/** What happens to one call of `POST /email/batch`. */
export type Behavior =
  | { kind: 'accept' }
  /** Takes every mail, then closes the connection without a word. */
  | { kind: 'accept_and_drop' }
  /** Takes every mail, sends half of the answer, then closes the connection. */
  | { kind: 'accept_and_cut' }
  | { kind: 'drop' }
  /** Answers with this status; `accept`: having taken every mail all the same. */
  | { kind: 'status'; status: number; code?: number; accept?: boolean }
  /** Never answers; the connection stays open until the caller gives up. */
  | { kind: 'hang'; accept?: boolean }
  /** Refuses single mails by their place in the call. */
  | { kind: 'items'; codes: Record<number, number> };

export interface FakePostmarkOptions {
  port?: number;
  token?: string;
  /** Addresses that Postmark itself has suppressed: 406 in the middle of a batch. */
  inactive?: string[];
  /** Of the broadcast stream; `unreadable`: the stream cannot be read. */
  handling?: 'Postmark' | 'Custom' | 'None' | 'unreadable';
  /** Speaks the account API, at the same address: undefined where a path is not of it. */
  account?: (
    path: string,
    query: URLSearchParams,
    token: unknown,
    body?: unknown,
  ) => { status: number; body: unknown } | undefined;
  /** Forgets bodies, for benchmarks. */
  withoutBodies?: boolean;
  /** Told of every call as it comes in, before it is answered. */
  onCall?: () => void;
  /** Decides calls for which nothing was planned. */
  chaos?: (call: number) => Behavior;
}

interface Message {
  From?: string;
  To?: string;
  Subject?: string;
  ReplyTo?: string;
  HtmlBody?: string;
  TextBody?: string;
  MessageStream?: string;
  Metadata?: Record<string, string>;
  Headers?: { Name: string; Value: string }[];
  TrackOpens?: boolean;
  TrackLinks?: string;
}

/** An entry of Postmark's list of suppressions of one stream. */
export interface FakeSuppression {
  EmailAddress: string;
  SuppressionReason: 'HardBounce' | 'SpamComplaint' | 'ManualSuppression';
  Origin: 'Recipient' | 'Customer' | 'Admin';
  CreatedAt: string;
}

/** A bounce as `GET /bounces` lists it; `day` is its day in Postmark's time zone. */
export interface FakeBounce {
  ID: number;
  Type: string;
  MessageID: string;
  Email: string;
  BouncedAt: string;
  Inactive: boolean;
  MessageStream: string;
  day: string;
}

type Answer = { ErrorCode: number; Message: string; MessageID?: string; SubmittedAt?: string; To?: string };

const messageOf: Record<number, string> = {
  406: 'You tried to send to a recipient that has been marked as inactive.',
  300: 'Invalid email request.',
  429: 'Rate limit exceeded.',
};

/** Speaks Postmark's contract on a free port of this machine and remembers every mail that it took. */
export class FakePostmark {
  readonly accepted: AcceptedMail[] = [];
  /** Calls of `POST /email/batch`, in order, with what was done to them. */
  readonly calls: { kind: Behavior['kind']; status?: number; size: number }[] = [];
  searches = 0;
  /** So many of the next searches answer 500. */
  failSearches = 0;
  readonly inactive: Set<string>;
  /** By stream. */
  readonly suppressed = new Map<string, FakeSuppression[]>();
  readonly bounces: FakeBounce[] = [];
  /** When mails were delivered, by their id. */
  readonly deliveredAt = new Map<string, string>();
  /** Calls about single mails: `GET /messages/outbound/:id/details`. */
  lookUps = 0;
  /** Everything but sending answers 503. */
  down = false;
  handling: NonNullable<FakePostmarkOptions['handling']>;
  private readonly planned: Behavior[] = [];
  private readonly options: FakePostmarkOptions;
  private server: Server | undefined;

  // Without parameter properties, so that Node runs this file as it is (see the end).
  constructor(options: FakePostmarkOptions = {}) {
    this.options = options;
    this.inactive = new Set(options.inactive);
    this.handling = options.handling ?? 'Custom';
  }

  static async start(options: FakePostmarkOptions = {}): Promise<FakePostmark> {
    const fake = new FakePostmark(options);
    fake.server = createServer((request, response) => void fake.answer(request, response));
    await new Promise<void>((resolve) => fake.server!.listen(options.port ?? 0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  get token(): string {
    return this.options.token ?? 'fake-token';
  }

  /** The next calls of `POST /email/batch` go like this, in this order; after them all is accepted. */
  plan(...behaviors: Behavior[]): void {
    this.planned.push(...behaviors);
  }

  /** How often each `Metadata.k` was taken. */
  acceptedTimes(): Map<string, number> {
    const times = new Map<string, number>();
    for (const mail of this.accepted) times.set(mail.metadata.k ?? '', (times.get(mail.metadata.k ?? '') ?? 0) + 1);
    return times;
  }

  async close(): Promise<void> {
    this.server!.closeAllConnections();
    await new Promise((resolve) => this.server!.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    try {
      const body = await readBody(request);
      const ofAccount = this.options.account?.(
        url.pathname,
        url.searchParams,
        request.headers['x-postmark-account-token'],
        body,
      );
      if (ofAccount) return json(response, ofAccount.status, ofAccount.body);
      if (request.headers['x-postmark-server-token'] !== this.token) {
        return json(response, 401, { ErrorCode: 10, Message: 'No or wrong API token.' });
      }
      if (request.method === 'POST' && url.pathname === '/email/batch') return this.batch(body, response);
      if (request.method === 'GET' && url.pathname === '/messages/outbound') return this.search(url, response);
      if (this.down) return json(response, 503, { ErrorCode: 100, Message: 'Maintenance.' });
      const list = /^\/message-streams\/([^/]+)\/suppressions(\/dump|\/delete)?$/.exec(url.pathname);
      if (list) return this.suppressions(list[1]!, list[2] ?? '', body, response);
      if (request.method === 'GET' && url.pathname === '/bounces') return this.listBounces(url, response);
      const details = /^\/messages\/outbound\/([^/]+)\/details$/.exec(url.pathname);
      if (request.method === 'GET' && details) return this.details(details[1]!, response);
      const stream = /^\/message-streams\/([^/]+)$/.exec(url.pathname);
      if (request.method === 'GET' && stream) return this.stream(stream[1]!, response);
      json(response, 404, { ErrorCode: 0, Message: 'Not found.' });
    } catch {
      response.destroy();
    }
  }

  private batch(body: string, response: ServerResponse): void {
    const messages = JSON.parse(body) as Message[];
    const behavior = this.planned.shift() ?? this.options.chaos?.(this.calls.length) ?? { kind: 'accept' as const };
    this.calls.push({
      kind: behavior.kind,
      status: 'status' in behavior ? behavior.status : undefined,
      size: messages.length,
    });
    this.options.onCall?.();
    if (messages.length > 500)
      return json(response, 422, { ErrorCode: 410, Message: 'At most 500 messages per call.' });
    if (behavior.kind === 'drop') return void response.destroy();
    if (behavior.kind === 'status' || behavior.kind === 'hang') {
      if (behavior.accept) this.take(messages, {});
      if (behavior.kind === 'hang') return;
      const code = behavior.code ?? 0;
      return json(response, behavior.status, {
        ErrorCode: code,
        Message: messageOf[code || behavior.status] ?? 'Planned by the test.',
      });
    }
    const answers = this.take(messages, behavior.kind === 'items' ? behavior.codes : {});
    if (behavior.kind === 'accept_and_drop') return void response.destroy();
    if (behavior.kind === 'accept_and_cut') {
      const text = JSON.stringify(answers);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    json(response, 200, answers);
  }

  private take(messages: readonly Message[], codes: Record<number, number>): Answer[] {
    return messages.map((message, at) => {
      const complete = message.From && message.To && message.Subject && (message.HtmlBody || message.TextBody);
      const code = codes[at] ?? (this.inactive.has((message.To ?? '').toLowerCase()) ? 406 : complete ? 0 : 300);
      // Like Postmark: what failed carries neither id nor address.
      if (code !== 0) return { ErrorCode: code, Message: messageOf[code] ?? 'Refused.' };
      const mail: AcceptedMail = {
        id: randomUUID(),
        at: new Date().toISOString(),
        from: message.From!,
        to: message.To!,
        subject: message.Subject!,
        replyTo: message.ReplyTo,
        html: this.options.withoutBodies ? '' : (message.HtmlBody ?? ''),
        text: this.options.withoutBodies ? '' : (message.TextBody ?? ''),
        stream: message.MessageStream ?? 'outbound',
        metadata: message.Metadata ?? {},
        headers: message.Headers ?? [],
        trackOpens: message.TrackOpens ?? false,
        trackLinks: message.TrackLinks ?? 'None',
      };
      this.accepted.push(mail);
      return { ErrorCode: 0, Message: 'OK', MessageID: mail.id, SubmittedAt: mail.at, To: mail.to };
    });
  }

  private search(url: URL, response: ServerResponse): void {
    this.searches += 1;
    if (this.failSearches > 0) {
      this.failSearches -= 1;
      return json(response, 500, { ErrorCode: 0, Message: 'Planned by the test.' });
    }
    const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
    const count = Number(query.get('count'));
    const offset = Number(query.get('offset'));
    const metadata = [...query].filter(([name]) => name.startsWith('metadata_'));
    if (!(count >= 1 && count <= 500) || !(offset >= 0) || count + offset > 10_000 || metadata.length > 1) {
      return json(response, 422, { ErrorCode: 300, Message: 'Invalid search.' });
    }
    const found = this.accepted.filter(
      (mail) =>
        (!query.has('messagestream') || query.get('messagestream') === mail.stream) &&
        metadata.every(([name, value]) => mail.metadata[name.slice('metadata_'.length)] === value),
    );
    const Messages = found.slice(offset, offset + count).map((mail) => ({
      MessageID: mail.id,
      To: [{ Email: mail.to, Name: '' }],
      Recipients: [mail.to],
      ReceivedAt: mail.at,
      From: mail.from,
      Subject: mail.subject,
      Status: 'Sent',
      Metadata: mail.metadata,
      MessageStream: mail.stream,
    }));
    json(response, 200, { TotalCount: found.length, Messages });
  }

  private suppressions(stream: string, what: string, body: string, response: ServerResponse): void {
    const there = this.suppressed.get(stream) ?? [];
    if (what === '/dump') return json(response, 200, { Suppressions: there });
    const given = (JSON.parse(body) as { Suppressions: { EmailAddress: string }[] }).Suppressions;
    if (given.length > 50) return json(response, 422, { ErrorCode: 300, Message: 'At most 50 addresses.' });
    const answers = given.map(({ EmailAddress }) => {
      const known = there.find((one) => one.EmailAddress === EmailAddress);
      if (what !== '/delete') {
        const CreatedAt = new Date().toISOString();
        if (!known) there.push({ EmailAddress, SuppressionReason: 'ManualSuppression', Origin: 'Customer', CreatedAt });
        return { EmailAddress, Status: 'Suppressed', Message: null };
      }
      if (known?.SuppressionReason === 'SpamComplaint')
        return { EmailAddress, Status: 'Failed', Message: 'You do not have the required authority.' };
      if (known) there.splice(there.indexOf(known), 1);
      return { EmailAddress, Status: 'Deleted', Message: null };
    });
    this.suppressed.set(stream, there);
    json(response, 200, { Suppressions: answers });
  }

  private listBounces(url: URL, response: ServerResponse): void {
    const query = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
    const found = this.bounces.filter(
      (one) =>
        one.MessageStream === query.get('messagestream') &&
        one.day >= (query.get('fromdate') ?? '') &&
        one.day <= (query.get('todate') ?? '9999'),
    );
    const offset = Number(query.get('offset'));
    const Bounces = found.slice(offset, offset + Number(query.get('count'))).map(({ day: _day, ...one }) => one);
    json(response, 200, { TotalCount: found.length, Bounces });
  }

  private details(id: string, response: ServerResponse): void {
    this.lookUps += 1;
    const mail = this.accepted.find((one) => one.id === id);
    if (!mail) return json(response, 404, { ErrorCode: 701, Message: 'This message does not exist.' });
    const at = this.deliveredAt.get(id);
    const MessageEvents = at ? [{ Recipient: mail.to, Type: 'Delivered', ReceivedAt: at, Details: {} }] : [];
    json(response, 200, { MessageID: id, To: [{ Email: mail.to }], MessageEvents });
  }

  private stream(id: string, response: ServerResponse): void {
    if (this.handling === 'unreadable')
      return json(response, 404, { ErrorCode: 1226, Message: 'The stream does not exist.' });
    const type = id === 'outbound' ? 'Transactional' : 'Broadcasts';
    const handling = type === 'Transactional' ? 'None' : this.handling;
    json(response, 200, {
      ID: id,
      Name: id,
      MessageStreamType: type,
      SubscriptionManagementConfiguration: { UnsubscribeHandlingType: handling },
    });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What a fake in a process of its own tells when it is asked. */
export interface FakeReport {
  /** Of every mail taken, in order. */
  accepted: { k: string; to: string; subject: string; stream: string; at: string }[];
  calls: FakePostmark['calls'];
  searches: number;
}

/**
 * As a program (`node libs/testing/src/fakes/postmark.ts '{"faults": […]}'`, started with an IPC channel): sends its
 * address, then `{ call }` for every call, answers every message with `{ report }`, and ends with its parent. The faults come round in turn.
 */
async function asProgram(): Promise<void> {
  const { faults = [], ...options } = JSON.parse(process.argv[2] ?? '{}') as FakePostmarkOptions & {
    faults?: Behavior[];
  };
  const chaos = faults.length > 0 ? (call: number) => faults[call % faults.length]! : undefined;
  const onCall = () => void process.send?.({ call: true });
  const fake = await FakePostmark.start({ ...options, chaos, onCall });
  process.on('message', () => {
    const accepted = fake.accepted.map(({ metadata, to, subject, stream, at }) => ({
      k: metadata.k ?? '',
      to,
      subject,
      stream,
      at,
    }));
    const report: FakeReport = { accepted, calls: fake.calls, searches: fake.searches };
    process.send!({ report });
  });
  process.on('disconnect', () => process.exit(0));
  process.send!({ url: fake.url });
}

if (process.send && process.argv[1] === import.meta.filename) await asProgram();
