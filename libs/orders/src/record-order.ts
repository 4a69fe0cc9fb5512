import type { OrderCounts } from '#contracts';
import { addressOf } from '#directory';
import { ensureProfile, statusOf, tellPaidAndClosed, upsertEnrollment, type PaymentFields } from '#enrollments';
import type { Tx } from '#platform';
import type { SourceOrder } from './source.js';

/** What one order came to. `skipped`: a payment that failed, and that nobody knew. */
export type Outcome = Exclude<keyof OrderCounts, 'unreadable'> | 'skipped';

/** What a source said, and when it was asked. */
export interface Sighting {
  source: string;
  asked_at: Date;
  order: SourceOrder;
}

export interface Recorded {
  outcome: Outcome;
  /** The order's row here; absent where there is none. */
  id?: string;
  /** Of `other_person`: who has it here. */
  holder?: string;
  /** All of it was given back, and was not before. */
  isRefunded?: boolean;
}

interface KnownOrder {
  id: string;
  external_id: string;
  email: string | null;
  amount_minor: string;
  refunded_minor: string;
  currency: string;
  status: string;
}

interface Seen {
  asked_at: Date;
  amount_minor: string;
  refunded_minor: string;
  currency: string;
  failed: boolean;
}

/**
 * Writes down an order as its source has it. However often and in whatever order sightings come, the last one that was
 * asked for decides. An order is never moved to another person, and what was refunded here stays refunded when the
 * source does not know of it. The address must be locked, as `bringIn` does.
 */
export async function recordOrder(tx: Tx, sighting: Sighting): Promise<Recorded> {
  const { order } = sighting;
  const known = await knownOrder(tx, order);
  if (known) return update(tx, sighting, known);
  if (order.failed) return { outcome: 'skipped' };
  if (order.email === undefined) return { outcome: 'without_address' };
  const id = await insert(tx, sighting, order.email);
  if (id !== undefined) return { outcome: 'new', id, isRefunded: isAllBack(order) };
  // Somebody else recorded it since we looked.
  const theirs = await knownOrder(tx, order);
  return theirs ? update(tx, sighting, theirs) : { outcome: 'unchanged' };
}

const knownOrder = (tx: Tx, { external_id, also }: SourceOrder): Promise<KnownOrder | undefined> =>
  tx.row<KnownOrder>(
    `select t.id, t.external_id, u.email, t.amount_minor, t.refunded_minor, t.currency, t.status
     from public.transactions t join public.unified_profiles u on u.id = t.profile_id
     where t.external_id = any($1::text[])
     order by array_position($1::text[], t.external_id) limit 1 for update of t`,
    [[external_id, ...also]],
  );

const isAllBack = ({ amount_minor, refunded_minor }: SourceOrder): boolean =>
  statusOf(amount_minor, refunded_minor) === 'refunded';

async function insert(tx: Tx, sighting: Sighting, email: string): Promise<string | undefined> {
  const { external_id, amount_minor, refunded_minor, currency, occurred_at, course } = sighting.order;
  const profileId = (await formerBuyer(tx, sighting, email)) ?? (await ensureProfile(tx, email, occurred_at));
  const status = statusOf(amount_minor, refunded_minor);
  const made = await tx.row<{ id: string }>(
    `insert into public.transactions (profile_id, external_id, amount_minor, refunded_minor, currency, status, occurred_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (external_id) do nothing returning id`,
    [profileId, external_id, amount_minor, refunded_minor, currency, status, occurred_at],
  );
  if (!made) return undefined;
  await writeSighting(tx, sighting);
  // Once only: access that was taken away later is not given back by looking at the order again.
  const course_id = status === 'refunded' ? undefined : await courseOf(tx, course);
  const buyer = course_id === undefined ? undefined : await emailOf(tx, profileId);
  if (course_id !== undefined && buyer !== undefined) {
    const transaction: PaymentFields = { external_id, amount_minor, refunded_minor, currency, status, occurred_at };
    const enrolled = await upsertEnrollment(tx, { email: buyer, course_id, transaction, created_at: occurred_at });
    if (enrolled.not_opened) await tellPaidAndClosed(tx, enrolled.id, made.id);
  }
  return made.id;
}

/**
 * The profile of whoever bought other orders under this name at the source, where the address is nobody's: they have
 * another one here by now.
 */
async function formerBuyer(tx: Tx, { source, order }: Sighting, email: string): Promise<string | undefined> {
  if (order.buyer === undefined) return undefined;
  const row = await tx.row<{ id: string }>(
    `select t.profile_id as id from cortex.order_sightings s
     join public.transactions t on t.external_id = s.external_id
     where s.source = $1 and s.buyer = $2
       and not exists (select from cortex.people p where p.address = $3 and p.type is not null)
       and not exists (select from public.unified_profiles u where (cortex.address(u.email) collate "C") = $3)
     order by t.occurred_at desc, t.id desc limit 1`,
    [source, order.buyer, addressOf(email) ?? null],
  );
  return row?.id;
}

const emailOf = async (tx: Tx, profileId: string): Promise<string | undefined> =>
  (
    await tx.row<{ email: string }>(
      'select email::text as email from public.unified_profiles where id = $1 and email is not null',
      [profileId],
    )
  )?.email;

/** The one course that is meant. */
async function courseOf(tx: Tx, { id, title }: SourceOrder['course']): Promise<string | undefined> {
  if (id === undefined && !title) return undefined;
  const courses = await tx.rows<{ id: string }>(
    `select id from public.courses
     where case when $1::uuid is null then cortex.fold(title) = cortex.fold($2) else id = $1 end limit 2`,
    [id ?? null, title ?? null],
  );
  return courses.length === 1 ? courses[0]!.id : undefined;
}

async function update(tx: Tx, sighting: Sighting, known: KnownOrder): Promise<Recorded> {
  const { order } = sighting;
  const holder = await otherHolder(tx, known.email, order.email);
  if (holder !== undefined) return { outcome: 'other_person', id: known.id, holder };
  const seen = await tx.row<Seen>(
    `select asked_at, amount_minor, refunded_minor, currency, failed from cortex.order_sightings
     where external_id = $1 for update`,
    [order.external_id],
  );
  const unchanged: Recorded = { outcome: 'unchanged', id: known.id };
  if (seen && isOlder(seen, sighting)) return unchanged;
  await writeSighting(tx, sighting);
  if (seen && saysTheSame(seen, order)) return unchanged;
  const next = merged(known, seen, order);
  if (next.same) return unchanged;
  await tx.run(
    `update public.transactions set amount_minor = $2, refunded_minor = $3, currency = $4, status = $5 where id = $1`,
    [known.id, next.amount, next.refunded, order.currency, next.status],
  );
  const isRefunded = next.hasRefund && next.status === 'refunded';
  return { outcome: next.hasRefund ? 'refunds' : 'changed', id: known.id, isRefunded };
}

/** Of two reports of one second, the one that says less was given back is the older one. */
const isOlder = (seen: Seen, { asked_at, order }: Sighting): boolean =>
  seen.asked_at > asked_at ||
  (seen.asked_at.getTime() === asked_at.getTime() && order.refunded_minor < Number(seen.refunded_minor));

const saysTheSame = (seen: Seen, order: SourceOrder): boolean =>
  Number(seen.amount_minor) === order.amount_minor &&
  Number(seen.refunded_minor) === order.refunded_minor &&
  seen.currency === order.currency &&
  seen.failed === order.failed;

/** The row as it must be: what the source changed since it was seen last, and what was changed here besides. */
function merged(known: KnownOrder, seen: Seen | undefined, order: SourceOrder) {
  const here = known.status === 'refunded' ? Number(known.amount_minor) : Number(known.refunded_minor);
  const isSources = seen !== undefined && here === Number(seen.refunded_minor);
  const amount = order.amount_minor;
  const refunded = Math.min(isSources ? order.refunded_minor : Math.max(here, order.refunded_minor), amount);
  const failed = seen?.failed === order.failed ? known.status === 'failed' : order.failed;
  const status = failed ? 'failed' : statusOf(amount, refunded);
  const same =
    amount === Number(known.amount_minor) &&
    refunded === here &&
    order.currency === known.currency &&
    status === known.status;
  return { amount, refunded, status, same, hasRefund: !failed && refunded > here };
}

const writeSighting = (tx: Tx, { source, asked_at, order }: Sighting): Promise<number> =>
  tx.run(
    `insert into cortex.order_sightings
       (external_id, source, asked_at, amount_minor, refunded_minor, currency, failed, buyer)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (external_id) do update set source = excluded.source, asked_at = excluded.asked_at,
       amount_minor = excluded.amount_minor, refunded_minor = excluded.refunded_minor, currency = excluded.currency,
       failed = excluded.failed, buyer = excluded.buyer`,
    [
      order.external_id,
      source,
      asked_at,
      order.amount_minor,
      order.refunded_minor,
      order.currency,
      order.failed,
      order.buyer ?? null,
    ],
  );

/**
 * Who has the order, if its source names somebody else who is in the directory. Linked people are one; an address that
 * nobody has (any more) claims nothing.
 */
async function otherHolder(tx: Tx, here: string | null, there: string | undefined): Promise<string | undefined> {
  const [mine, named] = [here, there].map((email) => (email ? addressOf(email) : undefined));
  if (named === undefined || mine === undefined || named === mine) return undefined;
  const people = await tx.rows<{ address: string; person_id: string }>(
    `select p.address, coalesce(k.into_person_id, p.person_id) as person_id
     from cortex.people p left join cortex.person_links k on k.person_id = p.person_id
     where p.address = any($1::text[]) and p.type is not null`,
    [[mine, named]],
  );
  const idOf = (address: string) => people.find((person) => person.address === address)?.person_id;
  const [holder, claimant] = [idOf(mine), idOf(named)];
  return holder === undefined || claimant === undefined || holder === claimant ? undefined : holder;
}
