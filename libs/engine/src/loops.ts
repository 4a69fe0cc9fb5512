import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { EngineVersions } from './versions/engine-versions.js';
import { Inbox } from './inbox/inbox-listener.js';
import { Gathering } from './inbox/claim-pacing.js';
import { matchIsolated, retryPutAside, wakeIsolated } from './matching/isolate.js';
import { Match } from './matching/match.js';
import { Wake } from './waking/wake.js';

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
  private readonly gathering = new Gathering();

  constructor(
    private readonly database: Database,
    versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.match = new Match(database, versions, log);
    this.loop = new RepeatingLoop({ name: this.name, work: (signal) => this.paced(signal), idle: MATCH_PAUSE, log });
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
    return (await this.claim()) > 0;
  }

  private async paced(signal: AbortSignal): Promise<boolean> {
    const gap = this.gathering.gap(performance.now());
    if (gap > 0) await pause(gap, undefined, { signal }).catch(() => undefined);
    const began = performance.now();
    const matched = await this.claim();
    this.gathering.matched(matched, began);
    return matched > 0;
  }

  private async claim(): Promise<number> {
    // One statement instead of a transaction while nothing is there.
    if (this.gathering.quiet && !(await this.database.row('select 1 from cortex.activity_inbox limit 1'))) return 0;
    return matchIsolated(this.database, this.match, this.log);
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
