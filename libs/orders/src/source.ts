import type { OrderSourceName } from '#contracts';

/** An order as its source has it now. */
export interface SourceOrder {
  external_id: string;
  /** Other names that it may have been recorded under here, such as its payment's. */
  also: readonly string[];
  /** What the source calls whoever bought it; undefined where it has no name for them. */
  buyer: string | undefined;
  /** Whose it is; undefined where the source names nobody. */
  email: string | undefined;
  /** In the smallest unit of the currency, as ISO 4217 counts it. */
  amount_minor: number;
  /** At most `amount_minor`. */
  refunded_minor: number;
  /** Three capital letters. */
  currency: string;
  failed: boolean;
  /** RFC 3339. */
  occurred_at: string;
  /** What was bought, where the source says it. */
  course: { id?: string; title?: string };
}

/** A page of orders. `next`: where the next one begins; undefined after the last. */
export interface OrderPage {
  orders: readonly SourceOrder[];
  /** Orders on it that cannot be read. */
  unreadable: number;
  next: string | undefined;
}

export interface ChangedSince {
  /** Undefined: everything. */
  since: Date | undefined;
  until: Date;
  /** `next` of the page before. */
  position: string | undefined;
}

export interface OrdersOf {
  /** All of one person's, as they were written and in small letters. */
  addresses: readonly string[];
  position: string | undefined;
}

/** Something that a source itself reported a change of. */
export interface Hint {
  kind: 'order' | 'customer';
  external_id: string;
}

/**
 * Somewhere that orders are fetched from. It only reads, one page at a call, and tries nothing again: who calls knows
 * how long to wait. The same call may be made any number of times.
 * @throws SourceError from every call
 */
export interface OrderSource {
  readonly name: OrderSourceName;
  /** For sentences: “Orders from … could not be fetched.” */
  readonly label: string;
  /** Orders that may have changed within this time; more than those does no harm. */
  changed(ask: ChangedSince, signal?: AbortSignal): Promise<OrderPage>;
  /** The orders of one person. */
  of(ask: OrdersOf, signal?: AbortSignal): Promise<OrderPage>;
  /** These orders, where `of` does not find all of somebody's; those that the source does not know are left out. */
  these?(ids: readonly string[], signal?: AbortSignal): Promise<OrderPage>;
  /** What a report was about; where the source makes reports. */
  about?(hint: Hint, position: string | undefined, signal?: AbortSignal): Promise<OrderPage>;
}

/** The sources that this installation was given, in the order that they are asked. */
export const ORDER_SOURCES = Symbol('ORDER_SOURCES');

/** A source that did not give what it was asked for. */
export class SourceError extends Error {
  /**
   * @param reason what goes on after the source's name: “answered 503”
   * @param more.final trying again would not help
   * @param more.remedy what somebody can do about it, as a sentence
   * @param more.lostPlace it no longer knows the position that it was asked for
   * @param more.retryAfter seconds, where the source names them
   */
  constructor(
    label: string,
    readonly reason: string,
    readonly more: { final: boolean; remedy?: string; lostPlace?: boolean; retryAfter?: number },
  ) {
    super(`${label.charAt(0).toUpperCase()}${label.slice(1)} ${reason}.`);
    this.name = 'SourceError';
  }
}
