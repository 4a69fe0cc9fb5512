import { z } from 'zod';
import { emailAddress, instant, page, pageQuery, route, uuid } from '../http/route.js';
import { currency, minorAmount } from '../ingestion/people-ingestion.contract.js';

const tag = 'People';

export const orderSourceNames = ['stripe', 'shop', 'shopify'] as const;
export type OrderSourceName = (typeof orderSourceNames)[number];

/** What came of fetching orders, in numbers of orders. */
export const orderCounts = z.object({
  /** Orders that were not known. */
  new: z.number().int(),
  /** Known ones of which more has been refunded. */
  refunds: z.number().int(),
  /** Known ones that changed in another way. */
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** Known as another person's: nothing was changed. */
  other_person: z.number().int(),
  /** They name nobody, so nobody could be given them. */
  without_address: z.number().int(),
  /** They cannot be read, or are impossible. */
  unreadable: z.number().int(),
});
export type OrderCounts = z.infer<typeof orderCounts>;

export const orderSource = z.object({
  source: z.enum(orderSourceNames),
  /** `never`: not fetched yet. `waiting`: asked for, and not begun. */
  state: z.enum(['off', 'never', 'waiting', 'running', 'done', 'failed']),
  /** Everything that changed before this instant is here. */
  since: instant.nullable(),
  begun_at: instant.nullable(),
  ended_at: instant.nullable(),
  /** Of the last time it was fetched, or so far. */
  counts: orderCounts.nullable(),
  /** Why the last try failed. */
  error: z.string().nullable(),
  /** Whether the source also reports by itself; null where it cannot. */
  webhook: z.boolean().nullable(),
});
export type OrderSourceState = z.infer<typeof orderSource>;

/** What `ORDERS_URL` answers. Fields that are not known here are left alone. */
export const shopOrders = z.object({
  items: z.array(z.unknown()).max(1000),
  next_cursor: z.string().max(3000).nullish(),
});

export const shopOrder = z.object({
  external_id: z.string().min(1).max(200),
  email: emailAddress.nullish(),
  amount_minor: minorAmount,
  refunded_minor: minorAmount.nullish(),
  currency: z.string().length(3).toUpperCase().pipe(currency),
  status: z.enum(['paid', 'refunded', 'partly_refunded', 'failed']).nullish(),
  occurred_at: instant,
  course_id: uuid.nullish(),
  course_title: z.string().max(300).nullish(),
});

const shopAnswer = `
**Stripe** (\`STRIPE_API_KEY\`): every charge is an order, those of subscriptions and invoices too. Its customer's address says whose it is, else the one it was billed or its receipt sent to.

**Your own shop** (\`ORDERS_URL\`): Cortex asks \`GET <ORDERS_URL>?email=&updated_since=&cursor=\` with \`Authorization: Bearer <ORDERS_TOKEN>\`. \`email\` asks for one person's orders, \`updated_since\` (RFC 3339) for those that changed from then on; without both all orders are wanted. \`cursor\` is \`next_cursor\` of the page before. The answer is at most 1,000 orders and 4 MB, within 20 seconds:

    { "items": [ { "external_id": "1042", "email": "ann@example.com", "amount_minor": 4900, "refunded_minor": 0,
      "currency": "EUR", "status": "paid", "occurred_at": "2026-11-29T10:00:00Z", "course_title": "Bread" } ],
      "next_cursor": null }

\`amount_minor\` is in the smallest unit of the currency (4900 is 49.00 EUR, 4900 JPY, 4.900 KWD). \`status\` is \`paid\`, \`refunded\`, \`partly_refunded\` or \`failed\`. \`course_id\` or \`course_title\`, where Cortex knows that course, enrolls the person when a paid order is new. Answer 429 or 503 with \`Retry-After\` when you are asked too often.`;

export const listOrderSources = route({
  method: 'GET',
  path: '/orders/sources',
  access: 'read',
  tag,
  summary: 'Where orders are fetched from, and what came of it last',
  description: shopAnswer,
  query: pageQuery,
  response: page(orderSource),
});

export const syncOrders = route({
  method: 'POST',
  path: '/orders/sync',
  access: 'admin',
  tag,
  summary: 'Fetch what changed from every source now, as every night',
  status: 202,
  body: z.strictObject({}).optional(),
  response: page(orderSource),
  problems: ['no_order_source'],
});

export const stripeWebhook = route({
  method: 'POST',
  path: '/webhooks/stripe',
  access: 'stripe',
  tag,
  summary: 'What Stripe reports, signed with STRIPE_WEBHOOK_SECRET; 401 without',
  description:
    'Let Stripe report `charge.*`, `refund.*` and `customer.updated`. What a report is about is asked of Stripe again, so that late, repeated and reordered reports change nothing. Types that Cortex does not know are accepted and ignored.',
  raw: true,
  problems: ['wrong_webhook_credentials'],
});

export const shopifyWebhook = route({
  method: 'POST',
  path: '/webhooks/shopify',
  access: 'shopify',
  tag,
  summary: 'What Shopify reports, signed with SHOPIFY_WEBHOOK_SECRET; 401 without',
  description:
    'The topics `orders/create`, `orders/paid`, `orders/cancelled`, `refunds/create`, `customers/create` and `customers/update` (`X-Shopify-Topic`). An order counts once it is paid; its id here is its `admin_graphql_api_id`. A customer becomes a profile, with what they said about marketing mail. Late and repeated reports change nothing. Other topics, test orders and orders that are not paid are accepted and ignored.',
  raw: true,
  problems: ['wrong_webhook_credentials'],
});
