/** Of the time between two counts, what part counting itself may take. */
const SHARE = 1 / 50;
/** Milliseconds of counting for which a caller is made to wait rather than given what is known. */
const PROMPT = 200;
/** Milliseconds after which what is known is too old for anybody. */
const OLDEST = 10 * 60_000;

/**
 * Figures that take long to count, asked for again and again: counted anew once fifty times as long has passed as
 * counting took, and only once at a time. A small workspace sees them as they are; a large one is not counted all the
 * time, and gets what is known at once.
 */
export class KeptFigures<T> {
  private known: { figures: T; at: number; took: number } | undefined;
  private counting: Promise<T> | undefined;

  /** @param clock milliseconds of a clock that only goes forward */
  constructor(
    private readonly count: () => Promise<T>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  async get(): Promise<T> {
    const { known } = this;
    if (!known) return this.again();
    const age = this.clock() - known.at;
    if (age < known.took / SHARE) return known.figures;
    const next = this.again();
    if (known.took <= PROMPT || age > OLDEST) return next;
    // Whoever asks next sees whether it failed.
    next.catch(() => undefined);
    return known.figures;
  }

  private again(): Promise<T> {
    this.counting ??= this.counted().finally(() => (this.counting = undefined));
    return this.counting;
  }

  private async counted(): Promise<T> {
    const begun = this.clock();
    const figures = await this.count();
    const at = this.clock();
    this.known = { figures, at, took: at - begun };
    return figures;
  }
}
