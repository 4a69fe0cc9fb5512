import { Inject, Injectable } from '@nestjs/common';
import { addressOf, peopleOf, writeAs, type ContactRow } from '#directory';
import { endCustomerSessions, OUTSIDE_SIGN_IN, profilesAt, signInStates, type OutsideSignIn } from '#customers';
import { contactJson, pinSystemMail, queueMail, type MailData, type SystemMail } from '#emails';
import { AppError, invalidRequest, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { moveOutside } from './outside-sign-in.js';

interface Plan {
  /** As its owner wrote it, and in its one form. */
  old_email: string;
  old_address: string;
  email: string;
  address: string;
  /** How much comes along. */
  runs: number;
  waiting_mails: number;
  lists: number;
  /** Suppressions that stay with the old address, and such as the new one has. */
  old_suppressed: boolean;
  new_suppressed: boolean;
}

/** To the address that is theirs no more. */
export const goodbye: SystemMail = {
  template_id: '0c0c0c0c-0001-7000-8000-000000000001',
  name: 'Your email address was changed',
  content: {
    subject: 'Your email address was changed',
    html: `<div style="font:16px/1.5 sans-serif;max-width:560px">
<p>Hello {{ contact.first_name | default: "there" }},</p>
<p>the email address of your account at {{ workspace.name }} was changed. From now on we write to the new address, and no longer to this one.</p>
<p>If you did not ask for this, answer this mail at once.</p>
</div>`,
    text: `Hello {{ contact.first_name | default: "there" }},

the email address of your account at {{ workspace.name }} was changed. From now on we write to the new address, and no longer to this one.

If you did not ask for this, answer this mail at once.
`,
  },
};

/**
 * Gives a person another address. The shop's rows change, their profile and the leads of the old address; the directory
 * then takes the person along with all that names them: activities, runs, waiting mail, memberships, consent.
 */
@Injectable()
export class UpdateEmail implements ActionDefinition<'update_email', Plan> {
  readonly name = 'update_email';
  readonly audit = 'contact.email_updated';
  readonly effects: readonly Effect<Plan>[];

  constructor(@Inject(OUTSIDE_SIGN_IN) outside: OutsideSignIn | null) {
    this.effects = [
      { name: 'address', label: 'Change the address', run: changeAddress },
      { name: 'sign_in', label: 'Let sign-in follow', needs: ['address'], run: letSignInFollow },
      ...(outside ? [moveOutside<Plan>(outside)] : []),
      { name: 'tell_old', label: 'Tell the old address', needs: ['address'], run: tellOldAddress },
    ];
  }

  async plan(tx: Tx, person: ContactRow, input: { email: string }): Promise<Plan> {
    const address = addressOf(input.email);
    if (!address) throw invalidRequest('This is not an e-mail address.', [{ pointer: '/email', message: 'Check it.' }]);
    if (address === person.address)
      throw new AppError('action_not_available', 'This is their address already, so there is nothing to change.');
    await assertFree(tx, address);
    const counts = await tx.row<Pick<Plan, 'runs' | 'waiting_mails' | 'lists' | 'old_suppressed' | 'new_suppressed'>>(
      `select
         (select count(*)::int from cortex.automation_runs r
           where r.person_id = $1 and r.status in ('active', 'waiting')) as runs,
         (select count(*)::int from cortex.outgoing o where o.person_id = $1 and not o.to_colleague) as waiting_mails,
         (select count(*)::int from cortex.list_members m where m.person_id = $1) as lists,
         exists (select from cortex.suppressions s where s.address = $2) as old_suppressed,
         exists (select from cortex.suppressions s where s.address = $3) as new_suppressed`,
      [person.person_id, person.address, address],
    );
    const { address: old_address } = person;
    return { old_email: person.email ?? old_address, old_address, email: input.email, address, ...counts! };
  }

  preview(plan: Plan) {
    const { old_email, email, runs, waiting_mails, lists } = plan;
    const along = [
      some(runs, 'run', 'runs'),
      some(waiting_mails, 'waiting mail', 'waiting mails'),
      some(lists, 'list', 'lists'),
    ];
    return {
      sentences: [
        `${old_email} becomes ${email}.`,
        `Activities, consent, ${along.join(', ')} follow the person.`,
        'Suppressions stay with their address.',
      ],
      warnings: [
        ...(plan.new_suppressed ? [`${email} is suppressed, so mail to it is held back.`] : []),
        ...(plan.old_suppressed ? [`${old_email} stays suppressed.`] : []),
      ],
      effects: {
        address: `${email} instead of ${old_email}`,
        sign_in: `A customer signs in with ${email}, and is signed out everywhere.`,
        outside_sign_in: `Their account there gets ${email}.`,
        tell_old: `A mail to ${old_email} says that the address was changed.`,
      },
    };
  }

  summary = ({ old_email, email }: Plan): string => `Email changed from ${old_email} to ${email}`;
}

const some = (n: number, one: string, many: string): string =>
  n === 0 ? `no ${many}` : `${n} ${n === 1 ? one : many}`;

/** @throws AppError 409 when the address is somebody's, with their public id */
async function assertFree(tx: Tx, address: string): Promise<void> {
  const other = (await peopleOf(tx, [address])).get(address);
  if (!other?.type) return;
  const linked = await tx.row('select from cortex.person_links k where k.person_id = $1', [other.person_id]);
  if (linked)
    throw new AppError(
      'action_not_available',
      'This address belongs to an account that is linked to another one. Unlink it first.',
    );
  throw new AppError(
    'address_taken',
    'Someone else in the directory has this address. Link the two accounts instead.',
    {
      facts: { other_contact_id: other.id },
      errors: [{ pointer: '/email', message: 'This address belongs to someone else.' }],
    },
  );
}

async function changeAddress(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
  await writeAs(tx, { by: by.label });
  await assertFree(tx, plan.address);
  const values = [plan.old_address, plan.email];
  const profiles = await tx.run(
    `update public.unified_profiles u set email = $2, updated_at = cortex.now()
     where cortex.address(u.email) collate "C" = $1`,
    values,
  );
  // Leads that an earlier customer of the address left behind stay theirs.
  const leads = await tx.run(
    `update public.purchase_leads l set email = $2, updated_at = cortex.now()
     where cortex.address(l.email) collate "C" = $1
       and not exists (select from cortex.lead_owners o where o.lead_id = l.id and o.address = $1)`,
    values,
  );
  if (profiles + leads === 0)
    throw new AppError('action_not_available', `Nobody has ${plan.old_email} any more. Look the person up again.`);
  return { state: 'done', detail: `Now ${plan.email}.` };
}

/** Sign-in goes by the address of the profile, so it follows by itself: what is left is whoever is signed in. */
async function letSignInFollow(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const profiles = await profilesAt(tx, plan.address);
  const ended = await endCustomerSessions(tx, profiles);
  const hasAccount = (await signInStates(tx, profiles)).some(({ has_password }) => has_password);
  if (!hasAccount && ended === 0) return { state: 'not_needed', detail: 'They have not chosen a password yet.' };
  const sessions = ended === 0 ? 'Nobody was signed in' : ended === 1 ? 'One session ended' : `${ended} sessions ended`;
  return { state: 'done', detail: `They sign in with ${plan.email} now. ${sessions}.` };
}

async function tellOldAddress(tx: Tx, { id, plan, person_id }: ActionContext<Plan>): Promise<Outcome> {
  const row = await tx.row<{ contact: MailData['contact'] }>(
    `select ${contactJson} as contact from cortex.people p where p.person_id = $1`,
    [person_id],
  );
  await queueMail(tx, {
    person_id,
    // Not where their mail is read by now.
    colleague: plan.old_email,
    stream: 'transactional',
    content_id: await pinSystemMail(tx, goodbye),
    data: { contact: { ...row?.contact, email: plan.old_email } },
    dedupe_key: `action:${id}:tell_old`,
  });
  return { state: 'done', detail: `A mail to ${plan.old_email} is on its way.` };
}
