import { AppError, type Tx } from '#platform';
import type { Written } from './bring-in.js';
import { holderOfOrder } from './order-holder.js';
import { ensureProfile } from './profiles.js';

export interface PaymentFields {
  external_id?: string;
  amount_minor: number;
  refunded_minor?: number;
  currency: string;
  status?: 'paid' | 'refunded' | 'partly_refunded' | 'failed';
  occurred_at?: string;
}

export interface TransactionFields extends PaymentFields {
  email: string;
}

export interface EnrollmentFields {
  email: string;
  course_id: string;
  status?: 'active' | 'cancelled' | 'completed';
  lead_id?: string;
  transaction?: PaymentFields;
  created_at?: string;
}

/**
 * Records a payment; a known external id is updated. The payer becomes a customer.
 * @throws AppError 409 when it is the order of another person
 */
export async function upsertTransaction(tx: Tx, given: TransactionFields): Promise<Written> {
  const ensure = () => ensureProfile(tx, given.email, given.occurred_at);
  return pay(tx, given.email, ensure, given, '/external_id');
}

function statusOf(given: PaymentFields): string {
  if (given.status) return given.status;
  const refunded = given.refunded_minor ?? 0;
  if (refunded === 0) return 'paid';
  return refunded >= given.amount_minor ? 'refunded' : 'partly_refunded';
}

/**
 * @param ensure makes whoever pays a customer, where the order is not known
 * @param pointer where its name stands
 */
async function pay(
  tx: Tx,
  email: string,
  ensure: () => Promise<string>,
  given: PaymentFields,
  pointer: string,
): Promise<Written> {
  // Somebody else may record it between our look and our writing; then it is known.
  for (let attempt = 0; attempt < 2; attempt++) {
    const profileId = (await holderOfOrder(tx, given.external_id, email, pointer)) ?? (await ensure());
    const written = await writePayment(tx, profileId, given);
    if (written) return written;
  }
  throw new AppError('concurrent_change', 'Someone else is recording this order at this moment. Send it again.');
}

/** Undefined where somebody else has an order of this name. */
async function writePayment(tx: Tx, profileId: string, given: PaymentFields): Promise<Written | undefined> {
  return tx.row<{ id: string; created: boolean }>(
    `insert into public.transactions as t
       (profile_id, external_id, amount_minor, refunded_minor, currency, status, occurred_at)
     values ($1, $2, $3, coalesce($4::bigint, 0), $5, $6, coalesce($7::timestamptz, cortex.now()))
     on conflict (external_id) do update set amount_minor = excluded.amount_minor,
       refunded_minor = coalesce($4::bigint, t.refunded_minor), currency = excluded.currency,
       status = excluded.status, occurred_at = coalesce($7::timestamptz, t.occurred_at)
       where t.profile_id = excluded.profile_id
     returning id, old.id is null as created`,
    [
      profileId,
      given.external_id ?? null,
      given.amount_minor,
      given.refunded_minor ?? null,
      given.currency,
      statusOf(given),
      given.occurred_at ?? null,
    ],
  );
}

/**
 * Enrolls the person of an address in a course; without a profile they get one. While an enrollment of that course is
 * not cancelled there is only the one: it is updated.
 * @throws AppError 409 when its transaction is the order of another person
 */
export async function upsertEnrollment(tx: Tx, given: EnrollmentFields): Promise<Written> {
  const profileId = await ensureProfile(tx, given.email, given.created_at);
  const ensured = () => Promise.resolve(profileId);
  const payment =
    given.transaction && (await pay(tx, given.email, ensured, given.transaction, '/transaction/external_id'));
  const known = await tx.row<{ id: string }>(
    `select id from public.enrollments where profile_id = $1 and course_id = $2 and status <> 'cancelled'
     order by created_at desc, id desc limit 1 for update`,
    [profileId, given.course_id],
  );
  if (known) {
    await tx.run(
      `update public.enrollments set status = coalesce($2, status), lead_id = coalesce($3, lead_id),
         transaction_id = coalesce($4, transaction_id), updated_at = cortex.now()
       where id = $1`,
      [known.id, given.status ?? null, given.lead_id ?? null, payment?.id ?? null],
    );
    return { id: known.id, created: false };
  }
  const made = await tx.row<{ id: string }>(
    `insert into public.enrollments (profile_id, course_id, status, lead_id, transaction_id, created_at)
     values ($1, $2, coalesce($3, 'active'), $4, $5, coalesce($6::timestamptz, cortex.now())) returning id`,
    [
      profileId,
      given.course_id,
      given.status ?? null,
      given.lead_id ?? null,
      payment?.id ?? null,
      given.created_at ?? null,
    ],
  );
  return { id: made!.id, created: true };
}
