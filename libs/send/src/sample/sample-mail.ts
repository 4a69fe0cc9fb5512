import { batchLimit, LinkTokens } from '#emails';
import { newId, type Config, type Database } from '#platform';
import { claimBatch } from '../claiming/claim-batch.js';
import { ContentCache } from '../posting/content-cache.js';
import { EmailSentMatching } from '../recording/email-sent-matching.js';
import { postBatch, type Poster } from '../posting/post-batch.js';
import { applyToMessage, type OurMessage } from '../reports/postmark-meaning.js';
import type { Payload } from '../reports/postmark-payload.js';
import { readiness } from '../claiming/readiness.js';
import { recordBatch } from '../recording/record-results.js';

/** A mail of a sample person that was taken. */
export interface SampleMessage {
  id: string;
  address: string;
}

/** A code with which Postmark refuses an address for good. */
const REFUSED = 300;

/**
 * The mail of the people of the sample, claimed, made and recorded like all mail, and handed to nobody. What becomes of
 * it is told by whoever plays these people, in the words of Postmark.
 */
export class SampleMail {
  private readonly claimer = newId();
  private readonly contents = new ContentCache();
  private readonly emailSent = new EmailSentMatching();
  private readonly tokens: LinkTokens;
  private readonly poster: Poster;

  /** @param refused addresses that are not taken, and why */
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    refused: ReadonlyMap<string, string>,
  ) {
    this.tokens = new LinkTokens(database, config);
    this.poster = {
      post: ({ addresses }) =>
        Promise.resolve({
          kind: 'answered',
          items: addresses.map((to) => {
            const message = refused.get(to);
            return message === undefined ? { accepted: true, id: null } : { accepted: false, code: REFUSED, message };
          }),
        }),
    };
  }

  /** Sends all marketing mail of the sample that waits. Answers what was taken. */
  async send(): Promise<SampleMessage[]> {
    const sent: SampleMessage[] = [];
    for (;;) {
      const claim = await this.database.tx(async (tx) => {
        const ready = await readiness(tx, this.config, 'broadcast', 'outbox', undefined);
        return ready.ready ? claimBatch(tx, ready.facts, 'demo', this.claimer) : undefined;
      });
      if (!claim || claim.looked === 0) return sent;
      const { batch } = claim;
      const isLast = claim.looked < batchLimit;
      if (!batch && isLast) return sent;
      if (!batch) continue;
      await this.contents.load(
        this.database,
        batch.mails.map((mail) => mail.content_id),
      );
      const signer = await this.tokens.signer();
      const result = await postBatch(this.poster, batch, (id) => this.contents.get(id), signer);
      await this.database.tx((tx) => recordBatch(tx, batch.id, 'outbox', result, this.emailSent));
      const taken = new Set(result.results.flatMap(({ id, kind }) => (kind === 'sent' ? [id] : [])));
      for (const mail of batch.mails) {
        if (taken.has(mail.id)) sent.push({ id: mail.id, address: mail.contact_email });
      }
      if (isLast) return sent;
    }
  }

  /** Takes what Postmark would report about mails of sample people; a mail of anybody else is left alone. */
  async report(events: readonly { message_id: string; event: Payload }[]): Promise<void> {
    await this.database.tx(async (tx) => {
      const found = await tx.rows<OurMessage>(
        `select m.id, m.person_id, m.contact_email, m.stream, m.automation_id, m.broadcast_id, m.run_id, m.node_id,
           m.dedupe_key, m.state
         from cortex.messages m join cortex.people p using (person_id)
         where m.id = any($1::uuid[]) and m.provider = 'outbox' and p.demo`,
        [events.map(({ message_id }) => message_id)],
      );
      const messages = new Map(found.map((message) => [message.id, message]));
      for (const { message_id, event } of events) {
        const message = messages.get(message_id);
        if (message) await applyToMessage(tx, event, message);
      }
    });
  }
}
