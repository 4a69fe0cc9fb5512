import type { ContactAnswer, EmailStatus } from '#contracts';
import { eachPersonal } from '#rules';
import type { Person } from './people.js';

/** A kept row together with what decides whether marketing mail may go there. */
export interface ContactRow extends Person {
  id: string;
  type: 'customer' | 'lead';
  created_at: Date;
  /** Of the suppression on the broadcast stream, when there is one. */
  suppression_reason: 'hard_bounce' | 'spam_complaint' | 'manual' | 'inactive' | null;
  suppressed_at: Date | null;
  /** The workspace's setting: mail people who never answered. */
  mail_unanswered: boolean;
}

/** Whether marketing mail may go to this person now, and why or why not. Transactional mail asks for suppression only. */
export function mailPermission(
  row: ContactRow,
): Pick<ContactAnswer, 'can_be_emailed' | 'email_status' | 'email_reason'> {
  const status = emailStatus(row);
  return {
    can_be_emailed: status === 'subscribed' || status === 'not_asked',
    email_status: status,
    email_reason: reasons[status](row),
  };
}

function emailStatus(row: ContactRow): EmailStatus {
  if (!row.address) return 'no_address';
  if (row.suppressed_broadcast) {
    if (row.suppression_reason === 'hard_bounce') return 'bounced';
    return row.suppression_reason === 'spam_complaint' ? 'complained' : 'suppressed';
  }
  if (row.consent_status === 'unknown') return row.mail_unanswered ? 'not_asked' : 'no_consent';
  return row.consent_status;
}

const on = (date: Date | null): string => (date ? ` on ${day.format(date)}` : '');
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const reasons: Record<EmailStatus, (row: ContactRow) => string> = {
  no_address: () => 'There is no e-mail address.',
  bounced: (row) => `Mail to this address bounced${on(row.suppressed_at)}.`,
  complained: (row) => `Marked our mail as spam${on(row.suppressed_at)}.`,
  suppressed: (row) => `The address was suppressed${on(row.suppressed_at)}.`,
  unsubscribed: (row) => `Unsubscribed${on(row.consent_at)}.`,
  pending: (row) => `Was asked to confirm${on(row.consent_at)} and has not yet.`,
  no_consent: () => 'Never answered whether they want mail, and the workspace mails only those who did.',
  not_asked: () => 'Never answered whether they want mail; the workspace mails them until they do.',
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
    lifetime_value: Number(row.lifetime_value_minor) / 100,
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
