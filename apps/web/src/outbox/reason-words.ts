import { endReasonLabel } from '#graph';
import { skipLabel } from '#rules';

const known = (reason: string): string | undefined => skipLabel(reason) ?? endReasonLabel(reason);

/**
 * Why an e-mail was not sent or somebody left an automation, as it fits after a colon (“skipped: unsubscribed”) and after a
 * number (“9 unsubscribed”). What is not a code, such as an error or the text of an end step, stays as it is.
 */
export const reasonInWords = (reason: string): string =>
  known(reason) ?? (/^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll('_', ' ') : reason);

/** Whether it is a reason that Cortex itself gives. */
export const isKnownReason = (reason: string): boolean => known(reason) !== undefined;
