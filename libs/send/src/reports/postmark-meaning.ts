import { appendActivities } from '#activities';
import { noteClick, noteMachineOpen, takeBackClicks } from '#broadcasts';
import { addressOf, peopleOf, setConsent } from '#directory';
import {
  liftForPerson,
  liftForPostmark,
  streams,
  suppress,
  withoutProof,
  type Stream,
  type SuppressionReason,
} from '#emails';
import type { Tx } from '#platform';
import { readBounce } from './bounce-types.js';
import { aboutMessage } from '../claiming/claim-batch.js';
import { deviceOf } from './device.js';
import { instantOf, text, type Payload } from './postmark-payload.js';

/** A mail of ours that an event is about. */
export interface OurMessage {
  id: string;
  person_id: string;
  /** Where it was really sent: what is said of an address is said of this one, wherever the person is by now. */
  contact_email: string;
  stream: Stream;
  automation_id: string | null;
  broadcast_id: string | null;
  run_id: string | null;
  node_id: string | null;
  dedupe_key: string;
  state: string;
}

/** Programs that fetch what nobody has looked at: scanners, previews, and Apple's proxy, which sends just this. */
const machineAgent =
  /^Mozilla\/5\.0$|bot\b|crawler|spider|scanner|preview|headless|python-|curl\/|wget\/|barracuda|proofpoint|mimecast/i;

/** Applies what is reported about a mail of ours, as of the event's own time. Types that mean nothing to us change nothing. */
export async function applyToMessage(tx: Tx, event: Payload, message: OurMessage): Promise<void> {
  switch (event.RecordType) {
    case 'Delivery':
      return note(tx, message, 'email.delivered', event.DeliveredAt, 'delivered_at');
    case 'Open':
    case 'Click': {
      const what = event.RecordType === 'Open' ? 'opened' : 'clicked';
      const seen = { ...event, OriginalLink: withoutProof(text(event.OriginalLink)) };
      return noteUse(tx, seen, message, what, {
        machine: await byMachine(tx, seen, message, what),
        source: 'postmark',
      });
    }
    case 'Bounce':
      return bounced(tx, message, text(event.Type), event.Inactive === true, event.BouncedAt);
    case 'SpamComplaint':
      // Postmark deactivates whoever complains; only where it says otherwise it has not.
      return bounced(tx, message, 'SpamComplaint', event.Inactive !== false, event.BouncedAt);
    case 'SubscriptionChange':
      return subscriptionChanged(tx, event, { address: message.contact_email, stream: message.stream, message });
  }
}

/**
 * Applies a change of Postmark's own list behind which there is no mail: those made by staff over there, and every
 * reactivation. It came with our credentials.
 */
export async function applyToAddress(tx: Tx, event: Payload, stream: Stream): Promise<void> {
  const address = addressOf(text(event.Recipient));
  if (event.RecordType === 'SubscriptionChange' && address) await subscriptionChanged(tx, event, { address, stream });
}

/** Nobody follows two links of one mail by hand within this time; in seconds. */
const BURST = 2;

/** Whether it was a program that opened a mail or followed its link: by its name, or because it followed several at once. */
export async function byMachine(
  tx: Tx,
  event: Payload,
  message: OurMessage,
  what: 'opened' | 'clicked',
): Promise<boolean> {
  const named = machineAgent.test(text(event.UserAgent).trim());
  if (what === 'opened') return named;
  return (await isBurst(tx, message, text(event.OriginalLink), await pastOf(tx, event.ReceivedAt))) || named;
}

/**
 * Whether another link of the same mail was followed within two seconds of this one. Then the one before was a
 * machine's too: what the mail says of clicks is put right. Its activity stays, since it may have started something, and
 * says from then on that it was a machine's.
 */
async function isBurst(tx: Tx, message: OurMessage, link: string, at: Date): Promise<boolean> {
  // Reports of one mail come at the same time, and each must see the other.
  await tx.row('select 1 from cortex.messages where id = $1 for no key update', [message.id]);
  const clicks = `from public.crm_activities a where a.person_id = $1 and a.metadata ->> 'message_id' = $2::uuid::text`;
  const near = `a.occurred_at between $3::timestamptz - make_interval(secs => $4) and $3::timestamptz + make_interval(secs => $4)`;
  const values = [message.person_id, message.id, at, BURST];
  const other = await tx.row(
    `select 1 ${clicks} and ${near} and a.type in ('email.clicked', 'email.clicked_by_machine')
       and coalesce(a.metadata ->> 'link', '') <> $5 limit 1`,
    [...values, link],
  );
  if (!other) return false;
  await tx.run(
    `update public.crm_activities a set metadata = a.metadata || '{"by_machine": true}'
     where a.person_id = $1 and a.metadata ->> 'message_id' = $2::uuid::text and ${near} and a.type = 'email.clicked'`,
    values,
  );
  await tx.run(
    `update cortex.messages m set clicked_at = (select min(a.occurred_at) ${clicks} and a.type = 'email.clicked' and not (${near}))
     where m.id = $2::uuid and m.clicked_at between $3::timestamptz - make_interval(secs => $4) and $3::timestamptz + make_interval(secs => $4)`,
    values,
  );
  if (message.broadcast_id) await takeBackClicks(tx, message.id, at, BURST);
  return true;
}

/** Notes an opening or a click, as of `ReceivedAt` or now. A machine's counts neither in rules nor in waits. */
export async function noteUse(
  tx: Tx,
  event: Payload,
  message: OurMessage,
  what: 'opened' | 'clicked',
  { machine, source }: { machine: boolean; source: string },
): Promise<void> {
  const url = text(event.OriginalLink);
  const more = what === 'clicked' ? { link: url } : {};
  const type = `email.${what}${machine ? '_by_machine' : ''}`;
  const device = machine ? null : deviceOf(event);
  if (what === 'opened' && device !== null)
    await tx.run('update cortex.messages set opened_on = $2 where id = $1 and opened_at is null', [message.id, device]);
  await note(tx, message, type, event.ReceivedAt, machine ? undefined : `${what}_at`, more, source);
  const { id: message_id, broadcast_id } = message;
  if (broadcast_id === null) return;
  const at = await pastOf(tx, event.ReceivedAt);
  if (what === 'clicked') await noteClick(tx, { broadcast_id, message_id, url, at, machine, device });
  else if (machine) await noteMachineOpen(tx, broadcast_id, at);
}

async function bounced(tx: Tx, message: OurMessage, type: string, inactive: boolean, when: unknown): Promise<void> {
  const { activity, suppression } = readBounce(type, inactive);
  if (activity === 'email.bounced') {
    await note(tx, message, activity, when, 'bounced_at', { bounce_type: type, inactive });
  } else if (activity === 'email.complained') {
    await note(tx, message, activity, when, 'complained_at');
  }
  const about = { address: message.contact_email, stream: message.stream, message };
  if (suppression) await suppressOn(tx, about, suppression, when);
  if (activity === 'email.complained') await said(tx, message.person_id, 'unsubscribed', 'complaint', when);
}

/** Whose place on Postmark's list changed. */
interface Subject {
  address: string;
  stream: Stream;
  message?: OurMessage;
}

async function subscriptionChanged(tx: Tx, event: Payload, subject: Subject): Promise<void> {
  const when = event.ChangedAt;
  const byRecipient = event.Origin === 'Recipient';
  if (event.SuppressSending !== true) {
    if (!byRecipient) return void (await liftForPostmark(tx, subject.address, subject.stream, instantOf(when)));
    await liftForPerson(tx, subject.address, subject.stream, instantOf(when));
    return saidBy(tx, subject, 'subscribed', 'postmark', when);
  }
  if (event.SuppressionReason === 'HardBounce') return suppressOn(tx, subject, 'hard_bounce', when);
  if (event.SuppressionReason === 'SpamComplaint') {
    await suppressOn(tx, subject, 'spam_complaint', when);
    return saidBy(tx, subject, 'unsubscribed', 'complaint', when);
  }
  // Somebody at Postmark's screens put them on the list; it is not their own word.
  if (!byRecipient) return suppressOn(tx, subject, 'manual', when);
  if (subject.message) {
    await note(tx, subject.message, 'email.unsubscribed', when, 'unsubscribed_at', { source: 'postmark' });
  }
  return saidBy(tx, subject, 'unsubscribed', 'postmark', when);
}

/** A dead address is dead on every stream; a complaint is about marketing, whatever it was made about; the rest is the stream's own. */
const streamsOf = (reason: SuppressionReason, stream: Stream): readonly Stream[] => {
  if (reason === 'hard_bounce') return streams;
  return reason === 'spam_complaint' ? [...new Set<Stream>(['broadcast', stream])] : [stream];
};

async function suppressOn(tx: Tx, subject: Subject, reason: SuppressionReason, when: unknown): Promise<void> {
  const { address, stream, message } = subject;
  const origin = message ? 'postmark webhook' : 'postmark';
  await suppress(
    tx,
    streamsOf(reason, stream).map((on) => {
      return { address, stream: on, reason, origin, message_id: message?.id, at: instantOf(when) };
    }),
  );
}

/** Notes at the mail and in the timeline what happened, when it happened. */
async function note(
  tx: Tx,
  message: OurMessage,
  type: string,
  when: unknown,
  column?: string,
  more: Payload = {},
  source = 'postmark',
): Promise<void> {
  const occurredAt = await pastOf(tx, when);
  if (column) {
    await tx.run(`update cortex.messages set ${column} = least(${column}, $2::timestamptz) where id = $1`, [
      message.id,
      occurredAt,
    ]);
  }
  const metadata = { ...aboutMessage(message), ...more };
  await appendActivities(tx, [{ type, personId: message.person_id, source, occurredAt, metadata }]);
}

/** When something happened; what lies ahead, or cannot be read, counts as now. */
async function pastOf(tx: Tx, when: unknown): Promise<Date> {
  const now = await tx.now();
  const at = instantOf(when);
  return at && at < now ? at : now;
}

/** The person's own answer: of whoever got the mail, else of whoever has the address now. */
async function saidBy(
  tx: Tx,
  { message, address }: Subject,
  status: 'subscribed' | 'unsubscribed',
  source: string,
  when: unknown,
): Promise<void> {
  const normal = addressOf(address);
  const person = message?.person_id ?? (normal && (await peopleOf(tx, [normal])).get(normal)?.person_id);
  if (person) await said(tx, person, status, source, when);
}

/** What the recipient did counts from when they did it, and from now at the latest. */
async function said(
  tx: Tx,
  personId: string,
  status: 'subscribed' | 'unsubscribed',
  source: string,
  when: unknown,
): Promise<void> {
  const at = instantOf(when);
  const past = at && at < (await tx.now()) ? { at } : {};
  await setConsent(tx, personId, { status, source, ...past }, 'person');
}
