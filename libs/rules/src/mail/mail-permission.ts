import type { PersonFacts } from '../language/facts.js';

/** What may forbid any mail to a person, and what may forbid this one; as counts, explanations and screens name it. */
const personRefusals = ['unsubscribed', 'suppressed', 'no_consent', 'erased'] as const;
export const mailRefusals = [...personRefusals, 'topic_off', 'paused'] as const;
export type PersonRefusal = (typeof personRefusals)[number];
export type MailRefusal = (typeof mailRefusals)[number];

/** What decides whether mail may go to somebody. */
export interface PersonStanding {
  /** They are in the directory: a profile or a lead has their address. */
  known: boolean;
  /** Their address is suppressed on the stream that is asked about. */
  suppressed: boolean;
  consent: PersonFacts['consent'];
}

/** What decides whether one mail may go to them now. */
export interface MailStanding extends PersonStanding {
  /** The mail names a topic, and that is off for them (`isTopicOff`). */
  topic_off: boolean;
  /** They asked for no marketing mail until an instant that lies ahead. */
  paused: boolean;
}

/**
 * Whether a topic is off for somebody. `cortex.topic_off` is its twin in SQL.
 * @param wanted what they chose; undefined when they never did
 * @param defaultOn what holds for whoever never chose; undefined where there is no such topic any more
 */
export const isTopicOff = (wanted: boolean | undefined, defaultOn: boolean | undefined): boolean =>
  !(wanted ?? defaultOn ?? false);

/**
 * Why no mail of this stream may go to this person, or undefined when it may.
 * @param mailUnanswered the workspace's setting: mail people who never answered
 */
export function personRefusal(
  stream: 'broadcast' | 'transactional',
  { known, suppressed, consent }: PersonStanding,
  mailUnanswered: boolean,
): PersonRefusal | undefined {
  if (!known) return 'erased';
  if (suppressed) return 'suppressed';
  if (stream === 'transactional') return undefined;
  if (consent === 'subscribed' || (consent === 'unknown' && mailUnanswered)) return undefined;
  return consent === 'unsubscribed' ? 'unsubscribed' : 'no_consent';
}

/** Why this mail may not go to this person now, or undefined when it may. `cortex.mail_refusal` is its twin in SQL. */
export function mailRefusal(
  stream: 'broadcast' | 'transactional',
  standing: MailStanding,
  mailUnanswered: boolean,
): MailRefusal | undefined {
  const refusal = personRefusal(stream, standing, mailUnanswered);
  if (refusal !== undefined || stream === 'transactional') return refusal;
  if (standing.topic_off) return 'topic_off';
  return standing.paused ? 'paused' : undefined;
}
