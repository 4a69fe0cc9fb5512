import { adminAddresses } from '#contracts';
import { personIdsOf, shownPerson } from '#directory';
import { orderOfEnrollment } from '#enrollments';
import { closeAttention, openAttention, type Tx } from '#platform';

const KIND = 'refunded_open';
const keyOf = (enrollmentId: string): string => `${KIND}:${enrollmentId}`;

/** Items that are closed in one transaction. */
const AT_ONCE = 100;

interface OpenCourse {
  enrollment_id: string;
  profile_id: string;
  email: string;
  title: string;
  order_name: string;
}

/**
 * Says under Needs attention which courses are still open although all that was paid for them was given back at the
 * source of their order. Whether they are taken away is for somebody to decide.
 * @param orderIds of `public.transactions`: orders of which the rest was given back just now
 */
export async function tellRefundedOpen(
  tx: Tx,
  { name, label }: { readonly name: string; readonly label: string },
  orderIds: readonly string[],
): Promise<void> {
  for (const orderId of orderIds) {
    for (const { enrollment_id, profile_id, email, title, order_name } of await openCoursesOf(tx, orderId)) {
      await openAttention(tx, {
        key: keyOf(enrollment_id),
        kind: KIND,
        title: `Refunded at ${label}, course still open`,
        detail: `${email} was given everything back for the order ${order_name}, and still has “${title}”. Take it from them with Revoke & refund, or mark this as done if they are to keep it.`,
        action: { label: 'Open the person', href: adminAddresses.contact(profile_id) },
        facts: { source: name, enrollment_id },
      });
    }
  }
}

/** What the buyer of an order has by it, under any account that is linked with theirs. */
async function openCoursesOf(tx: Tx, orderId: string): Promise<OpenCourse[]> {
  const buyer = await tx.row<{ person_id: string }>(
    `select p.person_id from public.transactions t
     join public.unified_profiles u on u.id = t.profile_id
     join cortex.people p on p.address = cortex.address(u.email) collate "C"
     where t.id = $1`,
    [orderId],
  );
  if (!buyer) return [];
  const personIds = await personIdsOf(tx, await shownPerson(tx, buyer.person_id));
  return tx.rows<OpenCourse>(
    `select e.id as enrollment_id, e.profile_id, u.email::text as email, c.title,
       coalesce(t.external_id, t.id::text) as order_name
     from cortex.people p
     join public.unified_profiles u on cortex.address(u.email) collate "C" = p.address
     join public.enrollments e on e.profile_id = u.id and e.status <> 'cancelled'
     join public.courses c on c.id = e.course_id
     join public.transactions t on t.id = ${orderOfEnrollment}
     where p.person_id = any($1::uuid[]) and t.id = $2
     order by e.id`,
    [personIds, orderId],
  );
}

/** Closes what was said of an enrollment, by whoever has just cancelled it. */
export const closeRefundedOpen = (tx: Tx, enrollmentId: string, by: string): Promise<void> =>
  closeAttention(tx, keyOf(enrollmentId), by);

/** Closes what was said of enrollments that a shop has cancelled since, and of people who were erased. */
export async function closeNoLongerOpen(tx: Tx): Promise<void> {
  const over = await tx.rows<{ key: string }>(
    `select a.key from cortex.attention a
     where a.closed_at is null and a.kind = $1 and not exists (
       select from public.enrollments e join public.unified_profiles u on u.id = e.profile_id
       where e.id = (a.facts ->> 'enrollment_id')::uuid and e.status <> 'cancelled' and u.email is not null)
     order by a.key limit $2`,
    [KIND, AT_ONCE],
  );
  for (const { key } of over) await closeAttention(tx, key);
}
