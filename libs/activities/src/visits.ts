import { Injectable } from '@nestjs/common';
import { Clock, Database } from '#platform';
import { Ingestion, type StoreResult } from './ingestion.js';
import { unitsOf, VisitLimits } from './visit-limits.js';
import { noteProofs, type VisitorProof } from './visitor-proofs.js';

/** Who recorded it, in an activity that came from a page. */
const SOURCE = 'browser';
const DAY_MS = 24 * 3600_000;
/** From the first to the last instant that a visitor's clock is believed. */
const WINDOW_MS = 7 * DAY_MS;
/** What a clock may be wrong by before it is corrected: less is the way of the request. */
const SKEW_MS = 60_000;

/** One activity of a visitor. */
export interface VisitorActivity {
  /** Made by the page. */
  id: string;
  anonymousId: string;
  /** The address that the shop's server signed, or that the link of a mail proves; none where nothing is proven. */
  provenEmail?: string;
  /** The mail, where one did. */
  messageId?: string;
  type: string;
  metadata?: Record<string, unknown>;
  /** RFC 3339, by the visitor's clock. */
  occurredAt?: string;
  /** RFC 3339, when it was sent by the same clock; where that is said of each. */
  sentAt?: string;
}

/** What a write key may record, of which its bounds are counted. */
export interface PageKey {
  id: string;
  name: string;
  allowsType(type: string): boolean;
}

/** What visitors of web pages do: kept under the visitor, and the person's once it is proven who they are. */
@Injectable()
export class Visits {
  constructor(
    private readonly database: Database,
    private readonly ingestion: Ingestion,
    private readonly limits: VisitLimits,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes one request of a page: as much as its key and its visitor may record, of the types that the key names.
   * @param from.network whose requests are counted together, see `networkOf` of #access
   * @param from.items how many the request had, with those that could not be read
   * @returns one result each, in order
   * @throws AppError 429 with the seconds to wait; nothing was stored then
   */
  async take(
    key: PageKey,
    from: { network: string; items: number },
    activities: readonly VisitorActivity[],
    sentAt?: string,
  ): Promise<StoreResult[]> {
    const wanted = activities.filter(({ type }) => key.allowsType(type));
    const longer = wanted.reduce((sum, activity) => sum + unitsOf(activity) - 1, 0);
    await this.limits.take(key, from.network, from.items + longer);
    // A proof counts also where the activity that carried it may not be recorded.
    const refused = activities.filter(({ type }) => !key.allowsType(type));
    await this.prove(proofsIn(refused));
    const stored = await this.record(key.id, wanted, sentAt);
    let next = 0;
    return activities.map((activity): StoreResult =>
      key.allowsType(activity.type)
        ? stored[next++]!
        : {
            id: activity.id,
            status: 'rejected',
            error: { pointer: '/type', message: `This write key may not record “${activity.type}”.` },
          },
    );
  }

  /**
   * Stores what a page sent, in its order: what is the visitor's alone, then whose it was before, then what is proven.
   * Nobody is added to the directory: of a proven address that nobody has, the activity stays the visitor's.
   * @param sentAt RFC 3339, when the page sent it by its own clock
   * @returns one result each, in order, with the ids that the page made
   */
  private async record(by: string, activities: readonly VisitorActivity[], sentAt?: string): Promise<StoreResult[]> {
    const now = this.clock.now().getTime();
    const results: StoreResult[] = new Array(activities.length);
    const store = async (isWanted: (activity: VisitorActivity) => boolean) => {
      const wanted = activities.map((activity, at) => ({ activity, at })).filter(({ activity }) => isWanted(activity));
      if (wanted.length === 0) return;
      const stored = await this.ingestion.store(
        wanted.map(({ activity }) => ({
          // Not the id itself: whoever guesses the id of another's activity must not be able to take its place.
          source: SOURCE,
          external_id: activity.id.toLowerCase(),
          anonymous_id: activity.anonymousId,
          contact_email: activity.provenEmail,
          only_known: true,
          type: activity.type,
          metadata: activity.metadata,
          occurred_at: believedInstant(now, activity.occurredAt, activity.sentAt ?? sentAt),
        })),
        by,
      );
      wanted.forEach(({ activity, at }, position) => (results[at] = { ...stored[position]!, id: activity.id }));
    };
    await store(({ provenEmail }) => provenEmail === undefined);
    await this.prove(proofsIn(activities));
    await store(({ provenEmail }) => provenEmail !== undefined);
    return results;
  }

  /**
   * Notes whose visitors these are, once and for ever, and makes what they did before the persons'.
   * @returns those of whose address the directory has nobody
   */
  prove(proofs: readonly VisitorProof[]): Promise<VisitorProof[]> {
    return noteProofs(this.database, proofs);
  }

  /** The address of whom each of these visitors has turned out to be; those who are nobody yet are left out. */
  async known(anonymousIds: readonly string[]): Promise<Map<string, string>> {
    if (anonymousIds.length === 0) return new Map();
    const rows = await this.database.rows<{ anonymous_id: string; email: string }>(
      `select v.anonymous_id, coalesce(p.email, p.address::citext)::text as email
       from cortex.visitors v join cortex.people p using (person_id)
       where v.anonymous_id = any($1::text[]) and p.type is not null`,
      [anonymousIds],
    );
    return new Map(rows.map(({ anonymous_id, email }) => [anonymous_id, email]));
  }
}

/** Each visitor with each address that was proven of it. */
function proofsIn(activities: readonly VisitorActivity[]): VisitorProof[] {
  const found = new Map<string, VisitorProof>();
  for (const { anonymousId, provenEmail, messageId } of activities) {
    const name = JSON.stringify([anonymousId, provenEmail]);
    if (provenEmail !== undefined && !found.has(name)) found.set(name, { anonymousId, provenEmail, messageId });
  }
  return [...found.values()];
}

/**
 * When something happened, as far as a visitor's clock is believed: corrected by how wrong it was when it was sent, never
 * ahead, and never older than the window, which is too old to start anything.
 * @param now milliseconds
 * @returns RFC 3339
 */
const believedInstant = (now: number, occurredAt?: string, sentAt?: string): string =>
  new Date(Math.max(now - WINDOW_MS, correctedInstant(now, occurredAt, sentAt))).toISOString();

/**
 * The same without the window, of a clock that is believed: corrected, and never ahead.
 * @param now milliseconds
 * @returns milliseconds
 */
export function correctedInstant(now: number, occurredAt?: string, sentAt?: string): number {
  if (occurredAt === undefined) return now;
  const skew = sentAt === undefined ? 0 : now - Date.parse(sentAt);
  return Math.min(now, Date.parse(occurredAt) + (Math.abs(skew) > SKEW_MS ? skew : 0));
}
