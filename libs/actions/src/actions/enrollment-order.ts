import type { ActionCandidate } from '#contracts';
import { profilesOf } from '#customers';
import { personIdsOf } from '#directory';
import { orderOfEnrollment } from '#enrollments';
import type { Tx } from '#platform';
import { money } from './order-money.js';

/** A payment as the shop recorded it. */
export interface Order {
  id: string;
  /** As people name it: the shop's number, else our own id. */
  number: string;
  /** The shop's or Stripe's name of it. */
  external_id: string | null;
  amount_minor: number;
  refunded_minor: number;
  currency: string;
  status: 'paid' | 'refunded' | 'partly_refunded' | 'failed';
}

/** What somebody has, or had. */
export interface Enrollment {
  id: string;
  profile_id: string;
  course_id: string;
  course_title: string;
  /** The program that the course belongs to. */
  program: string | null;
  status: 'active' | 'cancelled' | 'completed';
  enrolled_at: string;
  order: Order | null;
}

/** Every enrollment of a person and of those linked with them is looked at; more than these nobody has. */
const MOST = 500;

const ORDER = `jsonb_build_object('id', t.id, 'number', coalesce(t.external_id, t.id::text), 'external_id', t.external_id, 'amount_minor', t.amount_minor,
  'refunded_minor', t.refunded_minor, 'currency', t.currency, 'status', t.status)`;

/** The enrollments of a person, newest first, each with its order as `orderOfEnrollment` says. */
export async function enrollmentsOf(tx: Tx, personId: string): Promise<Enrollment[]> {
  return tx.rows<Enrollment>(
    `select e.id, e.profile_id, e.course_id, c.title as course_title, c.program, e.status, e.created_at::text as enrolled_at,
       (select ${ORDER} from public.transactions t where t.id = ${orderOfEnrollment}) as order
     from public.enrollments e join public.courses c on c.id = e.course_id
     where e.profile_id = any($1::uuid[])
     order by e.created_at desc, e.id desc limit $2`,
    [await profilesOf(tx, await personIdsOf(tx, personId)), MOST],
  );
}

/** The last four characters of an order's number, by which somebody says that they mean this one. */
export const lastFour = ({ number }: Order): string => number.slice(-4);

export const orderWords = (order: Order): string => `order …${lastFour(order)}, ${money(order)}`;

/** “Light”, or “Light” (P2P). */
export const courseWords = ({ course_title, program }: Pick<Enrollment, 'course_title' | 'program'>): string =>
  `“${course_title}”${program ? ` (${program})` : ''}`;

export const enrollmentCandidate = (enrollment: Enrollment): ActionCandidate => ({
  id: enrollment.id,
  label: enrollment.course_title,
  detail: [
    ...(enrollment.program ? [enrollment.program] : []),
    enrollment.status,
    `since ${enrollment.enrolled_at.slice(0, 10)}`,
    enrollment.order ? orderWords(enrollment.order) : 'no order',
  ].join(', '),
});
