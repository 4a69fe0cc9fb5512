import { createHash } from 'node:crypto';
import { appendActivities } from '#activities';
import { setConsent } from '#directory';
import { suppress, unsuppress, type NewSuppression } from '#emails';
import { badRequest, type Config, type Database, type Tx } from '#platform';
import { aboutMessage } from './claim.js';
import { keyHash } from './post-batch.js';
import { markSent, ofBatch } from './record.js';
import type { Stream } from './workspace.js';

type Payload = Record<string, unknown>;

interface OurMessage {
  id: string;
  person_id: string;
  contact_email: string;
  stream: Stream;
  automation_id: string | null;
  broadcast_id: string | null;
  run_id: string | null;
  node_id: string | null;
  dedupe_key: string;
  state: string;
}

/** Bounces that say something about the moment or about a robot, not about the address. */
const passing = new Set([
  'AutoResponder',
  'Transient',
  'Subscribe',
  'Unsubscribe',
  'ChallengeVerification',
  'AddressChange',
]);
const hard = new Set(['HardBounce', 'BadEmailAddress', 'ManuallyDeactivated']);
const complaint = new Set(['SpamComplaint', 'SpamNotification']);
/** Programs that fetch what nobody has looked at: scanners, previews, and Apple's proxy, which sends just this. */
const machineAgent =
  /^Mozilla\/5\.0$|bot\b|crawler|spider|scanner|preview|headless|python-|curl\/|wget\/|barracuda|proofpoint|mimecast/i;

/**
 * Takes what Postmark reports. Every call is stored once, by what identifies it; a repeat changes nothing, a
 * type nobody knows is only stored, and a mail that is not ours changes nobody.
 */
export class PostmarkEvents {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @throws AppError 400 when the body is no event */
  async take(payload: unknown): Promise<'new' | 'repeated'> {
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
      throw badRequest('A Postmark event is one JSON object.');
    }
    const event = storable(payload) as Payload;
    const outcome = await this.database.tx(async (tx) => {
      const message = await findOurs(tx, event);
      const stored = await tx.run(
        `insert into cortex.webhook_events (key, record_type, payload, message_id) values ($1, $2, $3::jsonb, $4)
         on conflict (key) do nothing`,
        [keyOf(event), text(event.RecordType).slice(0, 100) || 'unknown', JSON.stringify(event), message?.id ?? null],
      );
      if (stored === 0) return 'repeated';
      if (message) await this.apply(tx, event, message);
      else if (event.RecordType === 'SubscriptionChange' && !event.MessageID) await this.changedByHand(tx, event);
      return 'new';
    });
    if (outcome === 'new') await this.database.run("select pg_notify('cortex_inbox', '')");
    return outcome;
  }

  private async apply(tx: Tx, event: Payload, message: OurMessage): Promise<void> {
    // Whatever is reported about a mail, it has left: also one that a lost reply had made uncertain.
    const provider_id = text(event.MessageID) || null;
    await markSent(tx, [{ id: message.id, provider_id }], 'postmark');
    const type = text(event.RecordType);
    const note = (activity: string, column: string | undefined, at: unknown, more: Payload = {}) =>
      record(tx, message, activity, column, instantOf(at), more);
    if (type === 'Delivery') return note('email.delivered', 'delivered_at', event.DeliveredAt);
    if (type === 'Open') return this.noteUse(note, event, 'opened');
    if (type === 'Click') return this.noteUse(note, event, 'clicked');
    if (type === 'Bounce') return this.bounce(tx, event, message, note);
    if (type === 'SpamComplaint') return this.complaint(tx, event, message, note);
    if (type === 'SubscriptionChange') return this.subscription(tx, event, message, note);
  }

  /** Somebody changed Postmark's own list by hand: no mail is behind it, but it came with our credentials. */
  private async changedByHand(tx: Tx, event: Payload): Promise<void> {
    const address = text(event.Recipient);
    if (!address.includes('@')) return;
    const isTransactional = event.MessageStream === this.config.env.POSTMARK_TRANSACTIONAL_STREAM;
    const stream: Stream = isTransactional ? 'transactional' : 'broadcast';
    if (event.SuppressSending === true) await suppress(tx, [{ address, stream, reason: 'manual', origin: 'postmark' }]);
    else await unsuppress(tx, [address], stream);
  }

  private noteUse(note: Note, event: Payload, what: 'opened' | 'clicked'): Promise<void> {
    const machine = machineAgent.test(text(event.UserAgent).trim());
    const more = what === 'clicked' ? { link: text(event.OriginalLink) } : {};
    return machine
      ? note(`email.${what}_by_machine`, undefined, event.ReceivedAt, more)
      : note(`email.${what}`, `${what}_at`, event.ReceivedAt, more);
  }

  private async bounce(tx: Tx, event: Payload, message: OurMessage, note: Note): Promise<void> {
    const type = text(event.Type);
    if (complaint.has(type)) return this.complaint(tx, event, message, note);
    if (passing.has(type)) return;
    await note('email.bounced', 'bounced_at', event.BouncedAt, {
      bounce_type: type,
      inactive: event.Inactive === true,
    });
    // A dead address is dead on every stream; what Postmark made inactive for another reason, on its own.
    if (hard.has(type)) await suppressOn(tx, message, ['broadcast', 'transactional'], 'hard_bounce');
    else if (event.Inactive === true) await suppressOn(tx, message, [message.stream], 'inactive');
  }

  private async complaint(tx: Tx, event: Payload, message: OurMessage, note: Note): Promise<void> {
    await note('email.complained', 'complained_at', event.BouncedAt);
    await suppressOn(tx, message, [...new Set<Stream>(['broadcast', message.stream])], 'spam_complaint');
    // A suppression stays with the address; that they said no goes along with them.
    await this.said(tx, message, 'unsubscribed', 'complaint', event.BouncedAt);
  }

  private async subscription(tx: Tx, event: Payload, message: OurMessage, note: Note): Promise<void> {
    if (event.SuppressSending !== true) {
      await unsuppress(tx, [message.contact_email], message.stream);
      if (event.Origin === 'Recipient') await this.said(tx, message, 'subscribed', 'postmark', event.ChangedAt);
      return;
    }
    if (event.SuppressionReason === 'HardBounce')
      return suppressOn(tx, message, ['broadcast', 'transactional'], 'hard_bounce');
    if (event.SuppressionReason === 'SpamComplaint') return suppressOn(tx, message, [message.stream], 'spam_complaint');
    await note('email.unsubscribed', 'unsubscribed_at', event.ChangedAt, { source: 'postmark' });
    await this.said(tx, message, 'unsubscribed', 'postmark', event.ChangedAt);
  }

  /** What the recipient did counts from when they did it, and from now at the latest. */
  private async said(
    tx: Tx,
    message: OurMessage,
    status: 'subscribed' | 'unsubscribed',
    source: string,
    when: unknown,
  ) {
    const at = instantOf(when);
    const past = at && at < (await tx.now()) ? { at } : {};
    await setConsent(tx, message.person_id, { status, source, ...past }, 'person');
  }
}

type Note = (activity: string, column: string | undefined, at: unknown, more?: Payload) => Promise<void>;

async function record(
  tx: Tx,
  message: OurMessage,
  type: string,
  column: string | undefined,
  at: Date | undefined,
  more: Payload,
): Promise<void> {
  const now = await tx.now();
  const occurredAt = at && at < now ? at : now;
  if (column) {
    await tx.run(`update cortex.messages set ${column} = least(${column}, $2::timestamptz) where id = $1`, [
      message.id,
      occurredAt,
    ]);
  }
  await appendActivities(tx, [
    {
      type,
      personId: message.person_id,
      source: 'postmark',
      occurredAt,
      metadata: { ...aboutMessage(message), ...more },
    },
  ]);
}

async function suppressOn(
  tx: Tx,
  message: OurMessage,
  streams: readonly Stream[],
  reason: NewSuppression['reason'],
): Promise<void> {
  const origin = 'postmark webhook';
  await suppress(
    tx,
    streams.map((stream) => ({ address: message.contact_email, stream, reason, origin, message_id: message.id })),
  );
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

/** Bounces carry an id; the other kinds are known by their mail, person, instant and link. */
function keyOf(event: Payload): string {
  const parts =
    event.ID !== undefined
      ? [event.RecordType, event.ID]
      : [
          event.RecordType,
          event.MessageID,
          event.Recipient ?? event.Email,
          event.DeliveredAt ?? event.ReceivedAt ?? event.ChangedAt ?? event.BouncedAt,
          event.OriginalLink,
          event.SuppressSending,
        ];
  const known = typeof event.RecordType === 'string' ? parts : [event];
  const hex = createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** PostgreSQL stores neither NUL nor lone surrogates; one such character in a subject must not lose an event. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storable(key), storable(part)]));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function instantOf(value: unknown): Date | undefined {
  const at = new Date(text(value));
  return Number.isNaN(at.getTime()) ? undefined : at;
}
