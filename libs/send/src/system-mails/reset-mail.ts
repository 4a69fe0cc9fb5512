import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AfterAnswer, PasswordResets } from '#access';
import { addressOf, findOrCreatePeople } from '#directory';
import { LinkTokens, queueMail, type MailContent } from '#emails';
import { Database, LOG, newId, type Log } from '#platform';

/** The link is signed when the mail is rendered, so that nothing stored can be used to set a password. */
const content: MailContent = {
  subject: 'Set a new password for Cortex',
  html: `<div style="font:16px/1.5 sans-serif;max-width:560px">
<p>Hello {{ contact.first_name }},</p>
<p>somebody asked for a new password for your Cortex account. If it was you, follow this link. It works once, and for an hour.</p>
<p><a href="{{ links.reset }}">Set a new password</a></p>
<p>If it was not you, ignore this mail: your password stays as it is.</p>
</div>`,
  text: `Hello {{ contact.first_name }},

somebody asked for a new password for your Cortex account. If it was you, open this link. It works once, and for an hour.

{{ links.reset }}

If it was not you, ignore this mail: your password stays as it is.
`,
};

/** Mails a link to who has forgotten their password, by the transactional stream. */
@Injectable()
export class ResetMail implements OnApplicationShutdown {
  private readonly later: AfterAnswer;

  constructor(
    private readonly database: Database,
    private readonly resets: PasswordResets,
    private readonly tokens: LinkTokens,
    @Inject(LOG) log: Log,
  ) {
    this.later = new AfterAnswer(log, 'a mail for a forgotten password was not queued');
  }

  /**
   * Takes the request and answers at once; whether somebody has this address is looked up afterwards, so that neither
   * the answer nor its time tells.
   * @throws AppError 429 when too many were asked for from one address
   */
  async ask(email: string, ip: string): Promise<void> {
    const may = await this.resets.mayAsk(email, ip);
    if (may) this.later.begin(() => this.send(email));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.later.ended();
  }

  private async send(email: string): Promise<void> {
    await this.database.tx((tx) =>
      this.resets.forMail(tx, email, async (member) => {
        const address = addressOf(member.email);
        if (!address) throw new Error('The address of a staff member is none that mail can go to.');
        const { person_id } = (await findOrCreatePeople(tx, [address])).get(address)!;
        const { message_id } = await queueMail(tx, {
          person_id,
          colleague: member.email,
          stream: 'transactional',
          content,
          data: { contact: { first_name: member.name }, reset: true },
          dedupe_key: `reset ${newId()}`,
          demo: false,
        });
        return (await this.tokens.signer()).token('reset', { person_id, message_id });
      }),
    );
  }
}
