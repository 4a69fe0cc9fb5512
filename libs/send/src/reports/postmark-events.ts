import { Injectable } from '@nestjs/common';
import { Config, Database, invalidRequest, type Tx } from '#platform';
import { keyHash } from '../posting/post-batch.js';
import { applyToAddress, applyToMessage, type OurMessage } from './postmark-meaning.js';
import { keyOf, storable, text, type Payload } from './postmark-payload.js';
import { markSent, ofBatch } from '../recording/record-results.js';

/**
 * Takes what Postmark reports. Every call is stored once, by what identifies it; a repeat changes nothing, a
 * type nobody knows is only stored, and a mail that is not ours changes nobody.
 */
@Injectable()
export class PostmarkEvents {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @throws AppError 400 when the body is no event */
  async take(payload: unknown): Promise<'new' | 'repeated'> {
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      throw invalidRequest('Send one Postmark event as a JSON object.');
    }
    const event = storable(payload) as Payload;
    const outcome = await this.database.tx(async (tx) => {
      const message = await findOurs(tx, event);
      const erased = await isErased(tx, event, message);
      const stored = await tx.run(
        `insert into cortex.webhook_events (key, record_type, payload, message_id) values ($1, $2, $3::jsonb, $4)
         on conflict (key) do nothing`,
        [
          keyOf(event),
          text(event.RecordType).slice(0, 100) || 'unknown',
          JSON.stringify(erased ? {} : event),
          message?.id ?? null,
        ],
      );
      if (stored === 0) return 'repeated';
      if (erased) return 'new';
      if (message) {
        // Whatever is reported about a mail, it has left: also one that a lost reply had made uncertain.
        await markSent(tx, [{ id: message.id, provider_id: text(event.MessageID) || null }], 'postmark');
        await applyToMessage(tx, event, message);
      } else if (!event.MessageID) await applyToAddress(tx, event, this.streamOf(event));
      return 'new';
    });
    if (outcome === 'new') await this.database.run("select pg_notify('cortex_inbox', '')");
    return outcome;
  }

  private streamOf(event: Payload): OurMessage['stream'] {
    return event.MessageStream === this.config.env.POSTMARK_TRANSACTIONAL_STREAM ? 'transactional' : 'broadcast';
  }
}

/** Whether it is about somebody who was erased: that it came is noted, and nothing of what it says. */
async function isErased(tx: Tx, event: Payload, message: OurMessage | undefined): Promise<boolean> {
  if (message) return message.contact_email === '';
  const row = await tx.row<{ erased: boolean }>(
    'select coalesce(cortex.is_erased(cortex.address($1::public.citext)), false) as erased',
    [text(event.Recipient ?? event.Email)],
  );
  return row!.erased;
}

/** By Postmark's id; a mail whose reply was lost has none yet and is found by what we gave it: batch and key. */
async function findOurs(tx: Tx, event: Payload): Promise<OurMessage | undefined> {
  const columns =
    'id, person_id, contact_email, stream, automation_id, broadcast_id, run_id, node_id, dedupe_key, state';
  const id = text(event.MessageID);
  if (id) {
    const row = await tx.row<OurMessage>(
      `select ${columns} from cortex.messages
       where id = any(array(select message_id from cortex.provider_ids where hash = hashtextextended($1, 0)))
         and provider_id = $1 and provider = 'postmark'`,
      [id],
    );
    if (row) return row;
  }
  const metadata = typeof event.Metadata === 'object' && event.Metadata !== null ? (event.Metadata as Payload) : {};
  const batch = text(metadata.b);
  const key = text(metadata.k);
  if (!/^[0-9a-f-]{36}$/i.test(batch) || !key) return undefined;
  const rows = await tx.rows<OurMessage>(`select ${columns} from cortex.messages where ${ofBatch}`, [batch]);
  return rows.find((row) => keyHash(row.dedupe_key) === key);
}
