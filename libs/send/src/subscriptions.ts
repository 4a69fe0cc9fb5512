import { Injectable } from '@nestjs/common';
import { appendActivities } from '#activities';
import { setConsent } from '#directory';
import { liftForPerson, LinkTokens, type LinkPurpose } from '#emails';
import { Database } from '#platform';
import { settingSql } from '#rules';
import { aboutMessage } from './claim-batch.js';

/** The person behind a link in a mail, as far as its page needs to know them. */
export interface LinkHolder {
  person_id: string;
  message_id: string;
  /** Partly hidden: a mail may have been forwarded. */
  address_hint: string;
  subscribed: boolean;
  workspace: string;
}

interface HolderRow {
  /** Another than the link names when that one was merged. */
  person_id: string;
  address: string;
  consent_status: string;
  workspace: string;
}

/** What people do through the links in their mails. Reading changes nothing; only these two calls do. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly database: Database,
    private readonly tokens: LinkTokens,
  ) {}

  /** Who holds this link; undefined when it was not made here. */
  async holder(purpose: LinkPurpose, token: string): Promise<LinkHolder | undefined> {
    const subject = (await this.tokens.signer()).read(purpose, token);
    if (!subject) return undefined;
    const row = await this.database.row<HolderRow>(
      `select p.person_id, p.address, p.consent_status, ${settingSql('name')} as workspace
       from cortex.people p
       where p.person_id = coalesce((select m.into_person_id from cortex.person_merges m where m.person_id = $1), $1)`,
      [subject.person_id],
    );
    if (!row) return undefined;
    return {
      ...subject,
      person_id: row.person_id,
      address_hint: hint(row.address),
      subscribed: row.consent_status !== 'unsubscribed',
      workspace: row.workspace,
    };
  }

  /** Takes back the consent to marketing mail. Doing it again changes nothing. */
  async unsubscribe(holder: LinkHolder, source: 'unsubscribe_link' | 'one_click' | 'preferences'): Promise<void> {
    await this.change(holder, 'unsubscribed', 'email.unsubscribed', source);
  }

  /** The person asks for marketing mail again: lifts a manual suppression. A bounce or complaint outlives it. */
  async subscribe(holder: LinkHolder): Promise<void> {
    await this.change(holder, 'subscribed', 'email.subscribed', 'preferences');
  }

  private async change(
    holder: LinkHolder,
    status: 'subscribed' | 'unsubscribed',
    type: string,
    source: string,
  ): Promise<void> {
    await this.database.tx(async (tx) => {
      const message = await tx.row<Parameters<typeof aboutMessage>[0]>(
        `update cortex.messages
         set unsubscribed_at = case when $2 = 'unsubscribed' then coalesce(unsubscribed_at, cortex.now()) else unsubscribed_at end
         where id = $1 and person_id = $3 returning id, automation_id, broadcast_id, run_id, node_id`,
        [holder.message_id, status, holder.person_id],
      );
      if (status === 'subscribed') {
        const person = await tx.row<{ address: string }>('select address from cortex.people where person_id = $1', [
          holder.person_id,
        ]);
        if (person) await liftForPerson(tx, person.address, 'broadcast');
      }
      const changed = await setConsent(tx, holder.person_id, { status, source }, 'person');
      if (!changed) return;
      const metadata = { ...(message ? aboutMessage(message) : {}), source };
      await appendActivities(tx, [{ type, personId: holder.person_id, source: 'email', metadata }]);
    });
    await this.database.run("select pg_notify('cortex_inbox', '')");
  }
}

/** `ada@example.com` → `a•••@example.com`. */
const hint = (address: string): string => address.replace(/^(.)[^@]*/u, '$1•••');
