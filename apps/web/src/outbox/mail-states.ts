import type { Message } from './outbox.queries';

/** What a state means to a reader, and how it is tinted. */
export const mailStateWords: Record<Message['state'], { label: string; tone?: 'good' | 'warning' | 'danger' }> = {
  queued: { label: 'waiting' },
  submitting: { label: 'sending' },
  sent: { label: 'sent', tone: 'good' },
  skipped: { label: 'skipped' },
  failed: { label: 'refused', tone: 'danger' },
  uncertain: { label: 'checking', tone: 'warning' },
  unknown: { label: 'not known if sent', tone: 'warning' },
  cancelled: { label: 'cancelled' },
};

/** The state of a mail in words; without Postmark “sent” means that it stays in the outbox. */
export function mailStateOf(mail: Pick<Message, 'state' | 'provider'>): { label: string; tone?: string } {
  return mail.state === 'sent' && mail.provider === 'outbox' ? { label: 'kept here' } : mailStateWords[mail.state];
}
