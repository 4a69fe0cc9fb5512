import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { connectionOptions, cut } from './connection.js';
import { DatabaseAway, databaseErrorOf } from './database-errors.js';

/** Milliseconds that a connection is in use before the server is asked whether it is still there. */
const SUSPICIOUS = 1_000;
/** Milliseconds between looks. */
const LOOK = 250;
/** Beats of 100 ms that the server has for its answer; they do not pass while this process itself stands still. */
const BEATS = 20;
/** Milliseconds between two questions, whatever was answered. */
const AGAIN = 1_000;

/**
 * Whether the database answers. A cable that is dead and a statement that takes long look the same from here: both are
 * silent. So whenever a connection has been in use for a second, the server is asked over a new one. When it does not
 * answer, every connection is cut, which ends what waits on it, and until it answers again nothing new is begun.
 */
export class Pulse {
  private readonly clients = new Set<pg.ClientBase>();
  /** Since when (epoch milliseconds) somebody waits, and how that is ended. */
  private readonly inUse = new Map<object, { since: number; end?: () => void }>();
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private silent = false;
  private lastAsked = 0;

  constructor(private readonly url: string | undefined) {}

  /** Follows the connections of a pool, which end when the database is away. */
  watch(pool: pg.Pool): void {
    pool.on('connect', (client) => {
      this.clients.add(client);
      // Whoever has it in use hears of it by their statement; without a listener the process would end.
      client.on('error', () => undefined);
    });
    pool.on('acquire', (client) => {
      this.clients.add(client);
      this.inUse.set(client, { since: Date.now() });
      this.wind();
    });
    pool.on('release', (_error, client) => void this.inUse.delete(client));
    pool.on('remove', (client) => {
      this.inUse.delete(client);
      this.clients.delete(client);
    });
  }

  /**
   * Follows work on a connection outside of a pool.
   * @param end cuts that connection, so that the work fails
   * @throws DatabaseAway while the server does not answer
   */
  async during<T>(work: () => Promise<T>, end: () => void): Promise<T> {
    this.assertThere();
    const key = {};
    this.inUse.set(key, { since: Date.now(), end });
    this.wind();
    try {
      return await work();
    } finally {
      this.inUse.delete(key);
    }
  }

  /** @throws DatabaseAway while the server does not answer */
  assertThere(): void {
    if (this.silent) throw new DatabaseAway();
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
    if (this.timer || this.asking || (this.inUse.size === 0 && !this.silent)) return;
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
    if ((suspicious || this.silent) && now - this.lastAsked >= AGAIN) void this.ask();
  }

  private cutAll(): void {
    for (const client of this.clients) cut(client);
    for (const { end } of this.inUse.values()) end?.();
  }

  /** Callers at the same time share one question. Never rejects. */
  private ask(): Promise<void> {
    this.asking ??= answers(this.url).then((there) => {
      this.silent = !there;
      if (!there) this.cutAll();
      this.lastAsked = Date.now();
      this.asking = undefined;
      this.wind();
    });
    return this.asking;
  }
}

/** Whether the server says anything in time, a refusal included. */
async function answers(url: string | undefined): Promise<boolean> {
  const client = new pg.Client(connectionOptions({ url, name: 'cortex pulse' }));
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
  for (let beat = 0; beat < BEATS && answer === undefined; beat += 1) await pause(100, undefined, { ref: false });
  cut(client);
  return answer ?? false;
}
