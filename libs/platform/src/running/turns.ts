/**
 * Turns of the event loop for work that a large request makes: in each round of the loop one part of it is done, a
 * millisecond at most, whoever's it is, so that what others send is answered in between. Callers have their turn one
 * after the other.
 */
export class Turns {
  /** Who waits by caller; whose turn is next stands first. */
  private readonly lines = new Map<string, (() => void)[]>();

  /** Resolves when it is this caller's turn. Whoever has more to do than a part asks again. */
  next(by: string): Promise<void> {
    return new Promise((begin) => {
      const isFirst = this.lines.size === 0;
      const line = this.lines.get(by);
      if (line) line.push(begin);
      else this.lines.set(by, [begin]);
      if (isFirst) setImmediate(() => this.give());
    });
  }

  /** Does something with each of many, in order, so many in a turn. */
  async each<T>(by: string, many: readonly T[], inATurn: number, work: (one: T, at: number) => unknown): Promise<void> {
    for (let from = 0; from < many.length; from += inATurn) {
      await this.next(by);
      const until = Math.min(many.length, from + inATurn);
      for (let at = from; at < until; at += 1) work(many[at]!, at);
    }
  }

  private give(): void {
    const [by, line] = [...this.lines][0]!;
    const begin = line.shift()!;
    // Behind the others.
    this.lines.delete(by);
    if (line.length > 0) this.lines.set(by, line);
    if (this.lines.size > 0) setImmediate(() => this.give());
    begin();
  }
}

/** Those of this process: there is one event loop. */
export const turns = new Turns();
