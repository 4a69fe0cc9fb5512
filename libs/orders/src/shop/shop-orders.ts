import { shopOrder, shopOrders } from '#contracts';
import { callOut, type Net, type Tried } from '#platform';
import {
  SourceError,
  type ChangedSince,
  type OrderPage,
  type OrdersOf,
  type OrderSource,
  type SourceOrder,
} from '../source.js';

export interface ShopSettings {
  /** `ORDERS_URL` */
  url: string;
  /** `ORDERS_TOKEN`; without one nothing is sent that says who asks. */
  token: string | undefined;
}

/** Bytes of one answer, and milliseconds for it. */
const MOST_BYTES = 4 * 1024 * 1024;
const PATIENCE = 20_000;
/** Minutes that the shop's clock may be behind ours. */
const CLOCKS = 5;
/** Statuses by which a shop says that it does not know a cursor any more. */
const lost = new Set([400, 404, 410, 422]);

/** Where the addresses of one person stand in the list of what is asked, and the shop's own cursor. */
interface Place {
  at: number;
  cursor?: string;
}

/** The orders of a shop that answers as the description of `GET /orders/sources` says. */
export class ShopOrders implements OrderSource {
  readonly name = 'shop';
  readonly label = 'your shop';

  constructor(
    private readonly settings: ShopSettings,
    private readonly net: Net,
  ) {}

  async changed({ since, position }: ChangedSince, signal?: AbortSignal): Promise<OrderPage> {
    const from = since && new Date(since.getTime() - CLOCKS * 60_000).toISOString();
    return this.page({ updated_since: from, cursor: position }, signal);
  }

  async of({ addresses, position }: OrdersOf, signal?: AbortSignal): Promise<OrderPage> {
    const place: Place = position === undefined ? { at: 0 } : (JSON.parse(position) as Place);
    const page = await this.page({ email: addresses[place.at], cursor: place.cursor }, signal);
    const next = page.next !== undefined ? { at: place.at, cursor: page.next } : { at: place.at + 1 };
    return { ...page, next: next.at < addresses.length ? JSON.stringify(next satisfies Place) : undefined };
  }

  private async page(
    query: { email?: string | undefined; updated_since?: string | undefined; cursor?: string | undefined },
    signal?: AbortSignal,
  ): Promise<OrderPage> {
    const url = new URL(this.settings.url);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const { token } = this.settings;
    const headers = {
      accept: 'application/json',
      'user-agent': 'Cortex',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const tried = await callOut({ url: url.href, headers, whole: MOST_BYTES, patience: PATIENCE }, this.net, signal);
    if (!tried.ok) throw this.refusal(tried, query.cursor !== undefined);
    const answer = shopOrders.safeParse(parsed(tried.answer));
    if (!answer.success) {
      const remedy = 'It must answer { "items": […], "next_cursor": … } as libs/orders/README.md says.';
      throw new SourceError(this.label, 'answered something else than a page of orders', { final: true, remedy });
    }
    const orders = answer.data.items.map(asOrder);
    const readable = orders.filter((order) => order !== undefined);
    return {
      orders: readable,
      unreadable: orders.length - readable.length,
      next: answer.data.next_cursor || undefined,
    };
  }

  private refusal(tried: Tried & { ok: false }, hadCursor: boolean): SourceError {
    const { status, retry_after: retryAfter } = tried;
    const remedies = new Map([
      [401, 'Check ORDERS_TOKEN.'],
      [403, 'Check ORDERS_TOKEN, and what it may read.'],
      [404, 'Check ORDERS_URL.'],
    ]);
    const isBlocked = status === undefined && tried.final;
    const remedy = isBlocked
      ? 'Check ORDERS_URL. A shop inside your own network must be named in CORTEX_WEBHOOK_NETWORKS.'
      : remedies.get(status ?? 0);
    return new SourceError(this.label, toldOf(tried), {
      final: tried.final,
      ...(remedy === undefined ? {} : { remedy }),
      ...(hadCursor && lost.has(status ?? 0) ? { lostPlace: true } : {}),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
}

/** Reasons begin with the answer's status, or with “it” or “its”. */
const toldOf = ({ status, reason }: Tried & { ok: false }): string =>
  status === undefined ? `could not be asked: ${reason}` : reason;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asOrder(item: unknown): SourceOrder | undefined {
  const read = shopOrder.safeParse(item);
  if (!read.success) return undefined;
  const { external_id, email, amount_minor, currency, status, occurred_at, course_id, course_title } = read.data;
  const refunded_minor = read.data.refunded_minor ?? (status === 'refunded' ? amount_minor : 0);
  if (refunded_minor > amount_minor || !isStorable(external_id) || !isStorable(course_title ?? '')) return undefined;
  return {
    external_id,
    also: [],
    buyer: undefined,
    email: email ?? undefined,
    amount_minor,
    refunded_minor,
    currency,
    failed: status === 'failed',
    occurred_at,
    course: { ...(course_id ? { id: course_id } : {}), ...(course_title ? { title: course_title } : {}) },
  };
}

/** What PostgreSQL can hold. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
