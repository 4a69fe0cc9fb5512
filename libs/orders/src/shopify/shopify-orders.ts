import { emailAddress, instant, newProfile, type NewProfile } from '#contracts';
import { minorMoney } from '#rules';
import { z } from 'zod';
import type { SourceOrder } from '../source.js';

/** An id as Shopify writes it: a number of up to 17 digits. */
const id = z.union([z.number().int().nonnegative(), z.string().min(1).max(100)]).transform(String);
const decimal = z.string().regex(/^\d{1,11}(\.\d{1,6})?$/);
const currency = z.string().regex(/^[A-Z]{3}$/);
const text = z.string().nullish();

const refund = z.looseObject({
  id,
  order_id: id.nullish(),
  created_at: instant,
  processed_at: instant.nullish(),
  transactions: z
    .array(z.looseObject({ kind: text, status: text, amount: decimal, currency: currency.nullish() }))
    .max(500)
    .default([]),
});

const order = z.looseObject({
  // One of so many digits that no number holds it stands in the other alone.
  id: id.nullish(),
  admin_graphql_api_id: z.string().max(200).nullish(),
  email: text,
  contact_email: text,
  customer: z.looseObject({ id, email: text }).nullish(),
  total_price: decimal,
  currency,
  financial_status: text,
  test: z.boolean().nullish(),
  created_at: instant,
  updated_at: instant,
  processed_at: instant.nullish(),
  line_items: z
    .array(z.looseObject({ title: text }))
    .max(5000)
    .default([]),
  refunds: z.array(refund).max(500).default([]),
});

const customer = z.looseObject({
  id,
  email: text,
  first_name: text,
  last_name: text,
  phone: text,
  tags: text,
  created_at: instant,
  updated_at: instant,
  default_address: z.looseObject({ country_code: text }).nullish(),
  email_marketing_consent: z.looseObject({ state: text, consent_updated_at: instant.nullish() }).nullish(),
});

/** Money that was given back, by the name of its refund. */
export interface ShopifyRefund {
  refund_id: string;
  /** Of the order, as `ShopifyOrder` has it. */
  order_id: string;
  amount_minor: number;
  currency: string;
  at: Date;
}

/** An order with the refunds that it names; how much was given back in all is not known from it alone. */
export interface ShopifyOrder {
  order: SourceOrder;
  refunds: ShopifyRefund[];
  /** Up to when it is true. */
  at: Date;
}

/** States of a payment in which it was paid. */
const paid: ReadonlySet<unknown> = new Set(['paid', 'partially_refunded', 'refunded']);

/** What Shopify calls an order everywhere. */
const nameOf = (orderId: string): string => `gid://shopify/Order/${orderId}`;

/** An order that was paid; undefined for one that was not (yet), for a test, and for what is no order. */
export function shopifyOrder(body: unknown): ShopifyOrder | undefined {
  const read = order.safeParse(body);
  if (!read.success || read.data.test === true || !paid.has(read.data.financial_status)) return undefined;
  const { data } = read;
  const amount = minorMoney(Number(data.total_price), data.currency);
  const titles = new Set(data.line_items.flatMap(({ title }) => (title ? [title.slice(0, 300)] : [])));
  const [title] = titles;
  const name = data.id ? nameOf(data.id) : data.admin_graphql_api_id;
  if (!name) return undefined;
  return {
    order: {
      external_id: name,
      also: data.id ? [data.id] : [],
      buyer: data.customer?.id,
      email: [data.email, data.contact_email, data.customer?.email]
        .map((email) => emailAddress.safeParse(email).data)
        .find((email) => email !== undefined),
      amount_minor: amount,
      refunded_minor: 0,
      currency: data.currency,
      failed: false,
      occurred_at: data.processed_at ?? data.created_at,
      course: titles.size === 1 && title !== undefined ? { title } : {},
    },
    refunds: data.refunds.flatMap((one) => refundOf(one, name, data.currency) ?? []),
    at: new Date(data.updated_at),
  };
}

/** A refund by itself; undefined when nothing was given back, and for what is no refund. */
export function shopifyRefund(body: unknown): ShopifyRefund | undefined {
  const read = refund.safeParse(body);
  return read.success && read.data.order_id ? refundOf(read.data, nameOf(read.data.order_id)) : undefined;
}

function refundOf(given: z.output<typeof refund>, order_id: string, of?: string): ShopifyRefund | undefined {
  const moved = given.transactions.filter(({ kind, status }) => kind === 'refund' && status === 'success');
  const money = of ?? moved.find((one) => one.currency)?.currency;
  if (!money) return undefined;
  const amount = moved
    .filter((one) => (one.currency ?? money) === money)
    .reduce((sum, one) => sum + minorMoney(Number(one.amount), money), 0);
  if (amount === 0) return undefined;
  const at = new Date(given.processed_at ?? given.created_at);
  return { refund_id: given.id, order_id, amount_minor: amount, currency: money, at };
}

const consents = new Map<unknown, 'subscribed' | 'unsubscribed' | 'pending'>([
  ['subscribed', 'subscribed'],
  ['unsubscribed', 'unsubscribed'],
  ['pending', 'pending'],
]);

/** A customer as a person; fields that cannot be read are left out. Undefined without an address. */
export function shopifyCustomer(body: unknown): NewProfile | undefined {
  const read = customer.safeParse(body);
  if (!read.success) return undefined;
  const { data } = read;
  const said = data.email_marketing_consent;
  const status = consents.get(said?.state);
  const tags = (data.tags ?? '').split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim().slice(0, 100)]));
  const fields: Record<string, unknown> = {
    email: data.email ?? undefined,
    first_name: data.first_name ?? undefined,
    last_name: data.last_name ?? undefined,
    phone: data.phone ?? undefined,
    country: data.default_address?.country_code ?? undefined,
    ...(tags.length > 0 ? { tags: tags.slice(0, 100) } : {}),
    ...(status ? { consent: { status, source: 'shopify', at: said!.consent_updated_at ?? data.updated_at } } : {}),
    created_at: data.created_at,
  };
  const all = newProfile.safeParse(fields);
  if (all.success) return all.data;
  for (const { path } of all.error.issues) delete fields[String(path[0])];
  return newProfile.safeParse(fields).data;
}
