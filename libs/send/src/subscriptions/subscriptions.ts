import { Injectable } from '@nestjs/common';
import { pauseDays } from '#contracts';
import { appendActivities } from '#activities';
import { chooseTopics, pauseMail, setConsent, topicsOf, type PersonTopic, type TopicChoice } from '#directory';
import { liftForPerson, LinkTokens, type LinkPurpose } from '#emails';
import { Database, type Tx } from '#platform';
import { settingSql } from '#rules';
import { aboutMessage } from '../claiming/claim-batch.js';

/** The person behind a link in a mail, as far as its page needs to know them. */
export interface LinkHolder {
  person_id: string;
  message_id: string;
  /** Partly hidden: a mail may have been forwarded. */
  address_hint: string;
  subscribed: boolean;
  /** BCP 47, where somebody has said it. */
  language: string | null;
  /** No marketing mail until then, where a pause holds. */
  paused_until: Date | null;
  /** The topic of the mail that the link stands in, where it has one. */
  topic: { id: string; name: string } | null;
  workspace: string;
}

interface HolderRow {
  /** Another than the link names when that one was merged. */
  person_id: string;
  address: string;
  consent_status: string;
  language: string | null;
  paused_until: Date | null;
  topic: LinkHolder['topic'];
  workspace: string;
}

const bySelf = { by: 'person', source: 'preferences' } as const;

type UnsubscribeSource = 'unsubscribe_link' | 'one_click' | 'preferences';

/** What people do through the links in their mails. Reading changes nothing; only the calls that say so do. */
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
      `select p.person_id, p.address, p.consent_status, p.language, ${settingSql('name')} as workspace,
         case when p.paused_until > cortex.now() then p.paused_until end as paused_until,
         (select jsonb_build_object('id', t.id, 'name', t.name) from cortex.messages m
           join cortex.topics t on t.id = m.topic_id where m.id = $2) as topic
       from cortex.people p
       where p.person_id = coalesce((select m.into_person_id from cortex.person_merges m where m.person_id = $1), $1)`,
      [subject.person_id, subject.message_id],
    );
    if (!row) return undefined;
    return {
      ...subject,
      person_id: row.person_id,
      address_hint: addressHint(row.address),
      language: row.language,
      subscribed: row.consent_status !== 'unsubscribed',
      paused_until: row.paused_until,
      topic: row.topic,
      workspace: row.workspace,
    };
  }

  /** All topics as the holder has them. */
  topics(holder: LinkHolder): Promise<PersonTopic[]> {
    return topicsOf(this.database, holder.person_id);
  }

  /** Takes back the consent to marketing mail. Doing it again changes nothing. */
  async unsubscribe(holder: LinkHolder, source: UnsubscribeSource): Promise<void> {
    await this.inOne((tx) => change(tx, holder, 'unsubscribed', 'email.unsubscribed', source));
  }

  /** Takes back one topic; everything else stays. */
  async leaveTopic(holder: LinkHolder, topicId: string, source: UnsubscribeSource): Promise<void> {
    await this.inOne((tx) =>
      chooseTopics(tx, holder.person_id, [{ topic_id: topicId, wanted: false }], { by: 'person', source }),
    );
  }

  /** What the person chose among the topics that they were shown. */
  async choose(holder: LinkHolder, choices: readonly TopicChoice[]): Promise<void> {
    await this.inOne((tx) => chooseTopics(tx, holder.person_id, choices, bySelf));
  }

  /** No marketing mail for `pauseDays` from now. */
  async pause(holder: LinkHolder): Promise<void> {
    await this.inOne(async (tx) => {
      const until = new Date((await tx.now()).getTime() + pauseDays * 24 * 3600_000);
      await pauseMail(tx, holder.person_id, until, bySelf);
    });
  }

  async endPause(holder: LinkHolder): Promise<void> {
    await this.inOne((tx) => pauseMail(tx, holder.person_id, null, bySelf));
  }

  /**
   * The person asks for marketing mail again, with these topics: lifts a manual suppression and a pause. A bounce or
   * complaint outlives it.
   */
  async subscribe(holder: LinkHolder, choices: readonly TopicChoice[] = []): Promise<void> {
    await this.inOne(async (tx) => {
      await change(tx, holder, 'subscribed', 'email.subscribed', 'preferences');
      await chooseTopics(tx, holder.person_id, choices, bySelf);
      await pauseMail(tx, holder.person_id, null, bySelf);
    });
  }

  private async inOne(work: (tx: Tx) => Promise<unknown>): Promise<void> {
    await this.database.tx(work);
    await this.database.run("select pg_notify('cortex_inbox', '')");
  }
}

async function change(
  tx: Tx,
  holder: LinkHolder,
  status: 'subscribed' | 'unsubscribed',
  type: string,
  source: string,
): Promise<void> {
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
}

/** `ada@example.com` → `a•••@example.com`. */
export const addressHint = (address: string): string => address.replace(/^(.)[^@]*/u, '$1•••');
