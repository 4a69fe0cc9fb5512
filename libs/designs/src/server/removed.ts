/** What cleaning left out, and how often. */
export interface Removed {
  what: string;
  count: number;
}

/** Counts what is left out, in words for the person who brought it. */
export class RemovedCount {
  private readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    const known = this.counts.has(what) || this.counts.size < 100;
    if (known && times > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  get all(): Removed[] {
    return [...this.counts].map(([what, count]) => ({ what, count }));
  }
}
