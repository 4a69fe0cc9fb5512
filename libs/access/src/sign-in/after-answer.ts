import type { Log } from '#platform';

/**
 * Work that goes on after its request was answered, so that the time of an answer does not tell whether somebody has an
 * address. Whoever ends the program waits for it.
 */
export class AfterAnswer {
  private readonly inHand = new Set<Promise<void>>();

  /** @param failed what the log says when the work fails, of which nobody else hears */
  constructor(
    private readonly log: Log,
    private readonly failed: string,
  ) {}

  begin(work: () => Promise<unknown>): void {
    const going = work().then(
      () => {},
      (error: Error) => this.log.error({ err: error }, this.failed),
    );
    this.inHand.add(going);
    void going.finally(() => this.inHand.delete(going));
  }

  async ended(): Promise<void> {
    await Promise.all(this.inHand);
  }
}
