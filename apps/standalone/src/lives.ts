import { pauseAfter, type RetryLaw } from '#platform';

/** How often a process is started again: pauses that grow with each death in a row, and an end to it. */
export interface Lives {
  law: RetryLaw;
  /** Milliseconds after which a process counts as healthy, so that its next death is the first one again. */
  healthy: number;
}

/** Counts the deaths of one process in a row. */
export class Deaths {
  private row = 0;

  constructor(private readonly lives: Lives) {}

  /**
   * @param lived milliseconds from its start to its death
   * @returns milliseconds until it is started again; undefined when it has died too often
   */
  add(lived: number): number | undefined {
    this.row = lived >= this.lives.healthy ? 1 : this.row + 1;
    const seconds = pauseAfter(this.lives.law, this.row);
    return seconds === undefined ? undefined : seconds * 1000;
  }

  get inARow(): number {
    return this.row;
  }
}
