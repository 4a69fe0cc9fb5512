import { ROWS_PER_CLAIM } from './claim.js';

/** Milliseconds from one claim's beginning to the next one's at most: what pacing may add to an activity's wait. */
const LONGEST = 100;
/** Over how long the rate is averaged. */
const SPAN = 500;
/** Below this rate (activities a second) a claim hardly ever follows another at once. */
const QUIET = 200;

/**
 * How long to let activities gather. A claim costs the same few milliseconds for one activity as for a hundred, so
 * the more arrive the longer it pays to wait for them: a tenth of a millisecond for each that comes in a second.
 * Alone, an activity is matched at once; at a thousand a second they are matched a hundred at a time.
 */
export class ClaimPacing {
  private began = -Infinity;
  private rate = 0;
  private full = false;

  /** Whether so little arrives that looking first is cheaper than claiming. */
  get quiet(): boolean {
    return this.rate < QUIET;
  }

  /** Milliseconds to wait now. What stands there already in plenty waits for nothing. */
  gap(now: number): number {
    if (this.full) return 0;
    return Math.max(0, this.began + Math.min(LONGEST, this.rate / 10) - now);
  }

  /** Takes down a claim of so many activities that began at `now`. */
  matched(activities: number, now: number): void {
    const elapsed = Math.max(1, now - this.began);
    const kept = Math.exp(-elapsed / SPAN);
    // What was matched arrived since the claim before it.
    this.rate = kept * this.rate + (1 - kept) * (activities / (elapsed / 1000));
    this.began = now;
    this.full = activities >= ROWS_PER_CLAIM;
  }
}
