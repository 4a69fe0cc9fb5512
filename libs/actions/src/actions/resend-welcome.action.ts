import { Injectable } from '@nestjs/common';
import { PasswordMails } from '#customers';
import { PasswordMailAction, type PasswordMailPlan } from './password-mail.js';

/** Mails a customer the welcome, with a new link to choose a password. */
@Injectable()
export class ResendWelcome extends PasswordMailAction<'resend_welcome'> {
  readonly name = 'resend_welcome';
  readonly audit = 'contact.welcome_sent';
  protected readonly purpose = 'welcome';

  constructor(mails: PasswordMails) {
    super(mails);
  }

  preview({ email, first }: PasswordMailPlan) {
    return {
      sentences: [
        `${email} gets the welcome email with a link to choose a password.`,
        'The link works once, and for seven days. An earlier link stops working. You can send another one after five minutes.',
      ],
      warnings: first ? [] : ['They have a password already. It works until they choose another one.'],
      effects: { mail: `“Welcome to your courses” to ${email}` },
    };
  }

  summary = ({ email }: PasswordMailPlan): string => `Welcome email sent to ${email}`;
}
