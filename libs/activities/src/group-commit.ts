interface Job<Item, Result> {
  items: Item[];
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

/** Thrown by `submit` when more is waiting than could be stored soon. */
export class QueueFull extends Error {}

/**
 * Collects what concurrent callers submit and hands it over in groups, one at a time and without a timer: while one
 * group is being committed the next one grows. A caller's items stay together, in order, and in one group.
 */
export class GroupCommit<Item, Result> {
  private waiting: Job<Item, Result>[] = [];
  private waitingItems = 0;
  private running: Promise<void> | undefined;

  /**
   * @param commit stores a group and gives one result per item, in order
   * @param limits `group`: items after which a group takes no further caller; `waiting`: items that may wait
   */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly limits: { group: number; waiting: number },
  ) {}

  /** @returns the results of these items once they are committed @throws QueueFull, or what `commit` threw */
  submit(items: Item[]): Promise<Result[]> {
    if (this.waitingItems + items.length > this.limits.waiting) return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      this.waitingItems += items.length;
      // A turn later, so that what arrived in the same turn of the event loop is committed together.
      this.running ??= new Promise<void>((turn) => setImmediate(turn)).then(() => this.drain());
    });
  }

  /** Resolves when nothing is waiting or being committed. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const jobs = this.take();
      const items = jobs.length === 1 ? jobs[0]!.items : jobs.flatMap((job) => job.items);
      try {
        const results = await this.commit(items);
        let at = 0;
        for (const job of jobs) job.resolve(results.slice(at, (at += job.items.length)));
      } catch (error) {
        for (const job of jobs) job.reject(error);
      }
    }
    this.running = undefined;
  }

  private take(): Job<Item, Result>[] {
    let count = 1;
    let items = this.waiting[0]!.items.length;
    while (count < this.waiting.length && items + this.waiting[count]!.items.length <= this.limits.group) {
      items += this.waiting[count++]!.items.length;
    }
    this.waitingItems -= items;
    return this.waiting.splice(0, count);
  }
}
