import type { ContactAnswer, EmailStatus } from '#contracts';
import { eachPersonal, personRefusal, wholeMoney, type PersonRefusal } from '#rules';
import type { Paid } from '../facts/paid.js';
import type { Person } from '../identity/people.js';

/** A kept row together with what decides whether marketing mail may go there. */
export interface ContactRow extends Person {
  id: string;
  type: 'customer' | 'lead';
  created_at: Date;
  /** Of the suppression on the broadcast stream, when there is one. */
  suppression_reason: 'hard_bounce' | 'spam_complaint' | 'manual' | 'inactive' | null;
  suppressed_at: Date | null;
  /** When somebody with this address was erased, where that is why it is suppressed. */
  erased_at: Date | null;
  /** The workspace's setting: mail people who never answered. */
  mail_unanswered: boolean;
  /** The workspace's. */
  currency: string;
  /** By currency, accounts that are linked to this one included. */
  paid: readonly Paid[];
}

/**
 * Whether marketing mail may go to this person, and why or why not. Transactional mail asks for suppression only. A pause
 * ends by itself, so that it is told and is no no: rules and lists do not move with it.
 */
export function mailPermission(
  row: ContactRow,
): Pick<ContactAnswer, 'can_be_emailed' | 'email_status' | 'email_reason'> {
  const standing = { known: row.address !== '', suppressed: row.suppressed_broadcast, consent: consentOf(row) };
  const refusal = personRefusal('broadcast', standing, row.mail_unanswered);
  const status = emailStatus(row, refusal);
  return {
    can_be_emailed: refusal === undefined,
    email_status: status,
    email_reason: reasons[status](row),
  };
}

/** The answer that counts: their own, or a stricter one of an account that is linked with theirs. */
const consentOf = (row: ContactRow): ContactRow['consent_status'] =>
  row.consent_status === 'unsubscribed' ? 'unsubscribed' : (row.linked_consent ?? row.consent_status);

/** The answer in more words: which suppression it is, and which yes or no. */
function emailStatus(row: ContactRow, refusal: PersonRefusal | undefined): EmailStatus {
  if (refusal === undefined && row.paused_until) return 'paused';
  if (refusal === undefined) return row.consent_status === 'subscribed' ? 'subscribed' : 'not_asked';
  if (refusal === 'erased') return 'no_address';
  if (refusal === 'suppressed') return suppressionStatus.get(row.suppression_reason) ?? 'suppressed';
  return consentOf(row) === 'pending' ? 'pending' : refusal;
}

const suppressionStatus: ReadonlyMap<ContactRow['suppression_reason'], EmailStatus> = new Map([
  ['hard_bounce', 'bounced'],
  ['spam_complaint', 'complained'],
]);

const on = (date: Date | null): string => (date ? ` on ${day.format(date)}` : '');
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const reasons: Record<EmailStatus, (row: ContactRow) => string> = {
  no_address: () => 'There is no e-mail address.',
  bounced: (row) => `Mail to this address bounced${on(row.suppressed_at)}.`,
  complained: (row) => `Marked our mail as spam${on(row.suppressed_at)}.`,
  suppressed: (row) =>
    row.erased_at
      ? `This address was erased${on(row.erased_at)}, and no mail goes to it.`
      : `The address was suppressed${on(row.suppressed_at)}.`,
  unsubscribed: (row) =>
    row.consent_status !== 'unsubscribed'
      ? 'Unsubscribed with an account that is linked to this one.'
      : `Unsubscribed${on(row.consent_at)}.`,
  pending: (row) =>
    row.linked_consent
      ? 'Was asked to confirm with an account that is linked to this one, and has not yet.'
      : `Was asked to confirm${on(row.consent_at)} and has not yet.`,
  no_consent: () => 'Never answered whether they want mail, and the workspace mails only those who did.',
  not_asked: () => 'Never answered whether they want mail; the workspace mails them until they do.',
  paused: (row) => `Marketing mail is paused until ${day.format(row.paused_until!)}.`,
  subscribed: (row) => `Subscribed${on(row.consent_at)}.`,
};

/** A contact as the public contract has it. */
export function presentContact(row: ContactRow): ContactAnswer {
  return {
    id: row.id,
    email: row.email,
    type: row.type,
    ...eachPersonal((id) => row[id]),
    tags: row.tags,
    attributes: row.attributes,
    ...money(row),
    last_activity: row.last_activity?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    consent: {
      status: row.consent_status,
      source: row.consent_source,
      at: row.consent_at?.toISOString() ?? null,
      text: row.consent_text,
    },
    ...mailPermission(row),
  };
}

/** What they paid in the workspace's currency, and beside it what they paid in others: never added, never converted. */
function money({
  paid,
  currency,
}: ContactRow): Pick<ContactAnswer, 'lifetime_value' | 'currency' | 'other_currencies'> {
  const own = paid.find((each) => each.currency === currency);
  return {
    lifetime_value: own ? wholeMoney(own.minor, currency) : 0,
    currency,
    other_currencies: paid
      .filter((each) => each !== own)
      .map((each) => ({ currency: each.currency, amount: wholeMoney(each.minor, each.currency) })),
  };
}
