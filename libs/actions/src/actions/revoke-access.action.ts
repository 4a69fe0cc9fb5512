import { Inject, Injectable } from '@nestjs/common';
import type { ContactActionInput } from '#contracts';
import {
  banCustomers,
  emailsOf,
  endCustomerSessions,
  OUTSIDE_SIGN_IN,
  profilesOf,
  type OutsideSignIn,
} from '#customers';
import { personIdsOf, writeAs, type ContactRow } from '#directory';
import { closeRefundedOpen, StripeRefunds } from '#orders';
import { AppError, invalidRequest, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import {
  courseWords,
  enrollmentCandidate,
  enrollmentsOf,
  lastFour,
  orderWords,
  type Enrollment,
} from './enrollment-order.js';
import { money } from './order-money.js';
import { blockOutside } from './outside-sign-in.js';
import { leftToRefund, notAtStripe, refundAtStripe, stripeWish } from './refund-at-stripe.js';

interface Plan {
  email: string;
  enrollment: Enrollment;
  /** Every way in of the person. */
  profile_ids: string[];
  emails: string[];
  /** Courses that they cannot reach any more either. */
  others: string[];
  reason: string;
  /** What Stripe is asked to give back; null: nothing. */
  stripe: ReturnType<typeof stripeWish>;
  /** Why Stripe cannot be asked; null: it can. */
  not_at_stripe: string | null;
}

/**
 * Takes a course and the way in from a customer, and records the refund of its order: the money side first, then the
 * access, then the sign-in, so that what is left after a failure is never a refund that nobody knows of.
 */
@Injectable()
export class RevokeAccess implements ActionDefinition<'revoke_access', Plan> {
  readonly name = 'revoke_access';
  readonly audit = 'contact.access_revoked';
  readonly effects: readonly Effect<Plan>[];

  constructor(
    private readonly refunds: StripeRefunds,
    @Inject(OUTSIDE_SIGN_IN) outside: OutsideSignIn | null,
  ) {
    this.effects = [
      ...(refunds.isSetUp ? [refundAtStripe<Plan>(refunds)] : []),
      // What Stripe did not give back is not said to be.
      { name: 'refund', label: 'Record the refund', needs: ['stripe'], run: recordRefund },
      { name: 'enrollment', label: 'Cancel the enrollment', run: cancelEnrollment },
      { name: 'sign_in', label: 'Block sign-in', run: blockSignIn },
      { name: 'sessions', label: 'End their sessions', run: endSessions },
      ...(outside ? [blockOutside<Plan>(outside)] : []),
    ];
  }

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    const has = (await enrollmentsOf(tx, person.person_id)).some(({ status }) => status !== 'cancelled');
    return has ? undefined : 'They have no course, so there is nothing to revoke.';
  }

  async plan(tx: Tx, person: ContactRow, input: ContactActionInput<'revoke_access'>): Promise<Plan> {
    const had = (await enrollmentsOf(tx, person.person_id)).filter(({ status }) => status !== 'cancelled');
    const enrollment = input.enrollment_id === undefined ? had[0] : had.find(({ id }) => id === input.enrollment_id);
    if (input.enrollment_id === undefined && had.length > 1)
      throw new AppError('several_enrollments', 'They have several courses. Say which one is meant.', {
        facts: { candidates: had.map(enrollmentCandidate) },
      });
    if (!enrollment)
      throw invalidRequest('This enrollment is not one that can be revoked.', [
        { pointer: '/enrollment_id', message: 'Choose one of the person’s own that is not cancelled.' },
      ]);
    const profile_ids = await profilesOf(tx, await personIdsOf(tx, person.person_id));
    return {
      email: person.email ?? person.address,
      enrollment,
      profile_ids,
      emails: await emailsOf(tx, profile_ids),
      others: had
        .filter(({ id, status }) => id !== enrollment.id && status === 'active')
        .map((one) => one.course_title),
      reason: input.reason,
      stripe: stripeWish(this.refunds, enrollment.order, input.refund_at_stripe === true),
      not_at_stripe: notAtStripe(this.refunds, enrollment.order) ?? null,
    };
  }

  assertConfirmed({ enrollment: { order } }: Plan, { confirm }: ContactActionInput<'revoke_access'>): void {
    if (!order || confirm?.toLowerCase() === lastFour(order).toLowerCase()) return;
    throw invalidRequest('Nothing was done. Type the last four characters of the order to say that you mean it.', [
      { pointer: '/confirm', message: 'These are not the last four characters of the order.' },
    ]);
  }

  preview({ email, enrollment, others, stripe, not_at_stripe }: Plan) {
    const { order } = enrollment;
    const open = order ? leftToRefund(order) : 0;
    const amount = order ? money({ ...order, amount_minor: open }) : '';
    return {
      sentences: [
        `${email} loses ${courseWords(enrollment)} at once, and cannot sign in any more.`,
        !order
          ? 'No order belongs to this enrollment, so no refund is recorded.'
          : open === 0
            ? `The ${orderWords(order)}, was refunded before.`
            : stripe
              ? `${amount} is given back at Stripe and recorded as refunded (${orderWords(order)}).`
              : `${amount} is recorded as refunded (${orderWords(order)}). Cortex pays nothing back${
                  not_at_stripe === null
                    ? ' unless you choose Refund at Stripe'
                    : ': give the money back where it was paid'
                }.`,
        'Restore access opens the course and the sign-in again, and takes no money back.',
      ],
      warnings:
        others.length > 0
          ? [
              `They cannot reach ${titles(others)} any more either, because they cannot sign in. They stay enrolled there.`,
            ]
          : [],
      effects: {
        stripe: stripe ? `${amount} given back` : 'Not chosen',
        refund: order ? (open > 0 ? `${amount} refunded` : 'Refunded already') : 'No order belongs to this enrollment',
        enrollment: `${courseWords(enrollment)} becomes cancelled`,
        sign_in: `No password and no link lets ${email} in, until access is restored`,
        sessions: 'Whoever is signed in as them is signed out',
        outside_sign_in: 'Their account there is banned for good',
      },
      ...(not_at_stripe === null ? {} : { closed: { refund_at_stripe: not_at_stripe } }),
      ...(order
        ? {
            confirm: {
              label: 'Type the last four characters of the order',
              value_hint: `Order ${order.number}`,
            },
          }
        : {}),
    };
  }

  summary = ({ enrollment: { course_title, program, order } }: Plan): string =>
    `Access to ${course_title}${program ? ` (${program})` : ''} revoked${order && leftToRefund(order) > 0 ? `, ${money({ ...order, amount_minor: leftToRefund(order) })} refunded` : ''}`;
}

const titles = (all: readonly string[]): string =>
  all
    .slice(0, 5)
    .map((title) => `“${title}”`)
    .concat(all.length > 5 ? [`${all.length - 5} more`] : [])
    .join(', ');

/** What was refunded before stays counted; amount and currency stay as they were, for whoever looks later. */
async function recordRefund(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
  const { order } = plan.enrollment;
  if (!order) return { state: 'not_needed', detail: 'No order belongs to this enrollment.' };
  await writeAs(tx, { by: by.label });
  const before = await tx.row<{ amount_minor: number; refunded: number; currency: string; status: string }>(
    `select t.amount_minor::float8 as amount_minor, t.refunded_minor::float8 as refunded, t.currency, t.status
     from public.transactions t where t.id = $1 for update`,
    [order.id],
  );
  if (!before) return { state: 'not_needed', detail: 'The order is no longer there.' };
  if (before.status === 'failed') return { state: 'not_needed', detail: 'The order was never paid.' };
  if (before.status === 'refunded') return { state: 'not_needed', detail: 'The order was refunded before.' };
  await tx.run(`update public.transactions set status = 'refunded', refunded_minor = amount_minor where id = $1`, [
    order.id,
  ]);
  const refunded_minor = before.amount_minor - before.refunded;
  const now = money({ ...before, amount_minor: refunded_minor });
  const earlier = money({ ...before, amount_minor: before.refunded });
  return {
    state: 'done',
    detail:
      before.refunded > 0
        ? `${now} recorded as refunded, besides ${earlier} before that, of ${money(before)}.`
        : `${now} recorded as refunded.`,
    kept: {
      transaction_id: order.id,
      amount_minor: before.amount_minor,
      refunded_minor,
      refunded_before_minor: before.refunded,
      currency: before.currency,
    },
  };
}

async function cancelEnrollment(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
  await writeAs(tx, { by: by.label });
  const { id, course_title } = plan.enrollment;
  const cancelled = await tx.run(
    `update public.enrollments set status = 'cancelled', updated_at = cortex.now() where id = $1 and status <> 'cancelled'`,
    [id],
  );
  await closeRefundedOpen(tx, id, by.label);
  return cancelled > 0
    ? { state: 'done', detail: `“${course_title}” is cancelled.` }
    : { state: 'not_needed', detail: `“${course_title}” was cancelled meanwhile.` };
}

async function blockSignIn(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const banned = await banCustomers(tx, plan.profile_ids, plan.reason);
  return banned > 0
    ? { state: 'done', detail: `${plan.email} cannot sign in any more.` }
    : { state: 'not_needed', detail: `${plan.email} could not sign in before.` };
}

async function endSessions(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const ended = await endCustomerSessions(tx, plan.profile_ids);
  return ended > 0
    ? { state: 'done', detail: ended === 1 ? 'One session ended.' : `${ended} sessions ended.` }
    : { state: 'not_needed', detail: 'Nobody was signed in.' };
}
