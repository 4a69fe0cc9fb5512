const firstPause = 500;
const longestPause = 60_000;

/**
 * How long this process waits before it calls Postmark again. Every failed call doubles the pause, every good answer
 * halves it; Postmark says neither its limit nor when to come back.
 */
export class CallBackoff {
  private pause = 0;
  private until = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  ready(): boolean {
    return this.now() >= this.until;
  }

  /** Milliseconds until the next call may be made. */
  get wait(): number {
    return Math.max(0, this.until - this.now());
  }

  failed(): void {
    // Several calls in flight that fail together count as one.
    if (this.pause > 0 && !this.ready()) return;
    this.pause = Math.min(Math.max(this.pause * 2, firstPause), longestPause);
    this.until = this.now() + this.pause;
  }

  succeeded(): void {
    this.pause = this.pause <= firstPause ? 0 : this.pause / 2;
  }
}
