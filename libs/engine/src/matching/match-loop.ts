import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { ClaimPacing } from '../inbox/claim-pacing.js';
import { InboxListener } from '../inbox/inbox-listener.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { matchIsolated } from './match-isolated.js';
import { Match } from './match.js';

/** Milliseconds; the HTTP path notifies, so this is what database triggers and steps wait at most. */
const IDLE_PAUSE = 250;
const ANYTHING_IN = 'select 1 from cortex.activity_inbox order by seq limit 1';

/** Matches what stands in the inbox, as soon as it is there. */
@Injectable()
export class MatchLoop implements Loop {
  readonly name = 'match';
  private readonly loop: RepeatingLoop;
  private readonly listener: InboxListener;
  private readonly match: Match;
  private readonly pacing = new ClaimPacing();

  constructor(
    private readonly database: Database,
    versions: EngineVersions,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.match = new Match({ database, versions, log });
    this.loop = new RepeatingLoop({
      name: this.name,
      work: (signal) => this.paced(signal),
      idle: IDLE_PAUSE,
      poll: { database, due: `exists (${ANYTHING_IN})` },
      log,
    });
    this.listener = new InboxListener(database, log, () => this.loop.wake());
  }

  start(): void {
    this.listener.start();
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.listener.stop();
    await this.loop.stop();
  }

  /** One claim. Answers whether there may be more. */
  async once(): Promise<boolean> {
    return (await this.claim()) > 0;
  }

  private async paced(signal: AbortSignal): Promise<boolean> {
    const gap = this.pacing.gap(performance.now());
    if (gap > 0) await pause(gap, undefined, { signal }).catch(() => undefined);
    const began = performance.now();
    const matched = await this.claim();
    this.pacing.matched(matched, began);
    return matched > 0;
  }

  private async claim(): Promise<number> {
    // One statement instead of a transaction while nothing is there.
    if (this.pacing.quiet && !(await this.database.row(ANYTHING_IN))) return 0;
    return matchIsolated(this.database, this.match, this.log);
  }
}
