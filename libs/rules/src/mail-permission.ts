import type { PersonFacts } from './facts.js';

/** What may forbid a mail to a person, as counts, explanations and screens name it. */
export const mailRefusals = ['unsubscribed', 'suppressed', 'no_consent', 'erased'] as const;
export type MailRefusal = (typeof mailRefusals)[number];

/** What decides whether a mail may go to somebody. */
export interface MailStanding {
  /** They are in the directory: a profile or a lead has their address. */
  known: boolean;
  /** Their address is suppressed on the stream that is asked about. */
  suppressed: boolean;
  consent: PersonFacts['consent'];
}

/**
 * Why this mail may not go to this person, or undefined when it may. `cortex.mail_refusal` is its twin in SQL.
 * @param mailUnanswered the workspace's setting: mail people who never answered
 */
export function mailRefusal(
  stream: 'broadcast' | 'transactional',
  { known, suppressed, consent }: MailStanding,
  mailUnanswered: boolean,
): MailRefusal | undefined {
  if (!known) return 'erased';
  if (suppressed) return 'suppressed';
  if (stream === 'transactional') return undefined;
  if (consent === 'subscribed' || (consent === 'unknown' && mailUnanswered)) return undefined;
  return consent === 'unsubscribed' ? 'unsubscribed' : 'no_consent';
}
