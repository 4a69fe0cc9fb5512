import { skipLabel } from '#rules';

/**
 * What a code says to a reader: why an e-mail was not sent (those words are of #rules), and why somebody left an automation. Each fits after a
 * colon (“skipped: unsubscribed”) and after a number (“9 unsubscribed”).
 */
const words = new Map([
  ['exit_when', 'met the exit rule'],
  ['exit', 'reached the end step'],
  ['goal', 'reached the goal'],
  ['stopped', 'stopped with the automation'],
  ['still_inside', 'still inside at the end'],
  ['no_mail_on_this_way', 'took a path without e-mails'],
]);

/** A reason in words; what is not a code, such as an error or the text of an end step, stays as it is. */
export const reasonInWords = (reason: string): string =>
  skipLabel(reason) ?? words.get(reason) ?? (/^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll('_', ' ') : reason);

/** Whether it is a reason that Cortex itself gives. */
export const isKnownReason = (reason: string): boolean => skipLabel(reason) !== undefined || words.has(reason);
