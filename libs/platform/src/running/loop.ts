import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/tx.js';
import type { PolledWork } from '../db/work-poll.js';
import type { Log } from '../log/log.js';
import { pauseAfter, type RetryLaw } from './retry.js';

/** Work that a worker does again and again by itself; any number of workers may run the same one. */
export interface Loop {
  readonly name: string;
  start(): void;
  /** Comes back when what was in hand is finished. */
  stop(): Promise<void>;
}

export interface RepeatSettings {
  name: string;
  /** One round. Answers whether there may be more to do at once. */
  work(signal: AbortSignal): Promise<boolean>;
  /** Milliseconds between rounds when there was nothing to do, or between two looks of the poll. */
  idle: number;
  /** For work that rows tell of: the process's one poll looks for them, and a round comes when there are some. */
  poll?: Pick<PolledWork, 'due' | 'mark'> & { database: Database };
  log: Log;
}

/** Seconds. */
const LONGEST_PAUSE = 10;
/** Seconds between rounds that nobody asked for, where there is a poll. */
const UNASKED = 60;

/** Repeats one piece of work; an error is logged and makes it wait longer, up to ten seconds, and ends nothing. */
export class RepeatingLoop implements Loop {
  readonly name: string;
  /** Each error in a row doubles the pause; it is tried for ever. */
  private readonly law: RetryLaw;
  private readonly stopping = new AbortController();
  private nap = new AbortController();
  private running: Promise<void> | undefined;
  private leavePoll: (() => Promise<void>) | undefined;
  private errors = 0;

  constructor(private readonly settings: RepeatSettings) {
    this.name = settings.name;
    const first = settings.idle / 1000;
    this.law = { tries: Number.POSITIVE_INFINITY, first, factor: 2, longest: Math.max(LONGEST_PAUSE, first) };
  }

  start(): void {
    if (this.running) return;
    const { poll, idle } = this.settings;
    // After an error it waits for its own pause to be over, however much there is to do.
    const wake = () => this.errors === 0 && this.wake();
    if (poll) this.leavePoll = poll.database.workPoll.join({ due: poll.due, mark: poll.mark, every: idle, wake });
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
    await this.leavePoll?.();
  }

  /** Ends the present pause, because there is something to do now. */
  wake(): void {
    this.nap.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Made before the work, so that a call of wake() during it is not lost.
      this.nap = new AbortController();
      let more = false;
      try {
        more = await this.settings.work(signal);
        this.errors = 0;
      } catch (error) {
        this.errors += 1;
        const { log, name } = this.settings;
        log.error(
          { loop: name, errors: this.errors, reason: (error as Error).message },
          'a loop met an error and goes on',
        );
      }
      if (more) continue;
      const unasked = this.errors === 0 && this.settings.poll;
      const rest = unasked ? UNASKED : pauseAfter(this.law, this.errors + 1)!;
      await pause(rest * 1000, undefined, { signal: this.nap.signal }).catch(() => undefined);
    }
  }
}
