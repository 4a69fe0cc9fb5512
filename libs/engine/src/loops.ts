import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { EngineVersions } from './engine-versions.js';
import { Inbox } from './inbox-listener.js';
import { matchIsolated, retryPutAside, wakeIsolated } from './isolate.js';
import { Match } from './match.js';
import { Wake } from './wake.js';

/** Milliseconds; the HTTP path notifies, so this is what database triggers and steps wait at most. */
const MATCH_PAUSE = 250;
const WAKE_PAUSE = 500;
const RETRY_PAUSE = 20_000;

/** Matches what stands in the inbox, as soon as it is there. */
@Injectable()
export class MatchLoop implements Loop {
  readonly name = 'match';
  private readonly loop: RepeatingLoop;
  private readonly inbox: Inbox;
  private readonly match: Match;

  constructor(
    private readonly database: Database,
    versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.match = new Match(database, versions, log);
    this.loop = new RepeatingLoop({ name: this.name, work: () => this.once(), idle: MATCH_PAUSE, log });
    this.inbox = new Inbox(database, log, () => this.loop.wake());
  }

  start(): void {
    this.inbox.start();
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.inbox.stop();
    await this.loop.stop();
  }

  /** One claim. Answers whether there may be more. */
  async once(): Promise<boolean> {
    if (!(await this.database.row('select 1 from cortex.activity_inbox limit 1'))) return false;
    return (await matchIsolated(this.database, this.match, this.log)) > 0;
  }
}

/** Moves runs whose wait is over. */
@Injectable()
export class WakeLoop implements Loop {
  readonly name = 'wake';
  private readonly loop: RepeatingLoop;
  private readonly retries: RepeatingLoop;
  private readonly wake: Wake;

  constructor(
    database: Database,
    versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.wake = new Wake(database, versions, log);
    this.loop = new RepeatingLoop({ name: this.name, work: () => this.once(), idle: WAKE_PAUSE, log });
    this.retries = new RepeatingLoop({
      name: 'retry',
      work: async () => {
        await retryPutAside(database);
        return false;
      },
      idle: RETRY_PAUSE,
      log,
    });
  }

  start(): void {
    this.loop.start();
    this.retries.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.loop.stop(), this.retries.stop()]);
  }

  /** One claim. Answers whether there may be more. */
  async once(): Promise<boolean> {
    return (await wakeIsolated(this.wake, this.log)) > 0;
  }
}
