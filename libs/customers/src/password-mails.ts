import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AfterAnswer } from '#access';
import { addressOf, findOrCreatePeople } from '#directory';
import { contactJson, LinkTokens, pinSystemMail, queueMail, type QueuedMail } from '#emails';
import { Database, LOG, newId, notFound, type Log, type Tx } from '#platform';
import { lastsMinutes, PasswordLinks, type LinkPurpose } from './password-links.js';
import { passwordMails } from './password-words.js';

export interface PasswordMail extends QueuedMail {
  /** When its link stops working. */
  expires_at: Date;
}

/** Mails customers a link with which they choose a password, by the transactional stream. */
@Injectable()
export class PasswordMails implements OnApplicationShutdown {
  private readonly later: AfterAnswer;

  constructor(
    private readonly database: Database,
    private readonly links: PasswordLinks,
    private readonly tokens: LinkTokens,
    @Inject(LOG) log: Log,
  ) {
    this.later = new AfterAnswer(log, 'a mail for a customer’s new password was not queued');
  }

  /**
   * Takes a customer's request and answers at once; whether somebody has this address is looked up afterwards, so that
   * neither the answer nor its time tells.
   * @throws AppError 429 when too many were asked for from one network
   */
  async ask(email: string, ip: string): Promise<void> {
    if (!(await this.links.mayAsk(email, ip))) return;
    this.later.begin(() =>
      this.database.tx(async (tx) => {
        const profileId = await this.links.customerOf(tx, email);
        if (profileId) await this.queue(tx, profileId, 'reset', 'the customer');
      }),
    );
  }

  /**
   * Queues the mail and makes its link, which takes the place of an earlier one, in the caller's transaction.
   * @param by who asked for it
   * @param dedupeKey the same key is the same mail
   * @throws AppError 404 when there is no such customer, 409 when their access was revoked
   */
  async queue(
    tx: Tx,
    profileId: string,
    purpose: LinkPurpose,
    by: string,
    dedupeKey = `password ${newId()}`,
  ): Promise<PasswordMail> {
    const profile = await tx.row<{ email: string | null }>(
      'select email::text as email from public.unified_profiles where id = $1',
      [profileId],
    );
    const address = addressOf(profile?.email ?? '');
    if (!address) throw notFound('customer');
    const { person_id } = (await findOrCreatePeople(tx, [address])).get(address)!;
    const row = await tx.row<{ contact: Record<string, unknown> }>(
      `select ${contactJson} as contact from cortex.people p where p.person_id = $1`,
      [person_id],
    );
    const mail = await queueMail(tx, {
      person_id,
      stream: 'transactional',
      content_id: await pinSystemMail(tx, passwordMails[purpose]),
      data: { contact: row!.contact, password: true },
      dedupe_key: dedupeKey,
    });
    const token = (await this.tokens.signer()).token('password', { person_id, message_id: mail.message_id });
    const expires_at = await this.links.make(tx, profileId, { purpose, by, token, minutes: lastsMinutes[purpose] });
    return { ...mail, expires_at };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.later.ended();
  }
}
