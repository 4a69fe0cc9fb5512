import { Inject, Injectable } from '@nestjs/common';
import type { ContactActionInput } from '#contracts';
import { emailsOf, liftBans, OUTSIDE_SIGN_IN, profilesOf, signInStates, type OutsideSignIn } from '#customers';
import { personIdsOf, writeAs, type ContactRow } from '#directory';
import { closePaidAndClosed } from '#enrollments';
import { AppError, invalidRequest, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { enrollmentCandidate, enrollmentsOf, type Enrollment } from './enrollment-order.js';
import { money } from './order-money.js';
import { allowOutside } from './outside-sign-in.js';

interface Plan {
  email: string;
  profile_ids: string[];
  emails: string[];
  /** The one that is opened again; null: none is cancelled. */
  enrollment: Enrollment | null;
}

/** Undoes of a revocation what can be undone: the sign-in and the course. What was refunded stays refunded. */
@Injectable()
export class RestoreAccess implements ActionDefinition<'restore_access', Plan> {
  readonly name = 'restore_access';
  readonly audit = 'contact.access_restored';
  readonly effects: readonly Effect<Plan>[];

  constructor(@Inject(OUTSIDE_SIGN_IN) outside: OutsideSignIn | null) {
    this.effects = [
      { name: 'sign_in', label: 'Allow sign-in', run: allowSignIn },
      ...(outside ? [allowOutside<Plan>(outside)] : []),
      { name: 'enrollment', label: 'Open the course again', run: openCourse },
    ];
  }

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    const personIds = await personIdsOf(tx, person.person_id);
    const states = await signInStates(tx, await profilesOf(tx, personIds));
    if (states.some(({ banned }) => banned) || (await lastRevoked(tx, personIds)).length > 0) return undefined;
    return 'Nothing was revoked from them.';
  }

  async plan(tx: Tx, person: ContactRow, input: ContactActionInput<'restore_access'>): Promise<Plan> {
    const personIds = await personIdsOf(tx, person.person_id);
    const cancelled = (await enrollmentsOf(tx, person.person_id)).filter(({ status }) => status === 'cancelled');
    const revoked = await lastRevoked(tx, personIds);
    const known = input.enrollment_id ?? revoked[0];
    const enrollment = known === undefined ? cancelled[0] : cancelled.find(({ id }) => id === known);
    if (input.enrollment_id !== undefined && !enrollment)
      throw invalidRequest('This enrollment is not one that can be restored.', [
        { pointer: '/enrollment_id', message: 'Choose one of the person’s own that is cancelled.' },
      ]);
    if (known === undefined && cancelled.length > 1)
      throw new AppError('several_enrollments', 'Several courses of theirs are cancelled. Say which one is meant.', {
        facts: { candidates: cancelled.map(enrollmentCandidate) },
      });
    const profile_ids = await profilesOf(tx, personIds);
    return {
      email: person.email ?? person.address,
      profile_ids,
      emails: await emailsOf(tx, profile_ids),
      enrollment: enrollment ?? null,
    };
  }

  preview({ email, enrollment }: Plan) {
    return {
      sentences: [
        enrollment
          ? `${email} can sign in again, and has “${enrollment.course_title}” again.`
          : `${email} can sign in again. None of their courses is cancelled.`,
        'Their password is the one they had. They sign in anew: no session comes back.',
        moneySentence(enrollment),
      ],
      effects: {
        sign_in: `${email} can sign in again`,
        outside_sign_in: 'The ban of their account there is lifted',
        enrollment: enrollment ? `“${enrollment.course_title}” becomes active` : 'No course is cancelled',
      },
    };
  }

  summary = ({ enrollment }: Plan): string =>
    enrollment ? `Access to ${enrollment.course_title} restored` : 'Sign-in restored';
}

/** The enrollments that were revoked here and are still cancelled, the last one first. */
async function lastRevoked(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `select e.id from cortex.contact_actions a
     join public.enrollments e on e.id = (a.plan #>> '{enrollment,id}')::uuid and e.status = 'cancelled'
     where a.person_id = any($1::uuid[]) and a.action = 'revoke_access' and a.state <> 'failed'
     order by a.id desc limit 20`,
    [personIds],
  );
  return [...new Set(rows.map(({ id }) => id))];
}

function moneySentence(enrollment: Enrollment | null): string {
  const order = enrollment?.order;
  if (!order || order.refunded_minor === 0) return 'No money is taken by this.';
  const refunded = money({ ...order, amount_minor: order.refunded_minor });
  return `The refund stays: ${refunded} that they got back are not taken again. If they are to pay, they have to buy again.`;
}

async function allowSignIn(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const lifted = await liftBans(tx, plan.profile_ids);
  return lifted > 0
    ? { state: 'done', detail: `${plan.email} can sign in again.` }
    : { state: 'not_needed', detail: `${plan.email} could sign in before.` };
}

async function openCourse(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
  const { enrollment } = plan;
  if (!enrollment) return { state: 'not_needed', detail: 'No course of theirs is cancelled.' };
  const { id, profile_id, course_id, course_title } = enrollment;
  // There is only one that counts for each course: they may have bought it again meanwhile.
  const other = await tx.row(
    `select from public.enrollments where profile_id = $1 and course_id = $2 and id <> $3 and status <> 'cancelled'`,
    [profile_id, course_id, id],
  );
  if (other) return { state: 'not_needed', detail: `They have “${course_title}” by another enrollment.` };
  await writeAs(tx, { by: by.label });
  await closePaidAndClosed(tx, id, by.label);
  const opened = await tx.run(
    `update public.enrollments set status = 'active', updated_at = cortex.now() where id = $1 and status = 'cancelled'`,
    [id],
  );
  return opened > 0
    ? { state: 'done', detail: `“${course_title}” is open to them again. The money is not taken back.` }
    : { state: 'not_needed', detail: `“${course_title}” was open to them already.` };
}
