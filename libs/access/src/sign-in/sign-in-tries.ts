import { createHmac, hkdfSync } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { AppError, type Database, type Tx } from '#platform';
import type { Realm } from './realms.js';

/** What tries are counted for. */
export type TryKind = 'account' | 'address' | 'device' | 'code' | 'code_device' | 'reset' | 'reset_address';

interface Law {
  /** Tries that need not wait. */
  free: number;
  /** Seconds to wait after the first that is not free; it doubles up to `most`. */
  first: number;
  most: number;
  /** Seconds without a try after which the count begins anew. */
  forget: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * How often something may be tried. The law of an account bounds whoever guesses from many addresses: about a hundred
 * guesses a day. An address is often a whole office behind one proxy, so it may fail more often. A device that its owner
 * has signed in on before has a count of its own, so that nobody can lock them out.
 */
const laws: Record<TryKind, Law> = {
  account: { free: 5, first: 5, most: 15 * MINUTE, forget: 24 * HOUR },
  address: { free: 30, first: 5, most: 15 * MINUTE, forget: 15 * MINUTE },
  device: { free: 5, first: 5, most: 15 * MINUTE, forget: HOUR },
  code: { free: 5, first: 10, most: HOUR, forget: 24 * HOUR },
  code_device: { free: 5, first: 10, most: HOUR, forget: 24 * HOUR },
  reset: { free: 3, first: 10 * MINUTE, most: HOUR, forget: 24 * HOUR },
  reset_address: { free: 10, first: MINUTE, most: HOUR, forget: HOUR },
};

/** What one try counts for: a kind, and whose it is. */
export type TryOf = readonly [TryKind, string];

/** Whatever is made up outside ends in one of these many rows. */
const slots = 2 ** 20;

/** Who shares an address: of IPv6 a whole network belongs to one customer. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1]!;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return all
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** Counts tries in the database, so that they hold over several processes and a restart. */
export class SignInTries {
  private readonly key: Buffer;

  constructor(
    realm: Realm,
    private readonly database: Database,
    secret: string,
  ) {
    // Of a key of its own, so that a customer's tries count for no colleague of the same address.
    const about = realm === 'staff' ? 'cortex sign-in tries' : `cortex ${realm} sign-in tries`;
    this.key = Buffer.from(hkdfSync('sha256', secret, '', about, 32));
  }

  /**
   * Counts a try before it is made, so that a thousand at the same moment do not all get through.
   * @returns how many there were of each, this one included
   * @throws AppError 429 with the seconds to wait; then nothing was counted
   */
  async begin(of: readonly TryOf[]): Promise<Map<TryKind, number>> {
    // By itself, so that what it locks is free again before this try is counted.
    await this.prune();
    return this.database.tx(async (tx) => {
      const counts = new Map<TryKind, number>();
      // In one order, so that two requests never wait for each other.
      for (const one of this.sorted(of)) counts.set(one.kind, await this.count(tx, one));
      return counts;
    });
  }

  /**
   * Counts a request for a link by mail, before anything is looked up.
   * @returns whether this address may get one more mail now
   * @throws AppError 429 when too many were asked for from one network
   */
  async mayBeMailed(email: string, ip: string): Promise<boolean> {
    await this.begin([['reset_address', networkOf(ip)]]);
    try {
      await this.begin([['reset', email.toLowerCase()]]);
      return true;
    } catch (error) {
      // Said to nobody: the answer is the same for every address.
      if (error instanceof AppError && error.code === 'too_many_attempts') return false;
      throw error;
    }
  }

  /** Takes back what `begin` counted: this try was no guess. */
  async takeBack(of: readonly TryOf[]): Promise<void> {
    for (const { slot } of this.sorted(of)) {
      await this.database.run(
        `update cortex.sign_in_tries set tries = greatest(tries - 1, 0), blocked_until = null where key = $1`,
        [slot],
      );
    }
  }

  /** Forgets the tries: whoever made them is the right person. */
  async forget(of: readonly TryOf[], on: Pick<Tx, 'run'> = this.database): Promise<void> {
    for (const { slot } of this.sorted(of)) await on.run('delete from cortex.sign_in_tries where key = $1', [slot]);
  }

  private sorted(of: readonly TryOf[]): { kind: TryKind; slot: Buffer }[] {
    return of
      .map(([kind, whose]) => ({ kind, slot: this.slotOf(kind, whose) }))
      .sort((a, b) => Buffer.compare(a.slot, b.slot));
  }

  private slotOf(kind: TryKind, whose: string): Buffer {
    const hash = createHmac('sha256', this.key).update(`${kind} ${whose}`).digest();
    const slot = Buffer.alloc(5);
    slot[0] = Object.keys(laws).indexOf(kind);
    slot.writeUInt32BE(hash.readUInt32BE(0) % slots, 1);
    return slot;
  }

  private async count(tx: Tx, { kind, slot }: { kind: TryKind; slot: Buffer }): Promise<number> {
    const { free, first, most, forget } = laws[kind];
    const row = await tx.row<{ tries: number }>(
      `insert into cortex.sign_in_tries as t (key, tries, last_at) values ($1, 1, cortex.now())
       on conflict (key) do update
       set (tries, last_at, blocked_until) = (
         select n, cortex.now(),
           case when n >= $2 then cortex.now() + make_interval(secs => least($4, $3 * 2 ^ least(n - $2, 20))) end
         from (select case when t.last_at < cortex.now() - make_interval(secs => $5) then 1 else t.tries + 1 end as n) c)
       where t.blocked_until is null or t.blocked_until <= cortex.now()
       returning tries`,
      [slot, free, first, most, forget],
    );
    if (row) return row.tries;
    const blocked = await tx.row<{ seconds: number }>(
      `select greatest(1, ceil(extract(epoch from blocked_until - cortex.now())))::int as seconds
       from cortex.sign_in_tries where key = $1`,
      [slot],
    );
    const seconds = blocked?.seconds ?? 1;
    throw new AppError('too_many_attempts', `Too many attempts. Wait ${waitOf(seconds)} and try again.`, {
      facts: { retry_after: seconds },
    });
  }

  /** A few old rows go with each try, so that there are never more than a day's. */
  private async prune(): Promise<void> {
    await this.database.run(
      `delete from cortex.sign_in_tries where ctid = any (array(
         select ctid from cortex.sign_in_tries where last_at < cortex.now() - interval '1 day'
         order by last_at limit 20 for update skip locked))`,
    );
  }
}

const waitOf = (seconds: number): string =>
  seconds < 90 ? `${seconds} ${seconds === 1 ? 'second' : 'seconds'}` : `${Math.ceil(seconds / 60)} minutes`;
