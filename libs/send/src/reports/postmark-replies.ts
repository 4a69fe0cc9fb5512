import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { appendActivities, type NewActivity } from '#activities';
import { Database, invalidRequest, type Tx } from '#platform';
import { aboutMessage } from '../claiming/claim-batch.js';
import type { OurMessage } from './postmark-meaning.js';
import { instantOf, storable, text, type Payload } from './postmark-payload.js';

/** Characters of a reply that are kept with the activity. */
const MOST_OF_TEXT = 4_000;
const MOST_OF_SUBJECT = 500;
/** Mails that a reply names as what it answers, the last ones. */
const MOST_REFERENCES = 20;

/**
 * Mail that came to Postmark's inbound address. It is a reply when it names a mail of ours, whose id only who got it can
 * know: then it is an activity of that person. From whom it says it is is not believed.
 */
@Injectable()
export class PostmarkReplies {
  constructor(private readonly database: Database) {}

  /**
   * @returns `ignored` where it answers no mail of ours
   * @throws AppError 400 when the body is no mail
   */
  async take(payload: unknown): Promise<'new' | 'repeated' | 'ignored'> {
    if (
      typeof payload !== 'object' ||
      payload === null ||
      Array.isArray(payload) ||
      !text((payload as Payload).MessageID)
    )
      throw invalidRequest('Send one inbound mail of Postmark as a JSON object.');
    const mail = storable(payload) as Payload;
    const outcome = await this.database.tx(async (tx) => {
      const message = await answeredMail(tx, mail);
      if (!message || message.contact_email === '') return 'ignored';
      const stored = await tx.run(
        `insert into cortex.webhook_events (key, record_type, payload, message_id) values ($1, 'Inbound', '{}', $2)
         on conflict (key) do nothing`,
        [keyOf(text(mail.MessageID)), message.id],
      );
      if (stored === 0) return 'repeated';
      await appendActivities(tx, [await activityOf(tx, mail, message)]);
      return 'new';
    });
    if (outcome === 'new') await this.database.run("select pg_notify('cortex_inbox', '')");
    return outcome;
  }
}

/** The mail of ours that an inbound mail names as what it answers. */
async function answeredMail(tx: Tx, mail: Payload): Promise<OurMessage | undefined> {
  const ids = [...headersOf(mail, 'in-reply-to'), ...headersOf(mail, 'references')]
    .flatMap((value) => [...value.matchAll(/<([0-9a-f-]{36})@[^<>\s]{1,200}>/gi)].map(([, id]) => id!))
    .slice(-MOST_REFERENCES);
  if (ids.length === 0) return undefined;
  return tx.row<OurMessage>(
    `select m.id, m.person_id, m.contact_email, m.stream, m.automation_id, m.broadcast_id, m.run_id, m.node_id,
       m.dedupe_key, m.state
     from cortex.messages m
     where m.id = any(array(select p.message_id from cortex.provider_ids p
         where p.hash = any(array(select hashtextextended(g.id, 0) from unnest($1::text[]) as g(id)))))
       and m.provider_id = any($1::text[]) and m.provider = 'postmark'
     order by array_position($1::text[], m.provider_id) desc limit 1`,
    [ids],
  );
}

function headersOf({ Headers }: Payload, name: string): string[] {
  const headers = Array.isArray(Headers) ? (Headers as Payload[]).slice(0, 500) : [];
  return headers.flatMap((header) =>
    text(header?.Name).toLowerCase() === name ? [text(header.Value).slice(0, 10_000)] : [],
  );
}

async function activityOf(tx: Tx, mail: Payload, message: OurMessage): Promise<NewActivity> {
  const now = await tx.now();
  const at = instantOf(mail.Date);
  const said = (text(mail.StrippedTextReply) || text(mail.TextBody)).trim();
  return {
    type: 'mail.replied',
    personId: message.person_id,
    source: 'postmark',
    occurredAt: at && at < now ? at : now,
    metadata: {
      ...aboutMessage(message),
      reply_subject: text(mail.Subject).slice(0, MOST_OF_SUBJECT).toWellFormed(),
      text: said.slice(0, MOST_OF_TEXT).toWellFormed(),
    },
  };
}

function keyOf(messageId: string): string {
  const hex = createHash('sha256').update(`Inbound ${messageId}`).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
