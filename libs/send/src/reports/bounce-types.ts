import type { SuppressionReason } from '#emails';

/** Bounces that say something about the moment or about a robot, not about the mail or its address. */
const aboutTheMoment = new Set([
  'AutoResponder',
  'Transient',
  'Subscribe',
  'Unsubscribe',
  'ChallengeVerification',
  'AddressChange',
]);

/** What a suppression is called for these types; for all others it is `inactive`. */
const reasons: ReadonlyMap<string, SuppressionReason> = new Map([
  ['HardBounce', 'hard_bounce'],
  ['BadEmailAddress', 'hard_bounce'],
  ['SpamComplaint', 'spam_complaint'],
  ['SpamNotification', 'spam_complaint'],
  ['ManuallyDeactivated', 'manual'],
]);

export interface BounceReading {
  /** The activity it becomes; none for what says nothing about the mail. */
  activity?: 'email.bounced' | 'email.complained';
  /** Why the address gets no more mail; absent: it still does. */
  suppression?: SuppressionReason;
}

/**
 * What a bounce of this type means. Whether the address gets mail any more is Postmark's `inactive` flag alone; the type
 * only says what to call it. A mail that a filter called spam (`SpamNotification`) is no complaint by a person as long as
 * Postmark goes on sending there.
 */
export function readBounce(type: string, inactive: boolean): BounceReading {
  const suppression = inactive ? (reasons.get(type) ?? 'inactive') : undefined;
  if (type === 'SpamComplaint' || suppression === 'spam_complaint') {
    return { activity: 'email.complained', ...(suppression ? { suppression } : {}) };
  }
  if (!inactive && aboutTheMoment.has(type)) return {};
  return { activity: 'email.bounced', ...(suppression ? { suppression } : {}) };
}
