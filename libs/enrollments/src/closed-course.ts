import { adminAddresses } from '#contracts';
import { addressOf } from '#directory';
import { closeAttention, openAttention, type Tx } from '#platform';
import type { Payment } from './order-news.js';
import { orderOfEnrollment } from './order-of-enrollment.js';

const KIND = 'paid_and_closed';
const keyOf = (enrollmentId: string): string => `${KIND}:${enrollmentId}`;

/** What is said of somebody's enrollment. */
interface Said {
  profileId: string;
  email: string;
  courseId: string;
  payment: Payment | undefined;
  /** When they paid, and when they enrolled, where it is said. RFC 3339. */
  paidAt: string | undefined;
  enrolledAt: string | undefined;
}

interface Cancelled {
  id: string;
  order_id: string | null;
  is_revoked: boolean;
  /** What is said is from after the revocation. */
  is_later: boolean;
}

/**
 * The cancelled enrollment that what is said is no more than a repeat of; undefined where it may open the course. All
 * of its order was given back; or support took the course away (*Revoke & refund*) and nothing that is said is later: no
 * order that was paid since, no day since. What a shop cancels itself it may open again. Linked accounts are one person.
 */
export async function closedCourse(tx: Tx, said: Said): Promise<{ id: string } | undefined> {
  const { payment } = said;
  const cancelled = await tx.rows<Cancelled>(
    `select e.id, ${orderOfEnrollment} as order_id, coalesce(a.action = 'revoke_access', false) as is_revoked,
       coalesce(coalesce($5::timestamptz, $6::timestamptz,
         (select t.occurred_at from public.transactions t where t.id = $3 and t.external_id is not null)
       ) >= a.created_at, false) as is_later
     from public.enrollments e
     left join lateral (
       select b.action, b.created_at from cortex.contact_actions b
       where b.action in ('revoke_access', 'restore_access') and b.plan #>> '{enrollment,id}' = e.id::text
         and b.state <> 'failed'
       order by b.id desc limit 1
     ) a on true
     where e.course_id = $2 and e.status = 'cancelled' and e.profile_id in (
       select $1::uuid
       union all
       select t.profile_id from public.transactions t where t.id = $3
       union all
       select o.id from cortex.people p
       left join cortex.person_links k on k.person_id = p.person_id
       cross join lateral (
         select coalesce(k.into_person_id, p.person_id) as person_id
         union all
         select l.person_id from cortex.person_links l where l.into_person_id = coalesce(k.into_person_id, p.person_id)
       ) g
       join cortex.people o on o.person_id = g.person_id and o.type = 'customer'
       where p.address = $4
     )
     order by e.updated_at desc, e.id desc`,
    [
      said.profileId,
      said.courseId,
      payment?.id ?? null,
      addressOf(said.email) ?? null,
      said.paidAt ?? null,
      said.enrolledAt ?? null,
    ],
  );
  if (payment?.status === 'refunded') return cancelled.find(({ order_id }) => order_id === payment.id) ?? cancelled[0];
  const isPaid = payment?.status !== 'failed';
  return cancelled.find((one) => one.is_revoked && !(one.is_later && isPaid));
}

/** Says under Needs attention that somebody paid for a course that stays closed to them. */
export async function tellPaidAndClosed(tx: Tx, enrollmentId: string, orderId: string): Promise<void> {
  const facts = await tx.row<{ profile_id: string; email: string; title: string; order_name: string }>(
    `select u.id as profile_id, u.email::text as email, c.title, coalesce(t.external_id, t.id::text) as order_name
     from public.enrollments e join public.courses c on c.id = e.course_id
     join public.transactions t on t.id = $2
     join public.unified_profiles u on u.id = t.profile_id and u.email is not null
     where e.id = $1`,
    [enrollmentId, orderId],
  );
  if (!facts) return;
  const { profile_id, email, title, order_name } = facts;
  await openAttention(tx, {
    key: keyOf(enrollmentId),
    kind: KIND,
    title: 'Paid, but the course stays closed',
    detail: `The order ${order_name} of ${email} pays for “${title}”, which was taken from them after that order’s day. It opens nothing. Use Restore access if they are to have it, or give the money back.`,
    action: { label: 'Open the person', href: adminAddresses.contact(profile_id) },
    facts: { enrollment_id: enrollmentId, transaction_id: orderId },
  });
}

/** Closes what was said of an enrollment, by whoever has just opened it. */
export const closePaidAndClosed = (tx: Tx, enrollmentId: string, by: string): Promise<void> =>
  closeAttention(tx, keyOf(enrollmentId), by);
