import { mailRefusals } from './mail-permission.js';

/** Why a mail is not sent, as counts name it: the person may not be mailed, or not this mail and not now. */
export const skipReasons = [...mailRefusals, 'capped', 'held_out', 'no_address', 'duplicate', 'changed_since'] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Each as a clause about one person, and as a label that fits after a number and after a colon. */
const words: Record<SkipReason, { clause: string; label: string }> = {
  unsubscribed: { clause: 'they had unsubscribed', label: 'unsubscribed' },
  suppressed: { clause: 'the address is suppressed', label: 'on the suppression list' },
  no_consent: { clause: 'they never agreed to marketing mail', label: 'without consent to marketing mail' },
  erased: { clause: 'the person was erased', label: 'erased' },
  topic_off: { clause: 'they do not want this topic', label: 'without this topic' },
  paused: { clause: 'they have paused marketing mail', label: 'paused by the person' },
  capped: { clause: 'they had enough mail lately', label: 'over the limit of e-mails per person' },
  held_out: { clause: 'they are in the hold-out, which gets nothing', label: 'in the hold-out' },
  no_address: { clause: 'there is no address', label: 'without an e-mail address' },
  duplicate: { clause: 'they already got it', label: 'already sent' },
  changed_since: { clause: 'they have changed since', label: 'changed since' },
};
const known: ReadonlyMap<string, { clause: string; label: string }> = new Map([
  ...Object.entries(words),
  // Why a mail stays in the queue: it is not skipped.
  ['quiet_hours', { clause: 'it waits until their quiet hours are over', label: 'held back for quiet hours' }],
]);

/** A reason as a clause: “they had unsubscribed”. Undefined for a reason that is not one of these. */
export const skipClause = (reason: string): string | undefined => known.get(reason)?.clause;

/** A reason as a label: “12 unsubscribed”, “skipped: unsubscribed”. Undefined for a reason that is not one of these. */
export const skipLabel = (reason: string): string | undefined => known.get(reason)?.label;
