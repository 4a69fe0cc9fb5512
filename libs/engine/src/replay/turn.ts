import { setImmediate as breathe } from 'node:timers/promises';

/** Milliseconds of work after which others get their turn. */
const TURN = 12;

/** Keeps work that goes on for long from holding up the event loop: whoever works asks at each small piece. */
export class Turn {
  private began = performance.now();

  /** Lets everybody else go on first when this turn has lasted long enough. */
  async pause(): Promise<void> {
    if (performance.now() - this.began < TURN) return;
    await breathe();
    this.began = performance.now();
  }
}
