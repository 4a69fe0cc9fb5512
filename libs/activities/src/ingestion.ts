import { hash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError, Database, LOG, newId, outageOf, turns, type Log } from '#platform';
import { GroupCommit, QueueFull, type Lane } from './group-commit.js';
import { GroupStore } from './group-store.js';
import { InboxBell } from './inbox-bell.js';
import type { IncomingActivity, StoreResult } from './store-activities.js';

/** An activity as it was posted, checked by its contract. */
export interface PostedActivity {
  id?: string;
  contact_email?: string;
  anonymous_id?: string;
  type: string;
  metadata?: Record<string, unknown>;
  occurred_at?: string;
  source?: string;
  external_id?: string;
  history?: boolean;
  /** Of an address that nobody has no lead is made: the activity is then its anonymous visitor's alone. */
  only_known?: boolean;
}

export type { StoreResult };

const GROUP = 500;
const MAX_WAITING = 20_000;
/** Activities that are committed within a millisecond or two, see `GroupCommit`. */
const SMALL = 20;
/** Activities that are made ready in one turn of the event loop. */
const IN_A_TURN = 100;
const DEFAULT_SOURCE = 'api';

/** The same id each time for one source and external id, so that a repeat can be told which activity it repeats. */
function derivedId(source: string, externalId: string): string {
  const hex = hash('sha256', `${source}\u0001${externalId}`, 'hex');
  const variant = '89ab'[parseInt(hex[16]!, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function incoming(posted: PostedActivity): IncomingActivity {
  const source = posted.source ?? DEFAULT_SOURCE;
  const fromOutside = posted.external_id === undefined ? undefined : derivedId(source, posted.external_id);
  const given = posted.id?.toLowerCase();
  return {
    id: given ?? fromOutside ?? newId(),
    keys: [given, fromOutside].filter((key) => key !== undefined),
    email: posted.contact_email ?? null,
    anonymousId: posted.anonymous_id ?? null,
    type: posted.type,
    metadata: posted.metadata ? JSON.stringify(posted.metadata) : '{}',
    occurredAt: posted.occurred_at ?? null,
    source,
    history: posted.history ?? false,
    onlyKnown: posted.only_known ?? false,
  };
}

/** Those of a large request a part at a time, so that others have their turn in between. */
async function readied(activities: readonly PostedActivity[], by = ''): Promise<IncomingActivity[]> {
  const rows: IncomingActivity[] = [];
  await turns.each(by, activities, IN_A_TURN, (activity) => rows.push(incoming(activity)));
  return rows;
}

/**
 * The hot path: activities of concurrent requests are committed together, on two connections, so that who sends little
 * does not wait for a large group. Answers come after the commit; what one activity does wrong stays with it.
 */
@Injectable()
export class Ingestion implements OnApplicationShutdown {
  private readonly group = new GroupCommit<IncomingActivity, StoreResult>((rows, lane) => this.commit(rows, lane), {
    group: GROUP,
    waiting: MAX_WAITING,
    small: SMALL,
  });
  private readonly stores: Record<Lane, GroupStore>;
  private readonly bell: InboxBell;

  constructor(
    database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.stores = {
      main: new GroupStore(database, log, 'cortex ingestion'),
      side: new GroupStore(database, log, 'cortex ingestion beside'),
    };
    this.bell = new InboxBell(database, log);
  }

  /**
   * Stores activities that passed their contract, at most 500 in one call.
   * @param by the key that sends them: whoever sends more than can be stored waits behind nobody but themselves
   * @returns one result each, in order, after the commit
   * @throws AppError 429 when too much is waiting, 503 when it is not known whether they were stored
   */
  async store(activities: readonly PostedActivity[], by?: string): Promise<StoreResult[]> {
    try {
      const isLarge = activities.length > IN_A_TURN;
      return await this.group.submit(isLarge ? await readied(activities, by) : activities.map(incoming), by);
    } catch (error) {
      if (error instanceof QueueFull) {
        const detail =
          'More arrives than can be stored. Nothing of this request was stored. Wait a second and send it again.';
        throw new AppError('too_much_at_once', detail, { facts: { retry_after: 1 } });
      }
      if (outageOf(error) !== 'away') throw error;
      this.log.error({ reason: (error as Error).message }, 'activities: connection to the database failed');
      const detail =
        'The database went away while storing, so the outcome is unclear. Send it again. With an id or an external_id, a repeat is harmless.';
      throw new AppError('database_away', detail);
    }
  }

  /** Whether so much of a key waits already that its next request need not be read. */
  isCrowdedBy(key: string): boolean {
    return this.group.waitingOf(key) >= MAX_WAITING / 2;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.group.idle();
    await this.bell.close();
    await Promise.all([this.stores.main.end(), this.stores.side.end()]);
  }

  private async commit(rows: IncomingActivity[], lane: Lane): Promise<StoreResult[]> {
    const results = await this.stores[lane].store(rows);
    this.bell.ring();
    return results;
  }
}
