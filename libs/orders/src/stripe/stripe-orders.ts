import { emailAddress, uuid } from '#contracts';
import type Stripe from 'stripe';
import {
  SourceError,
  type ChangedSince,
  type Hint,
  type OrderPage,
  type OrdersOf,
  type OrderSource,
  type SourceOrder,
} from '../source.js';
import { minorOf } from './stripe-amounts.js';
import { asked, STRIPE } from './stripe-client.js';

/** Objects of one page; Stripe gives no more. */
const PAGE = 100;
/** Seconds within which a payment or a refund may still change: bank debits take weeks to settle. */
const UNSETTLED = 30 * 86_400;
/** Customers of one address. */
const MOST_CUSTOMERS = 20;
/** Charges that are looked up side by side. */
const AT_ONCE = 5;

/** How far a round is: within the new charges, then within the refunds, which older charges have too. */
type ChangedPlace = { of: 'charges' | 'refunds'; after?: string };
/** How far one person's orders are: which of their customers, and where within its charges. */
type PersonPlace = { customers: string[]; at: number; after?: string };

/**
 * The charges of a Stripe account as orders. A subscription or an invoice is paid by charges, so these are all there is.
 * Of a charge its customer's address decides whose it is, then the one it was billed to, then its receipt's.
 */
export class StripeOrders implements OrderSource {
  readonly name = 'stripe';
  readonly label = STRIPE;

  constructor(private readonly stripe: Stripe) {}

  async changed({ since, until, position }: ChangedSince): Promise<OrderPage> {
    const place = position === undefined ? { of: 'charges' as const } : (JSON.parse(position) as ChangedPlace);
    const created = {
      ...(since ? { gte: secondsOf(since) - UNSETTLED } : {}),
      lte: secondsOf(until),
    };
    const params = { created, limit: PAGE, ...(place.after ? { starting_after: place.after } : {}) };
    if (place.of === 'charges') {
      const page = await asked(() => this.stripe.charges.list({ ...params, expand: ['data.customer'] }));
      const after = page.has_more ? page.data.at(-1)?.id : undefined;
      // Without a beginning every charge was read, and how much of it was refunded stands on it.
      const isEnd = after === undefined && since === undefined;
      const next: ChangedPlace = after === undefined ? { of: 'refunds' } : { of: 'charges', after };
      return pageOf(page.data, isEnd ? undefined : JSON.stringify(next));
    }
    const expand = ['data.charge', 'data.charge.customer'];
    const page = await asked(() => this.stripe.refunds.list({ ...params, expand }));
    const charges = page.data.flatMap(({ charge }) => (typeof charge === 'object' && charge ? [charge] : []));
    const after = page.has_more ? page.data.at(-1)?.id : undefined;
    return pageOf(charges, after && JSON.stringify({ of: 'refunds', after } satisfies ChangedPlace));
  }

  async of({ addresses, position }: OrdersOf): Promise<OrderPage> {
    if (position !== undefined) return this.ofCustomers(JSON.parse(position) as PersonPlace);
    const customers = await this.customersOf(addresses);
    return customers.length > 0 ? this.ofCustomers({ customers, at: 0 }) : pageOf([], undefined);
  }

  /** Charges of nobody's customer are found by their own names only. */
  async these(ids: readonly string[]): Promise<OrderPage> {
    const wanted = ids.filter((id) => /^(?:ch|py)_\w+$/.test(id));
    const found: (Stripe.Charge | undefined)[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE)
      found.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((id) => this.charge(id)))));
    return pageOf(
      found.filter((charge) => charge !== undefined),
      undefined,
    );
  }

  async about({ kind, external_id }: Hint, position: string | undefined): Promise<OrderPage> {
    if (kind === 'order') return this.these([external_id]);
    const place = position === undefined ? undefined : (JSON.parse(position) as PersonPlace);
    return this.ofCustomers(place ?? { customers: [external_id], at: 0 });
  }

  private async ofCustomers({ customers, at, after }: PersonPlace): Promise<OrderPage> {
    const customer = customers[at]!;
    const from = after ? { starting_after: after } : {};
    // One that was deleted meanwhile has no charges.
    const page = (await known(() =>
      this.stripe.charges.list({ customer, limit: PAGE, expand: ['data.customer'], ...from }),
    )) ?? { data: [], has_more: false };
    const last = page.has_more ? page.data.at(-1)?.id : undefined;
    const next: PersonPlace = last === undefined ? { customers, at: at + 1 } : { customers, at, after: last };
    return pageOf(page.data, next.at < customers.length ? JSON.stringify(next) : undefined);
  }

  /** Stripe looks for an address as it was written there: large and small letters count. */
  private async customersOf(addresses: readonly string[]): Promise<string[]> {
    const found = new Set<string>();
    for (const email of addresses) {
      const page = await asked(() => this.stripe.customers.list({ email, limit: PAGE }));
      for (const { id } of page.data) found.add(id);
    }
    return [...found].slice(0, MOST_CUSTOMERS);
  }

  private charge(id: string): Promise<Stripe.Charge | undefined> {
    return known(() => this.stripe.charges.retrieve(id, { expand: ['customer'] }));
  }
}

/** One call; undefined when Stripe does not know what it is about. */
async function known<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await asked(call);
  } catch (error) {
    if (error instanceof SourceError && error.more.lostPlace) return undefined;
    throw error;
  }
}

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000);

function pageOf(charges: readonly Stripe.Charge[], next: string | undefined): OrderPage {
  const orders = charges.flatMap((charge) => orderOf(charge) ?? []);
  return { orders, unreadable: 0, next };
}

/** What is read of a charge: of one that was asked for, or of one that was reported. */
export interface ReadCharge extends Pick<
  Stripe.Charge,
  'id' | 'amount' | 'amount_captured' | 'amount_refunded' | 'captured' | 'status' | 'currency' | 'created'
> {
  payment_intent?: string | { id: string } | null;
  customer?: Stripe.Charge['customer'];
  billing_details?: { email?: string | null } | null;
  receipt_email?: string | null;
  metadata?: Record<string, string> | null;
}

/** A charge as an order; undefined while nothing has been paid: it is pending, or only reserved. */
export function orderOf(charge: ReadCharge): SourceOrder | undefined {
  const failed = charge.status === 'failed';
  if (!failed && (charge.status !== 'succeeded' || !charge.captured)) return undefined;
  const currency = charge.currency.toUpperCase();
  // Of a charge that was captured in part the rest was never paid.
  const paid = failed ? charge.amount : charge.amount_captured;
  const amount_minor = minorOf(paid, currency);
  return {
    external_id: charge.id,
    also: [idOf(charge.payment_intent)].filter((id) => id !== undefined),
    buyer: idOf(charge.customer),
    email: addressOfCharge(charge),
    amount_minor,
    refunded_minor: Math.min(minorOf(charge.amount_refunded, currency), amount_minor),
    currency,
    failed,
    occurred_at: new Date(charge.created * 1000).toISOString(),
    course: courseOf(charge.metadata),
  };
}

const idOf = (given: string | { id: string } | null | undefined): string | undefined =>
  typeof given === 'string' ? given : given?.id;

function addressOfCharge({ customer, billing_details, receipt_email }: ReadCharge): string | undefined {
  const customers = customer && typeof customer === 'object' && !customer.deleted ? customer.email : undefined;
  return [customers, billing_details?.email, receipt_email]
    .map((email) => emailAddress.safeParse(email).data)
    .find((email) => email !== undefined);
}

/** Shops that name the course write it on the charge. */
function courseOf(metadata: ReadCharge['metadata']): SourceOrder['course'] {
  const id = uuid.safeParse(metadata?.course_id).data;
  const title = metadata?.course_title;
  return { ...(id ? { id } : {}), ...(title ? { title } : {}) };
}
