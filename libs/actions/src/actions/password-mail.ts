import type { ContactActionInput } from '#contracts';
import { type PasswordMails, profilesOf, signInStates } from '#customers';
import { personIdsOf, type ContactRow } from '#directory';
import { AppError, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome, PreviewWords } from '../definition.js';

export interface PasswordMailPlan {
  profile_id: string;
  email: string;
  /** They have not chosen a password yet. */
  first: boolean;
}

/** Seconds after which another of these mails may be sent. */
const COOLDOWN = 5 * 60;

/** Mails a customer a link with which they choose a password: what a reset and a welcome have in common. */
export abstract class PasswordMailAction<N extends 'reset_password' | 'resend_welcome'> implements ActionDefinition<
  N,
  PasswordMailPlan
> {
  abstract readonly name: N;
  abstract readonly audit: ActionDefinition['audit'];
  protected abstract readonly purpose: 'reset' | 'welcome';
  readonly cooldown = COOLDOWN;
  readonly effects: readonly Effect<PasswordMailPlan>[];

  /** @param before effects after which ours is not needed when they have sent a mail, nor tried when they failed */
  constructor(
    private readonly mails: PasswordMails,
    before: readonly Effect<PasswordMailPlan>[] = [],
  ) {
    this.effects = [
      ...before,
      {
        name: 'mail',
        label: 'Send the email',
        needs: before.map(({ name }) => name),
        run: (tx, context) => this.send(tx, context),
      },
    ];
  }

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    const [profile] = await signInStates(tx, await profilesOf(tx, await personIdsOf(tx, person.person_id)));
    if (!profile) return 'They are a lead and have no account yet. Enroll them in a course first.';
    if (profile.banned) return 'Their access was revoked. Restore it first.';
    if (person.suppressed_transactional)
      return 'Mail to this address is suppressed, so it would not arrive. Lift that in the settings first.';
    return undefined;
  }

  async plan(tx: Tx, person: ContactRow, _input: ContactActionInput<N>): Promise<PasswordMailPlan> {
    const states = await signInStates(tx, await profilesOf(tx, await personIdsOf(tx, person.person_id)));
    // Theirs, and of somebody who was linked with a customer that customer's.
    const profile = states.find(({ profile_id }) => profile_id === person.id) ?? states[0];
    if (!profile) throw new AppError('action_not_available', 'They have no account yet.');
    return { profile_id: profile.profile_id, email: person.email ?? person.address, first: !profile.has_password };
  }

  abstract preview(plan: PasswordMailPlan): PreviewWords;
  abstract summary(plan: PasswordMailPlan): string;

  private async send(tx: Tx, { id, plan, by, kept }: ActionContext<PasswordMailPlan>): Promise<Outcome> {
    if ([...kept.values()].some(({ sent }) => sent === true))
      return { state: 'not_needed', detail: 'They sign in elsewhere, and get that link.' };
    const key = `action:${id}:mail`;
    const mail = await this.mails.queue(tx, plan.profile_id, this.purpose, by.label, key);
    return {
      state: 'done',
      detail: `The email to ${plan.email} is on its way. The timeline says what becomes of it.`,
      kept: { message_id: mail.message_id },
    };
  }
}
