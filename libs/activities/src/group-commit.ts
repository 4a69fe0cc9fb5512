interface Job<Item, Result> {
  by: string;
  items: Item[];
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

interface Line<Item, Result> {
  jobs: Job<Item, Result>[];
  items: number;
}

type Waiting<Item, Result> = [by: string, line: Line<Item, Result>];

/**
 * `main`: where everything is committed, one group after the other; `side`: where those who send little are committed
 * while the group on `main` is of those who send much.
 */
export type Lane = 'main' | 'side';

/** Thrown by `submit` when more is waiting than could be stored soon. */
export class QueueFull extends Error {}

/**
 * Collects what concurrent callers submit and hands it over in groups, without a timer: while one group is being
 * committed the next one grows. What one call submits stays together, in order, and in one group; a caller is in one
 * group at a time, so what they submit is committed in their order. Callers have their turn one after the other, whoever
 * sends little does not wait for a group of those who send much, and when too much is waiting, whoever has most there gives way:
 * a flood of one is in its own way only.
 */
export class GroupCommit<Item, Result> {
  /** What waits by caller. */
  private readonly lines = new Map<string, Line<Item, Result>>();
  /** Callers of whom nothing went into the last group of `main`. */
  private readonly passedOver = new Set<string>();
  /** Callers of whom something is being committed. */
  private readonly committing = new Set<string>();
  private readonly running = new Map<Lane, Promise<void>>();
  /** Whether the group on `main` is of those who send much. */
  private isFlooded = false;
  private waitingItems = 0;
  private turn: Promise<void> | undefined;

  /**
   * @param commit stores a group and gives one result per item, in order; at most once at a time on each lane
   * @param limits `group`: items after which a group takes no further job; `waiting`: items that may wait; `small`: a
   *   caller of whom no more wait sends little, and a group of no more is over soon. Without it there is no `side`
   */
  constructor(
    private readonly commit: (items: Item[], lane: Lane) => Promise<Result[]>,
    private readonly limits: { group: number; waiting: number; small?: number },
  ) {}

  /** @returns the results of these items once they are committed @throws QueueFull, or what `commit` threw */
  submit(items: Item[], by = ''): Promise<Result[]> {
    if (!this.makeRoom(items.length, by)) return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      const line = this.lines.get(by) ?? { jobs: [], items: 0 };
      line.jobs.push({ by, items, resolve, reject });
      line.items += items.length;
      this.lines.set(by, line);
      this.waitingItems += items.length;
      // A turn later, so that what arrived in the same turn of the event loop is committed together.
      this.turn ??= new Promise<void>((turn) => setImmediate(turn)).then(() => {
        this.turn = undefined;
        this.go();
      });
    });
  }

  /** Items of a caller that wait. */
  waitingOf(by: string): number {
    return this.lines.get(by)?.items ?? 0;
  }

  /** Resolves when nothing is waiting or being committed. */
  async idle(): Promise<void> {
    for (let next = this.next(); next; next = this.next()) await next;
  }

  private next(): Promise<void> | undefined {
    return this.turn ?? [...this.running.values()][0];
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

  /** Begins what can begin now. */
  private go(): void {
    if (!this.running.has('main')) {
      const free = this.free();
      const large = free.filter((waiting) => !this.isSmall(waiting));
      this.isFlooded = large.length > 0;
      this.begin('main', this.takeFairly(this.isFlooded ? large : free));
    }
    if (this.isFlooded && !this.running.has('side'))
      this.begin('side', this.take(this.free().filter(this.isSmall), this.small));
  }

  private get small(): number {
    return this.limits.small ?? Infinity;
  }

  private readonly isSmall = ([, { items }]: Waiting<Item, Result>): boolean => items <= this.small;

  /** Those of whom nothing is being committed. */
  private free(): Waiting<Item, Result>[] {
    return [...this.lines].filter(([by]) => !this.committing.has(by));
  }

  private begin(lane: Lane, jobs: readonly Job<Item, Result>[]): void {
    if (jobs.length === 0) return;
    const items = jobs.length === 1 ? jobs[0]!.items : jobs.flatMap((job) => job.items);
    for (const { by } of jobs) this.committing.add(by);
    const done = this.settle(items, jobs, lane).then(() => {
      this.running.delete(lane);
      for (const { by } of jobs) this.committing.delete(by);
      this.go();
    });
    this.running.set(lane, done);
  }

  private async settle(items: Item[], jobs: readonly Job<Item, Result>[], lane: Lane): Promise<void> {
    try {
      const results = await this.commit(items, lane);
      let at = 0;
      for (const job of jobs) job.resolve(results.slice(at, (at += job.items.length)));
    } catch (error) {
      for (const job of jobs) job.reject(error);
    }
  }

  /**
   * A group of `main`. Whoever has least waiting is first, so that somebody who sends little waits for one group at most;
   * who found no room goes before all the next time.
   */
  private takeFairly(waiting: Waiting<Item, Result>[]): Job<Item, Result>[] {
    const rank = ([by, { items }]: Waiting<Item, Result>) => (this.passedOver.has(by) ? 0 : items);
    if (waiting.length > 1) waiting.sort((a, b) => rank(a) - rank(b));
    const jobs = this.take(waiting, this.limits.group);
    const served = new Set(jobs.map(({ by }) => by));
    this.passedOver.clear();
    for (const [by] of waiting) if (!served.has(by)) this.passedOver.add(by);
    return jobs;
  }

  /** One job of each in turn, in the order given, until the group is full. */
  private take(waiting: readonly Waiting<Item, Result>[], most: number): Job<Item, Result>[] {
    const jobs: Job<Item, Result>[] = [];
    let count = 0;
    for (let took = true; took;) {
      took = false;
      for (const [by, line] of waiting) {
        const length = line.jobs[0]?.items.length;
        if (length === undefined) continue;
        if (count > 0 && count + length > most) continue;
        count += length;
        jobs.push(line.jobs.shift()!);
        this.left(by, length);
        took = true;
      }
    }
    return jobs;
  }

  private left(by: string, items: number): void {
    const line = this.lines.get(by)!;
    line.items -= items;
    this.waitingItems -= items;
    if (line.jobs.length === 0) this.lines.delete(by);
  }
}
