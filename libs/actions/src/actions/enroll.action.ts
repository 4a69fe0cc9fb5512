import { Injectable } from '@nestjs/common';
import type { ContactActionInput } from '#contracts';
import { profilesOf, signInStates } from '#customers';
import { addressOfPerson, personIdsOf, writeAs, type ContactRow } from '#directory';
import { upsertEnrollment, upsertTransaction } from '#enrollments';
import { AppError, invalidRequest, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { money } from './order-money.js';

interface Plan {
  email: string;
  course_id: string;
  course_title: string;
  /** They are a lead, and become a customer. */
  was_lead: boolean;
  /** Their access was revoked, so that they cannot come to the course. */
  is_banned: boolean;
  /** What they paid elsewhere; null: nothing. */
  paid: { amount_minor: number; currency: string } | null;
}

/** Gives a person a course: free, or with the payment that somebody took elsewhere. */
@Injectable()
export class Enroll implements ActionDefinition<'enroll', Plan> {
  readonly name = 'enroll';
  readonly audit = 'contact.enrolled';
  readonly effects: readonly Effect<Plan>[] = [
    { name: 'payment', label: 'Record the payment', run: recordPayment },
    { name: 'enrollment', label: 'Give access to the course', needs: ['payment'], run: giveAccess },
  ];

  async plan(tx: Tx, person: ContactRow, input: ContactActionInput<'enroll'>): Promise<Plan> {
    const course = await tx.row<{ title: string }>('select c.title from public.courses c where c.id = $1', [
      input.course_id,
    ]);
    if (!course)
      throw invalidRequest('This course does not exist.', [
        { pointer: '/course_id', message: 'There is no course with this id. Choose another one.' },
      ]);
    const known = await enrollmentOf(tx, person.person_id, input.course_id);
    if (known)
      throw new AppError(
        'already_enrolled',
        known.status === 'active'
          ? `They have “${course.title}” already. Nothing was changed.`
          : `They have completed “${course.title}”, and still have it. Nothing was changed.`,
        { facts: { enrollment_id: known.id } },
      );
    const { amount_minor, currency } = input;
    return {
      email: person.email ?? person.address,
      course_id: input.course_id,
      course_title: course.title,
      was_lead: person.type === 'lead',
      is_banned: await isBanned(tx, person.person_id),
      paid:
        input.payment === 'elsewhere' && amount_minor !== undefined && currency !== undefined
          ? { amount_minor, currency }
          : null,
    };
  }

  preview(plan: Plan) {
    return {
      sentences: [
        `${plan.email} gets “${plan.course_title}”, ${plan.paid ? `paid elsewhere: ${money(plan.paid)}` : 'free of charge'}.`,
        ...(plan.was_lead ? ['They are a lead now, and become a customer.'] : []),
      ],
      warnings: plan.is_banned
        ? ['Their access was revoked, so they cannot sign in. Restore it as well, if they are to come in.']
        : [],
      effects: {
        payment: plan.paid ? `An order of ${money(plan.paid)}, paid` : 'Nothing is recorded: the course is free.',
        enrollment: `“${plan.course_title}” is open to them at once.`,
      },
    };
  }

  summary = ({ course_title, paid }: Plan): string =>
    `Enrolled by hand in ${course_title}, ${paid ? `paid elsewhere: ${money(paid)}` : 'free of charge'}`;
}

/** Their enrollment in this course that is not cancelled, also with an account that is linked to theirs. */
const enrollmentOf = async (tx: Tx, personId: string, courseId: string) =>
  tx.row<{ id: string; status: string }>(
    `select e.id, e.status from cortex.people p join public.enrollments e on e.profile_id = p.id
     where p.person_id = any($1::uuid[]) and p.type = 'customer' and e.course_id = $2 and e.status <> 'cancelled'
     order by e.created_at desc limit 1`,
    [await personIdsOf(tx, personId), courseId],
  );

async function isBanned(tx: Tx, personId: string): Promise<boolean> {
  const states = await signInStates(tx, await profilesOf(tx, await personIdsOf(tx, personId)));
  return states.some(({ banned }) => banned);
}

async function recordPayment(tx: Tx, context: ActionContext<Plan>): Promise<Outcome> {
  const { plan, by, person_id } = context;
  if (!plan.paid) return { state: 'not_needed', detail: 'The course is free.' };
  await writeAs(tx, { by: by.label });
  const email = await addressOfPerson(tx, person_id);
  const { id } = await upsertTransaction(tx, { email, ...orderOf(context)! });
  await markSample(tx, person_id, 'transaction', id);
  return { state: 'done', detail: `${money(plan.paid)}, paid elsewhere.` };
}

async function giveAccess(tx: Tx, context: ActionContext<Plan>): Promise<Outcome> {
  const { plan, by, person_id } = context;
  if (await enrollmentOf(tx, person_id, plan.course_id))
    return { state: 'not_needed', detail: `They were given “${plan.course_title}” by somebody else meanwhile.` };
  await writeAs(tx, { by: by.label });
  const email = await addressOfPerson(tx, person_id);
  const transaction = orderOf(context);
  const wanted = { email, course_id: plan.course_id, ...(transaction ? { transaction } : {}) };
  const { id } = await upsertEnrollment(tx, wanted, 'staff');
  await markSample(tx, person_id, 'enrollment', id);
  return { state: 'done', detail: `“${plan.course_title}” is open to them.`, kept: { enrollment_id: id } };
}

/** What belongs to somebody of the sample goes when the sample is removed, and so does the customer that they became. */
const markSample = (tx: Tx, personId: string, kind: 'transaction' | 'enrollment', id: string) =>
  tx.run(
    `insert into cortex.demo_rows (kind, id)
     select m.kind, m.id
     from cortex.people p
     cross join lateral (
       select $2::text as kind, $3::uuid as id
       union all
       select 'profile', u.id from public.unified_profiles u where cortex.address(u.email) collate "C" = p.address
     ) m
     where p.person_id = $1 and p.demo
     on conflict do nothing`,
    [personId, kind, id],
  );

/** The payment as an order of the shop. By its number it is one, however often it is written. */
const orderOf = ({ id, plan }: ActionContext<Plan>) =>
  plan.paid ? { external_id: `by-hand-${id}`, ...plan.paid } : undefined;
