import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  correctedInstant,
  Ingestion,
  Visits,
  type PageKey,
  type PostedActivity,
  type VisitorActivity,
  type VisitorProof,
} from '#activities';
import { fitsPage, isPageVisitor, OF_A_SERVER, TOO_MUCH_METADATA, USER_VISITOR, type ClientMessage } from '#contracts';
import { Shop } from '#enrollments';
import { Clock, newId } from '#platform';
import { EventAliases } from './event-aliases.js';
import { claimOf, meaningOf, type Claim, type Meaning, type Refusal } from './meaning.js';
import { saidOf } from './traits.js';

/** What became of one call; `not_used`: accepted, and nothing that Cortex keeps. */
export type ClientResult = { status: 'accepted' | 'duplicate' } | { status: 'rejected' | 'not_used'; error: Refusal };

/** A program of the shop, with a server key: it is believed who somebody is. */
export interface ServerSender {
  /** The id of the key. */
  by: string;
  /** Whose client it is, as `source` of what it records. */
  source: 'segment' | 'posthog';
}

/** A page or an app, with a write key: its visitors are nobody until it is proven who they are. */
export interface PageSender {
  key: PageKey & { isProof(email: string, signature: string): boolean };
  /** See `Visits.take`. */
  network: string;
  /** Calls of the request, with those that could not be read. */
  items: number;
}

interface Call {
  message: ClientMessage;
  claim: Claim;
  meaning: Meaning;
}
interface Sayable extends Call {
  meaning: { type: string; metadata: Record<string, unknown> };
}

const NOBODY: Refusal = { pointer: '/anonymousId', message: 'Say whose it is: give userId or anonymousId.' };
/** An id of a user, said by a page: no more than a visitor's, and not kept as it is, since it may be an address. */
const UNPROVEN = 'unproven:';
const FIRST_INSTANT = Date.parse('0001-01-02T00:00:00Z');

/** What the clients of Segment, RudderStack and PostHog send that people have in their pages and programs already. */
@Injectable()
export class Clients {
  constructor(
    private readonly visits: Visits,
    private readonly ingestion: Ingestion,
    private readonly shop: Shop,
    private readonly aliases: EventAliases,
    private readonly clock: Clock,
  ) {}

  /**
   * Records calls in their order.
   * @param messages checked by their contract, at most 500
   * @param sentAt RFC 3339, when they were sent by the sender's clock, where the calls do not say it themselves
   * @returns one result each, in order
   * @throws AppError 429 and 503 as `Ingestion.store` and `Visits.take`
   */
  async record(
    from: ServerSender | PageSender,
    messages: readonly ClientMessage[],
    sentAt?: string,
  ): Promise<ClientResult[]> {
    const aliases = await this.aliases.read();
    const calls = messages.map((message) => ({
      message,
      claim: claimOf(message),
      meaning: meaningOf(message, aliases),
    }));
    const results: ClientResult[] = new Array(calls.length);
    const sayable: { call: Sayable; at: number }[] = [];
    calls.forEach((call, at) => {
      const refused = 'key' in from ? refusalOfPage(call) : refusalOfServer(call);
      if ('notUsed' in call.meaning) results[at] = { status: 'not_used', error: call.meaning.notUsed };
      else if (refused) results[at] = { status: 'rejected', error: refused };
      else sayable.push({ call: call as Sayable, at });
    });
    if (sayable.length === 0 && 'source' in from) return results;
    const taken = sayable.map(({ call }) => call);
    const stored = await ('key' in from ? this.ofPage(from, taken, sentAt) : this.ofServer(from, taken, sentAt));
    sayable.forEach(({ at }, position) => {
      const result = stored[position]!;
      results[at] =
        result.status === 'rejected' ? { status: 'rejected', error: result.error } : { status: result.status };
    });
    return results;
  }

  private ofPage({ key, network, items }: PageSender, calls: readonly Sayable[], sentAt?: string) {
    const activities = calls.map(({ message, claim, meaning }): VisitorActivity => {
      const { email, signature } = claim;
      return {
        id: message.messageId || newId(),
        anonymousId: visitorOfPage(claim)!,
        provenEmail: email && signature && key.isProof(email, signature) ? email : undefined,
        ...meaning,
        occurredAt: occurredAt(message),
        sentAt: message.sentAt ?? undefined,
      };
    });
    return this.visits.take(key, { network, items }, activities, sentAt);
  }

  /**
   * What traits say is written before the activity that says it, so that rules which start by it see it; of somebody
   * whom only this activity makes known, after it.
   */
  private async ofServer({ by, source }: ServerSender, calls: readonly Sayable[], sentAt?: string) {
    const known = await this.visits.known([...new Set(calls.flatMap(({ claim }) => visitorsOf(claim)))]);
    const proofs: VisitorProof[] = [];
    // Of whom these calls tell something before they say who it is.
    const nameless = new Set<string>();
    const now = this.clock.now().getTime();
    const said = calls.flatMap(({ message, claim }) =>
      message.type === 'identify' && claim.email
        ? [saidOf(claim.email, { ...message.context?.traits, ...message.traits })]
        : [],
    );
    const posted = calls.map(({ message, claim, meaning }): PostedActivity => {
      const visitors = visitorsOf(claim);
      // Whom a browser turned out to be says nothing of the user who is at it now.
      const email = claim.email ?? (visitors[0] === undefined ? undefined : known.get(visitors[0]));
      if (email !== undefined) {
        for (const id of visitors) {
          if (known.has(id)) continue;
          known.set(id, email);
          proofs.push({ anonymousId: id, provenEmail: email });
        }
      } else if (visitors[0] !== undefined) nameless.add(visitors[0]);
      const at = correctedInstant(now, occurredAt(message), message.sentAt ?? sentAt);
      return {
        source,
        external_id: message.messageId || undefined,
        contact_email: email,
        anonymous_id: visitors[0],
        ...meaning,
        occurred_at: new Date(Math.max(FIRST_INSTANT, at)).toISOString(),
      };
    });
    const newcomers = await this.shop.sayOfKnown(said);
    const unproven = new Set(await this.visits.prove(proofs));
    const stored = await this.ingestion.store(posted, by);
    await this.shop.sayOfKnown(newcomers);
    await this.visits.prove(proofs.filter((proof) => unproven.has(proof) || nameless.has(proof.anonymousId)));
    return stored;
  }
}

const occurredAt = ({ originalTimestamp, timestamp }: ClientMessage): string | undefined =>
  originalTimestamp ?? timestamp ?? undefined;

const visitorOfPage = ({ anonymousId, userId }: Claim): string | undefined =>
  anonymousId ?? (userId === undefined ? undefined : `${UNPROVEN}${hash('sha256', userId).slice(0, 32)}`);

/** The visitors that one person is, the one first whom the shop's own id names. */
const visitorsOf = ({ anonymousId, userId }: Claim): string[] =>
  [userId === undefined ? undefined : `${USER_VISITOR}${userId}`, anonymousId].filter((id) => id !== undefined);

function refusalOfPage({ claim, meaning }: Call): Refusal | undefined {
  if ('refused' in meaning) return meaning.refused;
  const visitor = visitorOfPage(claim);
  if (visitor === undefined) return NOBODY;
  if (!isPageVisitor(visitor)) return { pointer: '/anonymousId', message: OF_A_SERVER };
  if ('metadata' in meaning && !fitsPage(meaning.metadata))
    return { pointer: '/properties', message: TOO_MUCH_METADATA };
  return undefined;
}

function refusalOfServer({ claim, meaning }: Call): Refusal | undefined {
  if ('refused' in meaning) return meaning.refused;
  if (claim.isBadAddress)
    return {
      pointer: '/traits/email',
      message: 'This is not an e-mail address. It should look like name@example.com.',
    };
  return claim.email === undefined && visitorsOf(claim).length === 0 ? NOBODY : undefined;
}
