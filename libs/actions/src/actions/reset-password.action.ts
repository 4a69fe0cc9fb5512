import { Inject, Injectable } from '@nestjs/common';
import { OUTSIDE_SIGN_IN, PasswordMails, type OutsideSignIn } from '#customers';
import { resetOutside } from './outside-sign-in.js';
import { PasswordMailAction, type PasswordMailPlan } from './password-mail.js';

/** Mails a customer a link to choose a new password. Nobody else sets it, and the one they have stays good until then. */
@Injectable()
export class ResetPassword extends PasswordMailAction<'reset_password'> {
  readonly name = 'reset_password';
  readonly audit = 'contact.password_mailed';
  protected readonly purpose = 'reset';

  constructor(mails: PasswordMails, @Inject(OUTSIDE_SIGN_IN) outside: OutsideSignIn | null) {
    super(mails, outside ? [resetOutside(outside)] : []);
  }

  preview({ email, first }: PasswordMailPlan) {
    return {
      sentences: [
        first
          ? `${email} gets an email with a link to choose their first password.`
          : `${email} gets an email with a link to choose a new password. The one they have works until they do.`,
        'The link works once, and for an hour. An earlier link stops working. You can send another one after five minutes.',
      ],
      effects: {
        outside_mail: 'Where they have an account there, they get its link and not ours',
        mail: `“A new password for your courses” to ${email}`,
      },
    };
  }

  summary = ({ email }: PasswordMailPlan): string => `Link for a new password sent to ${email}`;
}
