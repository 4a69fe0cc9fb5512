/** What the law goes by, in milliseconds; tests own it. */
export interface ShareClock {
  now(): number;
  /** Calls `then` once so much later. @returns what calls it off */
  after(ms: number, then: () => void): () => void;
}

/** Of the time of this process: what one sender may take, always. */
const SHARE = 0.1;
/** What a sender may take at once above that; a flood is over when half of it is there again. Milliseconds of work. */
const BURST_MS = 100;
/** How long somebody counts as there after they sent something. */
const THERE_MS = 10_000;
/** Work that one turn of the floods lets in, so that single activities are still committed together. */
const TURN_MS = 2;
/** A turn is over then, also for those who do not send what they announced. */
const LONGEST_TURN_MS = 250;
/** So many times as long as a turn took, the process belongs to the others: a tenth of the time is the floods'. */
const RESTS = 9;
/** How long a request of a flood is held before it is refused. */
const HELD_MS = 1000;
/** Requests that are held, of all and of one sender. */
const MOST_HELD = 512;
const MOST_HELD_OF_ONE = 128;
/** Senders that are remembered before those who were quiet are forgotten. */
const REMEMBERED = 1000;

/** What a sender has left, in milliseconds of work. */
interface Account {
  left: number;
  seen: number;
  isFlood: boolean;
}

interface Held {
  by: string;
  work: number;
  until: number;
  decide: (mayComeIn: boolean) => void;
}

interface Turn {
  began: number;
  inHand: number;
}

/** What a request is told that comes in, or has to wait: `left` must be called once, when it is answered or gone. */
export interface Entry {
  /** Absent: it comes in at once. Else whether it comes in, once that is known; a refusal was held for a second. */
  later?: Promise<boolean>;
  left(): void;
}

/**
 * Keeps a flood in its own way only. Every sender has a share of this process, a tenth of its time, and whoever stays in
 * it comes in at once. Whoever takes more is a flood. As long as nobody is there who stays in their share, floods have all
 * there is. While somebody is, all floods together have a tenth: they come in by turns, one short turn at a time, and nine
 * times as long as a turn took the process is the others'. In between their requests are held, unread. A request that was
 * held for a second is refused, and so is one too many to be held.
 */
export class FairShares {
  private readonly accounts = new Map<string, Account>();
  /** What is held by sender; whose turn is next stands first. */
  private readonly lines = new Map<string, Held[]>();
  private held = 0;
  private turn: Turn | undefined;
  private restsUntil = 0;
  /** Until when somebody is there who stays in their share. */
  private sharedUntil = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly clock: ShareClock) {}

  /**
   * Says whether a request may come in.
   * @param work that the request will make, in milliseconds, as well as it can be known
   * @param isKnown whether it is sure whose it is: a stranger slows nobody down
   * @returns nothing when it must be refused: too many of its sender, or of all, are held
   */
  enter(by: string, work: number, isKnown = true): Entry | undefined {
    const account = this.accountOf(by);
    if (!account.isFlood) {
      if (isKnown) this.sharedUntil = account.seen + THERE_MS;
      this.charge(by, work);
      return { left: nothing };
    }
    if (!this.isShared()) {
      account.left = Math.max(0, account.left - work);
      return { left: nothing };
    }
    const line = this.lines.get(by);
    if (this.held >= MOST_HELD || (line?.length ?? 0) >= MOST_HELD_OF_ONE) return undefined;
    return this.hold(by, work, line);
  }

  /** Counts a sender as there of whom it turned out only later that it sent something. */
  isThere(by: string): void {
    const account = this.accountOf(by);
    if (!account.isFlood) this.sharedUntil = account.seen + THERE_MS;
  }

  /** Counts work of somebody that was not known when their request came in. */
  charge(by: string, work: number): void {
    const account = this.accountOf(by);
    account.left -= work;
    if (account.left >= 0) return;
    account.left = 0;
    if (account.isFlood) return;
    account.isFlood = true;
    this.findOthers();
  }

  /** Whether a sender takes more than its share. */
  isFlood(by: string): boolean {
    return this.accounts.get(by)?.isFlood ?? false;
  }

  private isShared(): boolean {
    return this.clock.now() < this.sharedUntil;
  }

  private accountOf(by: string): Account {
    const now = this.clock.now();
    const known = this.accounts.get(by);
    if (!known) {
      if (this.accounts.size >= REMEMBERED) this.forgetQuiet(now);
      const account = { left: BURST_MS, seen: now, isFlood: false };
      this.accounts.set(by, account);
      return account;
    }
    // Of whom something waits, more was wanted than there is.
    if (!this.lines.has(by)) known.left = Math.min(BURST_MS, known.left + (now - known.seen) * SHARE);
    known.seen = now;
    if (known.left >= BURST_MS / 2) known.isFlood = false;
    return known;
  }

  /** Somebody turned out to be a flood: whoever else stays in their share is there, or nobody is. */
  private findOthers(): void {
    let last = -Infinity;
    for (const { isFlood, seen } of this.accounts.values()) if (!isFlood && seen > last) last = seen;
    this.sharedUntil = last + THERE_MS;
    this.go();
  }

  private forgetQuiet(now: number): void {
    for (const [by, { seen }] of this.accounts)
      if (now - seen >= THERE_MS && !this.lines.has(by)) this.accounts.delete(by);
  }

  private hold(by: string, work: number, line: Held[] = []): Entry {
    let leave = nothing;
    const later = new Promise<boolean>((decide) => {
      const held: Held = { by, work, until: this.clock.now() + HELD_MS, decide };
      leave = () => this.giveUp(held);
      held.decide = (mayComeIn) => {
        leave = mayComeIn ? this.partOf(this.turn) : nothing;
        decide(mayComeIn);
      };
      line.push(held);
    });
    this.lines.set(by, line);
    this.held += 1;
    this.go();
    return { later, left: () => leave() };
  }

  private giveUp(held: Held): void {
    const line = this.lines.get(held.by);
    const at = line?.indexOf(held) ?? -1;
    if (at < 0) return;
    line!.splice(at, 1);
    this.held -= 1;
    if (line!.length === 0) this.lines.delete(held.by);
    this.accounts.get(held.by)!.seen = this.clock.now();
    held.decide(false);
  }

  /** Counts a request as part of a turn until it has left. */
  private partOf(turn: Turn | undefined): () => void {
    if (!turn) return nothing;
    turn.inHand += 1;
    return () => {
      turn.inHand -= 1;
      if (turn === this.turn && turn.inHand === 0) this.endTurn();
    };
  }

  private endTurn(): void {
    const now = this.clock.now();
    this.restsUntil = now + RESTS * (now - this.turn!.began);
    this.turn = undefined;
    this.go();
  }

  /** Does what is due, and sees that it is called when something is due next. */
  private go(): void {
    this.wake?.();
    this.wake = undefined;
    if (this.held === 0) return;
    const now = this.clock.now();
    if (!this.isShared()) return this.letAllIn();
    this.refuseOverdue(now);
    if (this.turn && now >= this.turn.began + LONGEST_TURN_MS) return this.endTurn();
    if (!this.turn && now >= this.restsUntil) this.beginTurn(now);
    if (this.held === 0) return;
    let next = Math.min(this.sharedUntil, this.turn ? this.turn.began + LONGEST_TURN_MS : this.restsUntil);
    for (const [first] of this.lines.values()) next = Math.min(next, first!.until);
    this.wake = this.clock.after(Math.max(0, next - now), () => {
      this.wake = undefined;
      this.go();
    });
  }

  private letAllIn(): void {
    this.turn = undefined;
    while (this.held > 0) this.next().decide(true);
  }

  private refuseOverdue(now: number): void {
    for (const line of [...this.lines.values()]) while (line[0] && line[0].until <= now) this.giveUp(line[0]);
  }

  /** One request of each in turn, at least one, until the turn is full. */
  private beginTurn(now: number): void {
    this.turn = { began: now, inHand: 0 };
    for (let work = 0; this.held > 0 && work < TURN_MS;) {
      const held = this.next();
      work += held.work;
      held.decide(true);
    }
  }

  /** Takes the oldest request of whose turn it is; they stand behind the others then. */
  private next(): Held {
    const [by, line] = [...this.lines][0]!;
    const held = line.shift()!;
    this.held -= 1;
    this.lines.delete(by);
    if (line.length > 0) this.lines.set(by, line);
    this.accounts.set(by, { left: 0, seen: this.clock.now(), isFlood: true });
    return held;
  }
}

const nothing = (): void => undefined;
