import { Injectable } from '@nestjs/common';
import { adminAddresses } from '#contracts';
import { AppError, Clock, Database, openAttention } from '#platform';

/**
 * How much may come from pages, in units: one for an activity, and one more for each further KiB of it. A visitor is
 * a network address, since all else that a page says of itself can be made up.
 */
const PER_VISITOR_AND_MINUTE = 600;
const PER_KEY_AND_MINUTE = 30_000;
export const PER_KEY_AND_DAY = 1_000_000;

/** What a process takes of a key's day at once, so that not each request asks the database. */
const RESERVED = 1000;
const MAX_VISITORS = 50_000;
const MINUTE_MS = 60_000;
const DAYS_KEPT = 7;

interface Reserved {
  day: string;
  left: number;
  /** Milliseconds of the clock until which the day is known to be full. */
  fullUntil: number;
}

/** The units of an activity with metadata. */
export const unitsOf = (activity: object): number => Math.max(1, Math.ceil(JSON.stringify(activity).length / 1024));

/** Bounds what a write key may record: by visitor and minute, by minute (both in each process), and by day in all. */
@Injectable()
export class VisitLimits {
  private minute = 0;
  private counts = new Map<string, number>();
  private readonly days = new Map<string, Reserved>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes units of a key for a visitor.
   * @param network whose requests are counted together, see `networkOf` of #access
   * @throws AppError 429 with the seconds to wait, nothing was taken of the day then; 413 for more than fits into a minute
   */
  async take(key: { id: string; name: string }, network: string, units: number): Promise<void> {
    if (units > PER_VISITOR_AND_MINUTE)
      throw new AppError(
        'too_large',
        'This is more than a visitor may record within a minute. Send it in several requests, or with a server key.',
      );
    const now = this.clock.now().getTime();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.counts = new Map();
    }
    this.count(this.visitorOf(key.id, network), units, PER_VISITOR_AND_MINUTE, now);
    this.count(key.id, units, PER_KEY_AND_MINUTE, now);
    await this.takeOfDay(key, units, now);
  }

  /**
   * Refuses a request before its body is read, when its visitor or its key has had its share.
   * @throws AppError 429 as `take`
   */
  assertRoom(keyId: string, network: string): void {
    const now = this.clock.now().getTime();
    const day = this.days.get(keyId);
    if (day && day.left < 1 && day.fullUntil > now) throw dayIsFull();
    if (Math.floor(now / MINUTE_MS) !== this.minute) return;
    for (const [of, most] of [
      [this.visitorOf(keyId, network), PER_VISITOR_AND_MINUTE],
      [keyId, PER_KEY_AND_MINUTE],
    ] as const)
      if ((this.counts.get(of) ?? 0) >= most) throw tooManyInMinute(secondsLeft(now));
  }

  /** When there are more visitors than are told apart, the others share what one may. */
  private visitorOf(keyId: string, network: string): string {
    const own = `${keyId} ${network}`;
    return this.counts.has(own) || this.counts.size < MAX_VISITORS ? own : `${keyId} others`;
  }

  private count(of: string, units: number, most: number, now: number): void {
    const count = (this.counts.get(of) ?? 0) + units;
    // Nothing more in this minute: what follows is refused before it is read.
    this.counts.set(of, Math.min(count, most));
    if (count > most) throw tooManyInMinute(secondsLeft(now));
  }

  private async takeOfDay(key: { id: string; name: string }, units: number, now: number): Promise<void> {
    const day = new Date(now).toISOString().slice(0, 10);
    const kept = this.days.get(key.id);
    if (kept?.day === day) {
      if (kept.left >= units) {
        kept.left -= units;
        return;
      }
      if (kept.fullUntil > now) throw dayIsFull();
    }
    const taken = await this.reserve(key, day, kept?.day !== day);
    const current = this.days.get(key.id);
    const left = current?.day === day ? current.left : 0;
    if (!taken) {
      this.days.set(key.id, { day, left, fullUntil: now + MINUTE_MS });
      throw dayIsFull();
    }
    this.days.set(key.id, { day, left: left + RESERVED - units, fullUntil: 0 });
  }

  /** @returns whether the key's day had room for it */
  private reserve(key: { id: string; name: string }, day: string, isFirst: boolean): Promise<boolean> {
    return this.database.tx(async (tx) => {
      if (isFirst) await tx.run('delete from cortex.write_key_days where day < $1::date - $2::int', [day, DAYS_KEPT]);
      const row = await tx.row(
        `insert into cortex.write_key_days as d (key_id, day, taken) values ($1, $2, $3)
         on conflict (key_id, day) do update set taken = d.taken + excluded.taken
           where d.taken + excluded.taken <= $4
         returning taken`,
        [key.id, day, RESERVED, PER_KEY_AND_DAY],
      );
      if (row) return true;
      await openAttention(tx, {
        key: `write_key_full:${key.id}`,
        kind: 'write_key_full',
        title: `The write key “${key.name}” has recorded all that it may in a day`,
        detail:
          'A write key takes a million activities a day (longer ones count more). What pages send beyond that is refused until midnight UTC. If nobody expects so many, revoke the key and make another one.',
        action: { label: 'Look at the keys', href: adminAddresses.settings('keys') },
        facts: { key_id: key.id, day },
      });
      return false;
    });
  }
}

const tooMany = (detail: string, retryAfter: number): AppError =>
  new AppError('too_many_requests', `${detail} Nothing of this request was stored. Send it again later.`, {
    facts: { retry_after: retryAfter },
  });

const secondsLeft = (now: number): number => Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000);

const tooManyInMinute = (retryAfter: number): AppError =>
  tooMany('Too many activities came from here within a minute.', retryAfter);

const dayIsFull = (): AppError => tooMany('This key has recorded all that it may today.', 3600);
