import { AppError, type Tx } from '#platform';
import type { Written } from './bring-in.js';
import { closedCourse, tellPaidAndClosed } from './closed-course.js';
import { holderOfOrder, type KnownOrder } from './order-holder.js';
import { afterNews, type OrderState, type Payment, type PaymentFields } from './order-news.js';
import { ensureProfile, profileOf } from './profiles.js';

export interface TransactionFields extends PaymentFields {
  email: string;
}

export interface EnrollmentFields {
  email: string;
  course_id: string;
  /** Left out: as it is; of a new one `active`, or `cancelled` where all of its order was given back. */
  status?: 'active' | 'cancelled' | 'completed';
  lead_id?: string;
  transaction?: PaymentFields;
  created_at?: string;
}

/**
 * Records a payment; a known external id is updated, as `afterNews` says. The payer becomes a customer.
 * @throws AppError 409 when it is the order of another person
 */
export async function upsertTransaction(tx: Tx, given: TransactionFields): Promise<Written> {
  const ensure = () => ensureProfile(tx, given.email, given.occurred_at);
  const { id, created } = await pay(tx, given.email, ensure, given, '');
  return { id, created };
}

/**
 * @param ensure makes whoever pays a customer, where the order is not known
 * @param pointer where the payment stands in the item
 */
async function pay(
  tx: Tx,
  email: string,
  ensure: () => Promise<string>,
  given: PaymentFields,
  pointer: string,
): Promise<Payment> {
  // Somebody else may record it between our look and our writing; then it is known.
  for (let attempt = 0; attempt < 2; attempt++) {
    const known = await holderOfOrder(tx, given.external_id, email, `${pointer}/external_id`);
    const next = afterNews(known, given, pointer);
    const id = known ? await writeAgain(tx, known, next, given) : await writeNew(tx, await ensure(), next, given);
    if (id !== undefined) return { ...next, id, created: !known };
  }
  throw new AppError('concurrent_change', 'Someone else is recording this order at this moment. Send it again.');
}

async function writeAgain(tx: Tx, known: KnownOrder, next: OrderState, given: PaymentFields): Promise<string> {
  // What is over stays as it is, with its time.
  if (next === known) return known.id;
  await tx.run(
    `update public.transactions set amount_minor = $2, refunded_minor = $3, currency = $4, status = $5,
       occurred_at = coalesce($6::timestamptz, occurred_at)
     where id = $1`,
    [known.id, next.amount_minor, next.refunded_minor, next.currency, next.status, given.occurred_at ?? null],
  );
  return known.id;
}

/** Undefined where somebody else has recorded an order of this name. */
async function writeNew(
  tx: Tx,
  profileId: string,
  next: OrderState,
  given: PaymentFields,
): Promise<string | undefined> {
  const made = await tx.row<{ id: string }>(
    `insert into public.transactions
       (profile_id, external_id, amount_minor, refunded_minor, currency, status, occurred_at)
     values ($1, $2, $3, $4, $5, $6, coalesce($7::timestamptz, cortex.now()))
     on conflict (external_id) do nothing returning id`,
    [
      profileId,
      given.external_id ?? null,
      next.amount_minor,
      next.refunded_minor,
      next.currency,
      next.status,
      given.occurred_at ?? null,
    ],
  );
  return made?.id;
}

/**
 * Enrolls the person of an address in a course; without a profile they get one. While an enrollment of that course is
 * not cancelled there is only the one: it is updated. What was taken away is not opened by a repeat of what was so before
 * (`closedCourse`): the answer says so.
 * @param by `staff` open what they took away
 * @throws AppError 409 when its transaction is the order of another person
 */
export async function upsertEnrollment(
  tx: Tx,
  given: EnrollmentFields,
  by: 'shop' | 'staff' = 'shop',
): Promise<Written> {
  const profileId = await whoIsEnrolled(tx, given);
  const ensured = () => Promise.resolve(profileId);
  const payment = given.transaction && (await pay(tx, given.email, ensured, given.transaction, '/transaction'));
  const known = await tx.row<{ id: string }>(
    `select id from public.enrollments where profile_id = $1 and course_id = $2 and status <> 'cancelled'
     order by created_at desc, id desc limit 1 for update`,
    [profileId, given.course_id],
  );
  if (known) {
    await updateEnrollment(tx, known.id, given, payment);
    return { id: known.id, created: false };
  }
  const closed = by === 'shop' && (await closedCourse(tx, whatIsSaid(given, profileId, payment)));
  if (closed) {
    if (given.status === 'cancelled') return { id: closed.id, created: false };
    const isPaid = payment?.status === 'paid' || payment?.status === 'partly_refunded';
    if (isPaid && payment.created) await tellPaidAndClosed(tx, closed.id, payment.id);
    return { id: closed.id, created: false, not_opened: true };
  }
  const overFromTheStart = given.status === undefined && payment?.status === 'refunded';
  const made = await tx.row<{ id: string }>(
    `insert into public.enrollments (profile_id, course_id, status, lead_id, transaction_id, created_at)
     values ($1, $2, $3, $4, $5, coalesce($6::timestamptz, cortex.now())) returning id`,
    [
      profileId,
      given.course_id,
      overFromTheStart ? 'cancelled' : (given.status ?? 'active'),
      given.lead_id ?? null,
      payment?.id ?? null,
      given.created_at ?? null,
    ],
  );
  return { id: made!.id, created: true, ...(overFromTheStart ? { not_opened: true } : {}) };
}

const whatIsSaid = (given: EnrollmentFields, profileId: string, payment: Payment | undefined) => ({
  profileId,
  email: given.email,
  courseId: given.course_id,
  payment,
  paidAt: given.transaction?.occurred_at,
  enrolledAt: given.created_at,
});

/** The profile of the address; where it is nobody's any more, that of whoever has the order. */
async function whoIsEnrolled(tx: Tx, given: EnrollmentFields): Promise<string> {
  const known = await profileOf(tx, given.email);
  if (known) return known.id;
  const order = given.transaction?.external_id;
  const holder = await holderOfOrder(tx, order, given.email, '/transaction/external_id');
  return holder?.isFormer ? holder.profile_id : ensureProfile(tx, given.email, given.created_at);
}

/** Of several orders the enrollment is paid by the last one that was not given back. */
const updateEnrollment = (tx: Tx, id: string, given: EnrollmentFields, payment: Payment | undefined): Promise<number> =>
  tx.run(
    `update public.enrollments e set status = coalesce($2, e.status), lead_id = coalesce($3, e.lead_id),
       transaction_id = coalesce((
         select t.id from public.transactions t where t.id in ($4::uuid, e.transaction_id)
         order by t.status in ('paid', 'partly_refunded') desc, t.occurred_at desc, t.id desc limit 1), e.transaction_id),
       updated_at = cortex.now()
     where e.id = $1`,
    [id, given.status ?? null, given.lead_id ?? null, payment?.id ?? null],
  );
