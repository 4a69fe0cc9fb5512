interface Job<Item, Result> {
  items: Item[];
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

interface Line<Item, Result> {
  jobs: Job<Item, Result>[];
  items: number;
}

/** Thrown by `submit` when more is waiting than could be stored soon. */
export class QueueFull extends Error {}

/**
 * Collects what concurrent callers submit and hands it over in groups, one at a time and without a timer: while one
 * group is being committed the next one grows. What one call submits stays together, in order, and in one group.
 * Callers have their turn one after the other, and when too much is waiting, whoever has most there gives way: a flood
 * of one is in its own way only.
 */
export class GroupCommit<Item, Result> {
  /** What waits by caller. */
  private readonly lines = new Map<string, Line<Item, Result>>();
  /** Callers of whom nothing went into the last group. */
  private readonly passedOver = new Set<string>();
  private waitingItems = 0;
  private running: Promise<void> | undefined;

  /**
   * @param commit stores a group and gives one result per item, in order
   * @param limits `group`: items after which a group takes no further job; `waiting`: items that may wait
   */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly limits: { group: number; waiting: number },
  ) {}

  /** @returns the results of these items once they are committed @throws QueueFull, or what `commit` threw */
  submit(items: Item[], by = ''): Promise<Result[]> {
    if (!this.makeRoom(items.length, by)) return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      const line = this.lines.get(by) ?? { jobs: [], items: 0 };
      line.jobs.push({ items, resolve, reject });
      line.items += items.length;
      this.lines.set(by, line);
      this.waitingItems += items.length;
      // A turn later, so that what arrived in the same turn of the event loop is committed together.
      this.running ??= new Promise<void>((turn) => setImmediate(turn)).then(() => this.drain());
    });
  }

  /** Items of a caller that wait. */
  waitingOf(by: string): number {
    return this.lines.get(by)?.items ?? 0;
  }

  /** Resolves when nothing is waiting or being committed. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  /** Refuses the newest of whoever has most waiting, as long as that is more than the newcomer would have. */
  private makeRoom(wanted: number, by: string): boolean {
    while (this.waitingItems + wanted > this.limits.waiting) {
      const own = (this.lines.get(by)?.items ?? 0) + wanted;
      let [longest, line] = ['', { jobs: [] as Job<Item, Result>[], items: 0 }];
      for (const [of, each] of this.lines) if (each.items > line.items) [longest, line] = [of, each];
      if (longest === by || line.items <= own) return false;
      const newest = line.jobs.pop()!;
      this.left(longest, newest.items.length);
      newest.reject(new QueueFull());
    }
    return true;
  }

  private async drain(): Promise<void> {
    while (this.lines.size > 0) {
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

  /**
   * One job of each caller in turn, until the group is full. Whoever has least waiting is first, so that somebody who
   * sends little waits for one group at most; who found no room goes before all the next time.
   */
  private take(): Job<Item, Result>[] {
    const jobs: Job<Item, Result>[] = [];
    let count = 0;
    const rank = ([by, { items }]: [string, Line<Item, Result>]) => (this.passedOver.has(by) ? 0 : items);
    const order = this.lines.size === 1 ? [...this.lines] : [...this.lines].sort((a, b) => rank(a) - rank(b));
    const served = new Set<string>();
    for (let took = true; took;) {
      took = false;
      for (const [by, line] of order) {
        const length = line.jobs[0]?.items.length;
        if (length === undefined) continue;
        if (count > 0 && count + length > this.limits.group) continue;
        count += length;
        jobs.push(line.jobs.shift()!);
        this.left(by, length);
        served.add(by);
        took = true;
      }
    }
    this.passedOver.clear();
    for (const [by] of order) if (!served.has(by)) this.passedOver.add(by);
    return jobs;
  }

  private left(by: string, items: number): void {
    const line = this.lines.get(by)!;
    line.items -= items;
    this.waitingItems -= items;
    if (line.jobs.length === 0) this.lines.delete(by);
  }
}
