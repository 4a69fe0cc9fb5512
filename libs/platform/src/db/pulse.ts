import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { connectionOptions, cut } from './connection.js';
import { DatabaseAway, databaseErrorOf } from './database-errors.js';

/** Milliseconds that a connection is in use before the server is asked whether it is still there. */
const SUSPICIOUS = 1_000;
/** Milliseconds between looks. */
const LOOK = 250;
/** Milliseconds of a beat. */
const BEAT = 100;
/** Beats that the server has for its answer. One that came late does not count: this process or its machine stood still. */
const BEATS = 28;
const LATE = 1.5 * BEAT;
/** Beats, late ones too, after which it is enough. */
const MOST_BEATS = 10 * BEATS;
/** Milliseconds between two questions, whatever was answered. */
const AGAIN = 1_000;
/** Milliseconds of silence until work that nobody waits for is ended too. */
const PATIENCE = 20_000;

const request = new AsyncLocalStorage<true>();
/** Runs what somebody waits for: their answer, also that there is none, is due within five seconds. */
export const asRequest = <T>(work: () => T): T => request.run(true, work);

/** Somebody who has a connection in use. */
interface User {
  /** Epoch milliseconds. */
  since: number;
  /** Whether a caller waits for it. */
  awaited: boolean;
  end: () => void;
}

/**
 * Whether the database answers. A cable that is dead and a statement that takes long look the same from here: both are
 * silent. So whenever a connection has been in use for a second, the server is asked over a new one. While it does not
 * answer nothing new is begun, and what requests wait for is ended at once. A job is not: a server that is only very
 * busy is silent too, and whoever cut its long statements each time would never let one end.
 */
export class Pulse {
  private readonly clients = new Set<pg.ClientBase>();
  private readonly inUse = new Map<object, User>();
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  /** Since when it has not answered, in epoch milliseconds. */
  private silentSince: number | undefined;
  private lastAsked = 0;

  constructor(private readonly url: string | undefined) {}

  /**
   * Follows the connections of a pool, which end when the database is away.
   * @param awaited whether all that happens on them is awaited by requests
   */
  watch(pool: pg.Pool, { awaited }: { awaited: boolean }): void {
    pool.on('connect', (client) => {
      this.clients.add(client);
      // Whoever has it in use hears of it by their statement; without a listener the process would end.
      client.on('error', () => undefined);
    });
    pool.on('acquire', (client) => {
      this.clients.add(client);
      this.inUse.set(client, { since: Date.now(), awaited, end: () => cut(client) });
      this.wind();
    });
    pool.on('release', (_error, client) => void this.inUse.delete(client));
    pool.on('remove', (client) => {
      this.inUse.delete(client);
      this.clients.delete(client);
    });
  }

  /** Says of a connection of a pool, just acquired, who waits for it. */
  acquired(client: pg.ClientBase): void {
    const user = this.inUse.get(client);
    if (user && request.getStore()) user.awaited = true;
  }

  /** Says of a connection of a pool that it waits for news and not for an answer: its silence is no reason to ask. */
  listens(client: object): void {
    this.inUse.delete(client);
  }

  /**
   * Follows work for requests on a connection outside of a pool.
   * @param end cuts that connection, so that the work fails
   * @throws DatabaseAway while the server does not answer
   */
  async during<T>(work: () => Promise<T>, end: () => void): Promise<T> {
    this.assertThere();
    const key = {};
    this.inUse.set(key, { since: Date.now(), awaited: true, end });
    this.wind();
    try {
      return await work();
    } finally {
      this.inUse.delete(key);
    }
  }

  /** @throws DatabaseAway while the server does not answer */
  assertThere(): void {
    if (this.silentSince !== undefined) throw new DatabaseAway();
  }

  /**
   * Asks at once, because a connection could not be made.
   * @throws DatabaseAway when the server does not answer
   */
  async confirm(): Promise<void> {
    await this.ask();
    this.assertThere();
  }

  private wind(): void {
    if (this.timer || this.asking || (this.inUse.size === 0 && this.silentSince === undefined)) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look();
      this.wind();
    }, LOOK);
    this.timer.unref();
  }

  private look(): void {
    const now = Date.now();
    const suspicious = [...this.inUse.values()].some(({ since }) => now - since >= SUSPICIOUS);
    if ((suspicious || this.silentSince !== undefined) && now - this.lastAsked >= AGAIN) void this.ask();
  }

  /** Ends what must not wait any longer; connections that nobody uses are of no use either. */
  private endWhatWaits(jobsToo: boolean): void {
    for (const client of this.clients) if (!this.inUse.has(client)) cut(client);
    for (const { awaited, end } of this.inUse.values()) if (awaited || jobsToo) end();
  }

  /** Callers at the same time share one question. Never rejects. */
  private ask(): Promise<void> {
    this.asking ??= answers(this.url).then((there) => {
      this.lastAsked = Date.now();
      this.silentSince = there ? undefined : (this.silentSince ?? this.lastAsked);
      if (this.silentSince !== undefined) this.endWhatWaits(this.lastAsked - this.silentSince >= PATIENCE);
      this.asking = undefined;
      this.wind();
    });
    return this.asking;
  }
}

/** Whether the server says anything in time, a refusal included. */
async function answers(url: string | undefined): Promise<boolean> {
  // Beats bound it, and not a timer, which would be up at once when this process has stood still.
  const client = new pg.Client({ ...connectionOptions({ url, name: 'cortex pulse' }), connectionTimeoutMillis: 0 });
  client.on('error', () => undefined);
  let answer: boolean | undefined;
  client
    .connect()
    .then(() => client.query('select 1'))
    .then(
      () => (answer = true),
      // What has an SQLSTATE was said by the server; a refused connection is noticed by whoever tries one.
      (error: unknown) => (answer = databaseErrorOf(error).code !== undefined),
    );
  for (let beat = 0, inTime = 0; beat < MOST_BEATS && inTime < BEATS && answer === undefined; beat += 1) {
    const began = performance.now();
    await pause(BEAT, undefined, { ref: false });
    if (performance.now() - began < LATE) inTime += 1;
  }
  cut(client);
  return answer ?? false;
}
