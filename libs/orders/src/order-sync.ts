import { Inject, Injectable } from '@nestjs/common';
import {
  adminAddresses,
  orderSourceNames,
  type OrderCounts,
  type OrderSourceName,
  type OrderSourceState,
} from '#contracts';
import {
  AppError,
  closeAttention,
  Config,
  Database,
  LOG,
  openAttention,
  recordAudit,
  type Actor,
  type Log,
  type Tx,
} from '#platform';
import { noOrders, together } from './counts.js';
import {
  addressesOf,
  askingAt,
  beginRound,
  moveRound,
  restartRound,
  sourceRows,
  unseenOrders,
  type SourceRow,
} from './order-sources.queries.js';
import { rest, withPatience, type Rest } from './patience.js';
import { tellRefused } from './refused-orders.js';
import { ORDER_SOURCES, SourceError, type Hint, type OrderPage, type OrderSource } from './source.js';
import { takeOrders } from './take-orders.js';

/** Pages of one round; a source with more goes on in the next run of the job. */
const MOST_PAGES = 20_000;
/** Pages of one person, or of one report. */
const MOST_OF_ONE = 100;

/**
 * Fetches orders from their sources: everything that changed, one person's, or what a source has reported. However often
 * that happens, side by side or cut off anywhere, the rows are the same in the end.
 */
@Injectable()
export class OrderSync {
  private wait: Rest = rest;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    @Inject(ORDER_SOURCES) private readonly all: readonly OrderSource[],
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** For tests: another way to wait before a source is asked again. */
  waiting(wait: Rest): this {
    this.wait = wait;
    return this;
  }

  /** The sources that are switched on. */
  get sources(): readonly OrderSource[] {
    return this.all;
  }

  /** Every source that there could be, with what came of it last. */
  async states(): Promise<OrderSourceState[]> {
    const rows = new Map((await sourceRows(this.database)).map((row) => [row.source, row]));
    return orderSourceNames.map((source) => this.stateOf(source, rows.get(source)));
  }

  /** Up to when everything that changed is here, by source; null for one that was never asked. */
  async since(tx: Tx): Promise<Map<OrderSourceName, Date | null>> {
    return new Map((await sourceRows(tx)).map(({ source, since }) => [source, since]));
  }

  private stateOf(source: OrderSourceName, row: SourceRow | undefined): OrderSourceState {
    const isOn = this.all.some(({ name }) => name === source);
    const { STRIPE_WEBHOOK_SECRET: stripe, SHOPIFY_WEBHOOK_SECRET: shopify } = this.config.env;
    const webhook = source === 'shop' ? null : (source === 'stripe' ? stripe : shopify) !== undefined;
    const instant = (at: Date | null | undefined) => at?.toISOString() ?? null;
    return {
      source,
      state: isOn ? progressOf(row) : 'off',
      since: instant(row?.since),
      begun_at: instant(row?.begun_at),
      ended_at: instant(row?.ended_at),
      counts: row?.counts ?? null,
      error: row?.error ?? null,
      webhook,
    };
  }

  /**
   * Asks a worker to fetch what changed.
   * @throws AppError 422 when there is no source
   */
  async ask(actor: Actor): Promise<void> {
    if (this.all.length === 0)
      throw new AppError(
        'no_order_source',
        'Set STRIPE_API_KEY, SHOPIFY_ADMIN_TOKEN or ORDERS_URL, and start Cortex again.',
      );
    await this.database.tx(async (tx) => {
      await tx.run(
        `insert into cortex.order_sources (source, asked_at) select unnest($1::text[]), cortex.now()
         on conflict (source) do update set asked_at = coalesce(order_sources.asked_at, excluded.asked_at)`,
        [this.all.map(({ name }) => name)],
      );
      await recordAudit(tx, actor, { action: 'orders.asked_for', targetKind: 'orders' });
    });
  }

  /**
   * Fetches from every source what changed since the last time; one that fails keeps no other.
   * @throws SourceError of a source that failed, after the others were asked
   */
  async syncAll(signal?: AbortSignal): Promise<void> {
    let failed: unknown;
    for (const source of this.all) {
      try {
        await this.sync(source, signal);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        failed = error;
      }
    }
    if (failed) throw failed as Error;
  }

  /**
   * Fetches from one source what changed, from where an earlier round was left.
   * @throws SourceError which also stands under Needs attention then
   */
  async sync(source: OrderSource, signal?: AbortSignal): Promise<OrderCounts> {
    try {
      const counts = await this.round(source, signal);
      await this.database.tx(async (tx) => {
        await closeAttention(tx, failureKey(source));
        await tellRefused(tx, source);
      });
      this.log.info({ source: source.name, ...counts }, 'orders were fetched');
      return counts;
    } catch (error) {
      if (error instanceof SourceError) await this.tellFailure(source, error);
      throw error;
    }
  }

  private async round(source: OrderSource, signal?: AbortSignal): Promise<OrderCounts> {
    const round = await beginRound(this.database, source.name);
    let { position, counts } = round;
    let restarted = false;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      signal?.throwIfAborted();
      const ask = { since: round.since ?? undefined, until: round.until, position: position ?? undefined };
      const asked = await this.patiently(() => source.changed(ask, signal), signal).catch(async (error: unknown) => {
        // A place that was kept for long may not be known any more.
        if (!(error instanceof SourceError) || !error.more.lostPlace || position === null || restarted) throw error;
        restarted = true;
        await restartRound(this.database, source.name);
        return undefined;
      });
      if (!asked) {
        position = null;
        continue;
      }
      const { page, askedAt } = asked;
      if (page.next !== undefined && page.next === position)
        throw new SourceError(source.label, 'answered with the same page twice', { final: true });
      const before = counts;
      await takeOrders(this.database, source, page, askedAt, async (tx, taken) => {
        counts = together(before, taken);
        await moveRound(tx, round, page.next, counts);
      });
      if (page.next === undefined) return counts;
      position = page.next;
    }
    throw new SourceError(source.label, `has more than ${MOST_PAGES} pages of orders`, { final: false });
  }

  /**
   * Fetches the orders of one person from one source.
   * @throws SourceError
   */
  async syncPerson(source: OrderSource, personId: string, signal?: AbortSignal): Promise<OrderCounts> {
    const addresses = await addressesOf(this.database, personId);
    if (addresses.length === 0) return { ...noOrders };
    const began = await askingAt(this.database);
    const counts = await this.some(source, (position) => source.of({ addresses, position }, signal), signal);
    if (!source.these) return counts;
    const unseen = await unseenOrders(this.database, personId, began);
    if (unseen.length === 0) return counts;
    return together(counts, await this.some(source, () => source.these!(unseen, signal), signal));
  }

  /**
   * Fetches what a source has reported.
   * @throws SourceError
   */
  async follow(source: OrderSource, hint: Hint, signal?: AbortSignal): Promise<OrderCounts> {
    return this.some(source, (position) => source.about!(hint, position, signal), signal);
  }

  private async some(
    source: OrderSource,
    pageAt: (position: string | undefined) => Promise<OrderPage>,
    signal?: AbortSignal,
  ): Promise<OrderCounts> {
    let counts: OrderCounts = { ...noOrders };
    let position: string | undefined;
    for (let pages = 0; pages < MOST_OF_ONE; pages++) {
      if (signal?.aborted) throw new SourceError(source.label, 'did not answer everything in time', { final: false });
      const { page, askedAt } = await this.patiently(() => pageAt(position), signal);
      counts = together(counts, await takeOrders(this.database, source, page, askedAt));
      if (page.next === undefined || page.next === position) {
        await this.database.tx((tx) => tellRefused(tx, source));
        return counts;
      }
      position = page.next;
    }
    throw new SourceError(source.label, `has more than ${MOST_OF_ONE} pages of orders of one person`, { final: true });
  }

  private async patiently(
    work: () => Promise<OrderPage>,
    signal?: AbortSignal,
  ): Promise<{ page: OrderPage; askedAt: Date }> {
    return withPatience(
      async () => {
        const askedAt = await askingAt(this.database);
        return { page: await work(), askedAt };
      },
      this.wait,
      signal,
    );
  }

  private async tellFailure(source: OrderSource, error: SourceError): Promise<void> {
    this.log.warn({ source: source.name, reason: error.reason }, 'orders could not be fetched');
    await this.database.tx(async (tx) => {
      await tx.run('update cortex.order_sources set error = $2 where source = $1', [source.name, error.message]);
      await openAttention(tx, {
        key: failureKey(source),
        kind: 'orders_failed',
        title: `Orders from ${source.label} could not be fetched`,
        detail: `${error.message} ${error.more.remedy ?? 'It is tried again by itself, at the latest next night. What was fetched before is kept.'}`,
        action: { label: 'Look at the sources', href: adminAddresses.settings('orders') },
        facts: { source: source.name },
      });
    });
  }
}

const failureKey = ({ name }: OrderSource): string => `orders_failed:${name}`;

function progressOf(row: SourceRow | undefined): OrderSourceState['state'] {
  if (!row) return 'never';
  if (row.asked_at) return 'waiting';
  if (row.error !== null) return 'failed';
  if (row.round_until) return 'running';
  return row.ended_at ? 'done' : 'never';
}
