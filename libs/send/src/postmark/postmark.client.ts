import { neverReached } from '#platform';
import { Errors, ServerClient, type Models } from 'postmark';
import type { MailBody } from './mail-body.js';
import { NeverReached, postJson, type Posted } from './post-json.js';

/** What Postmark said about one mail of a call that it answered; the outbox gives no id. */
export type ItemAnswer = { accepted: true; id: string | null } | { accepted: false; code: number; message: string };

/**
 * How a call ended: answered item by item; refused as a whole, so that surely nothing left; or unclear,
 * so that everything may have left.
 */
export type CallOutcome =
  | { kind: 'answered'; items: ItemAnswer[] }
  | { kind: 'refused'; status: number; code: number; message: string }
  | { kind: 'unclear'; status: number; message: string };

export interface FoundMail {
  id: string;
  b: string | undefined;
  k: string | undefined;
  recipients: string[];
}

/** `complete`: the search was paged to its end without an error; only then "not found" says anything. */
export interface SearchResult {
  found: FoundMail[];
  complete: boolean;
}

/** An entry of Postmark's list of suppressions; the address as it is written there, in small letters. */
export interface PostmarkSuppression {
  address: string;
  reason: string;
  origin: string;
  at: string;
}

/** Who puts the unsubscribe link and header on a stream's mail; undefined when Postmark did not say. */
export type Handling = 'Postmark' | 'Custom' | 'None' | undefined;

export interface PostmarkSettings {
  token: string;
  /** e.g. `https://api.postmarkapp.com` */
  url: string;
  timeoutSeconds: number;
}

const searchPage = 500;
/** Postmark answers searches up to this offset. */
const searchReach = 10_000;

/**
 * The client forgets why a connection failed, so what never arrived is told apart here, as a plain 503. Nobody is followed
 * to where an answer leads: the token goes to Postmark alone.
 */
async function fetchTellingNeverReached(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, { ...init, redirect: 'manual' });
  } catch (error) {
    const code = neverReached(error);
    if (!code) throw error;
    return Response.json({ ErrorCode: 0, Message: notReached(code) }, { status: 503 });
  }
}

const notReached = (code: string): string => `Postmark could not be reached (${code}).`;

/** How any client of Postmark's reaches it. */
export function connectionOf({ url: given, timeoutSeconds }: Omit<PostmarkSettings, 'token'>) {
  const url = new URL(given);
  return {
    requestHost: url.host + url.pathname.replace(/\/+$/, ''),
    useHttps: url.protocol === 'https:',
    timeout: timeoutSeconds,
    fetch: fetchTellingNeverReached,
  };
}

/** The gateway of this process, or null without a Postmark token: then mail goes to the outbox. */
export const GATEWAY = Symbol('GATEWAY');

/** The one door to Postmark. Never retries by itself: who calls knows what a repeat would mean. */
export class PostmarkGateway {
  private readonly client: ServerClient;

  constructor(private readonly settings: PostmarkSettings) {
    this.client = new ServerClient(settings.token, connectionOf(settings));
  }

  /**
   * Posts the mails of a body, at most 500, in one call, and takes the body's memory from it where somebody may still read
   * it. Not with the client, which makes a text of all mails and bytes of the text: memory for mails that wait for an answer.
   */
  async post(mails: MailBody): Promise<CallOutcome> {
    const expected = mails.addresses.length;
    try {
      const posted = await this.postBody(mails);
      if (!posted.isRead) mails.abandon();
      const answer = answerOf(posted);
      if (!Array.isArray(answer) || answer.length !== expected) {
        return {
          kind: 'unclear',
          status: 200,
          message: 'Postmark answered with something else than one result per mail.',
        };
      }
      return { kind: 'answered', items: (answer as Models.MessageSendingResponse[]).map(asItem) };
    } catch (error) {
      mails.abandon();
      return asOutcome(error);
    }
  }

  private async postBody(mails: MailBody): Promise<Posted> {
    const { url, token, timeoutSeconds } = this.settings;
    const headers = { Accept: 'application/json', 'User-Agent': 'Cortex', 'X-Postmark-Server-Token': token };
    try {
      const path = `${url.replace(/\/+$/, '')}/email/batch`;
      return await postJson(new URL(path), headers, mails.json(), timeoutSeconds);
    } catch (error) {
      throw error instanceof NeverReached ? new Errors.PostmarkError(notReached(error.message), 0, 503) : error;
    }
  }

  /** Everything that carries this batch id on this stream. */
  searchBatch(batchId: string, stream: string): Promise<SearchResult> {
    return this.search({ metadata_b: batchId, messagestream: stream });
  }

  /** Everything on this stream since an instant. Postmark reads dates in its own time zone, hence the margin. */
  searchSince(since: Date, stream: string): Promise<SearchResult> {
    const day = new Date(since.getTime() - 24 * 3600_000).toISOString().slice(0, 10);
    return this.search({ fromdate: day, messagestream: stream });
  }

  private async search(filter: Record<string, string>): Promise<SearchResult> {
    const found: FoundMail[] = [];
    for (let offset = 0; offset + searchPage <= searchReach; offset += searchPage) {
      let page: Models.OutboundMessages;
      try {
        page = await this.client.getOutboundMessages({ ...filter, count: searchPage, offset });
      } catch {
        return { found, complete: false };
      }
      if (!Array.isArray(page?.Messages)) return { found, complete: false };
      found.push(...page.Messages.map(asFound));
      const total = Number(page.TotalCount);
      if (page.Messages.length === 0 || found.length >= total) return { found, complete: found.length >= total };
    }
    return { found, complete: false };
  }

  /** Everybody on the list of this stream; undefined when Postmark did not say. */
  async suppressions(stream: string): Promise<PostmarkSuppression[] | undefined> {
    try {
      const answer = await this.client.getSuppressions(stream);
      if (!Array.isArray(answer?.Suppressions)) return undefined;
      return answer.Suppressions.map((one) => ({
        address: String(one.EmailAddress).toLowerCase(),
        reason: one.SuppressionReason,
        origin: one.Origin,
        at: one.CreatedAt,
      }));
    } catch {
      return undefined;
    }
  }

  /** Puts at most 50 addresses on the list of this stream. @returns whether Postmark answered */
  async suppress(stream: string, addresses: readonly string[]): Promise<boolean> {
    try {
      await this.client.createSuppressions(stream, entriesOf(addresses));
      return true;
    } catch {
      return false;
    }
  }

  /** Takes at most 50 addresses off it. @returns those that Postmark keeps; undefined when it did not answer */
  async unsuppress(stream: string, addresses: readonly string[]): Promise<string[] | undefined> {
    try {
      const { Suppressions } = await this.client.deleteSuppressions(stream, entriesOf(addresses));
      return Suppressions.filter(({ Status }) => Status === 'Failed').map(({ EmailAddress }) => EmailAddress);
    } catch {
      return undefined;
    }
  }

  /** Bounces and complaints of a day (`2026-11-29`, in Postmark's time zone); undefined when it did not say them all. */
  async bouncesOf(day: string, stream: string): Promise<Models.Bounce[] | undefined> {
    const found: Models.Bounce[] = [];
    for (let offset = 0; offset + searchPage <= searchReach; offset += searchPage) {
      try {
        const filter = { fromDate: day, toDate: day, messageStream: stream, count: searchPage, offset };
        const page = await this.client.getBounces(filter);
        if (!Array.isArray(page?.Bounces)) return undefined;
        found.push(...page.Bounces);
        if (page.Bounces.length === 0 || found.length >= Number(page.TotalCount)) return found;
      } catch {
        return undefined;
      }
    }
    return undefined;
  }

  /** When a mail was delivered; null: it was not, or Postmark no longer knows it; undefined: Postmark did not answer. */
  async deliveryOf(id: string): Promise<{ DeliveredAt: string; Recipient: string } | null | undefined> {
    try {
      const { MessageEvents } = await this.client.getOutboundMessageDetails(id);
      const delivered = (MessageEvents ?? []).find(({ Type }) => Type === 'Delivered');
      return delivered ? { DeliveredAt: delivered.ReceivedAt, Recipient: delivered.Recipient } : null;
    } catch (error) {
      const { statusCode = 0 } = error as { statusCode?: number };
      return statusCode === 404 || statusCode === 422 ? null : undefined;
    }
  }

  async unsubscribeHandling(stream: string): Promise<Handling> {
    try {
      const answer = await this.client.getMessageStream(stream);
      const handling: unknown = answer?.SubscriptionManagementConfiguration?.UnsubscribeHandlingType;
      return handling === 'Postmark' || handling === 'Custom' || handling === 'None' ? handling : undefined;
    } catch {
      return undefined;
    }
  }
}

const entriesOf = (addresses: readonly string[]) => ({
  Suppressions: addresses.map((address) => ({ EmailAddress: address })),
});

/** @throws PostmarkError for any status that is no success */
function answerOf({ status, text }: Posted): unknown {
  let answer: unknown = text;
  try {
    answer = JSON.parse(text);
  } catch {
    // Not JSON: some proxy speaks for Postmark.
  }
  if (status >= 200 && status < 300) return answer;
  const { ErrorCode = 0, Message = `Request returned status code ${status}` } = Object(answer) as {
    ErrorCode?: number;
    Message?: string;
  };
  throw new Errors.PostmarkError(Message, ErrorCode, status);
}

function asItem(item: Models.MessageSendingResponse): ItemAnswer {
  if (item?.ErrorCode === 0 && item.MessageID) return { accepted: true, id: item.MessageID };
  return { accepted: false, code: item?.ErrorCode ?? -1, message: item?.Message ?? 'Postmark gave no reason.' };
}

function asOutcome(error: unknown): CallOutcome {
  const {
    statusCode = 0,
    code = 0,
    message = 'unknown error',
  } = error as { statusCode?: number; code?: number; message?: string };
  const sure = (statusCode >= 400 && statusCode < 500 && statusCode !== 408) || statusCode === 503;
  return sure
    ? { kind: 'refused', status: statusCode, code, message }
    : { kind: 'unclear', status: statusCode, message: statusCode === 0 ? withoutAnswer(message) : message };
}

/** What Node.js says of a call without an answer is no sentence for the screen that shows it. */
const withoutAnswer = (message: string): string =>
  /timeout/i.test(message)
    ? 'Postmark did not answer in time.'
    : 'The connection to Postmark broke before there was an answer.';

function asFound(message: Models.OutboundMessage): FoundMail {
  const metadata = Object.fromEntries(
    Object.entries(message.Metadata ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]),
  );
  const recipients = (message.Recipients ?? message.To?.map((to) => to.Email) ?? []).map((address) =>
    address.toLowerCase(),
  );
  return { id: message.MessageID, b: metadata.b, k: metadata.k, recipients };
}
