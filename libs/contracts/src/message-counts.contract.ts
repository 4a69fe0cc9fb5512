import { z } from 'zod';

const count = z.number().int();

/** Why a mail is not sent, as counts name it; a count of its own for each, 0 where there is none. */
export const skipReasons = [
  'unsubscribed',
  'suppressed',
  'no_consent',
  'capped',
  'no_address',
  'duplicate',
  'erased',
  'changed_since',
] as const;

/** Messages by state, skipped ones by reason: all of them add up to `candidates`; delivery and after are counted besides. */
export const messageCounts = z.object({
  candidates: count,
  skipped: z.object(Object.fromEntries(skipReasons.map((reason) => [reason, count]))).catchall(count),
  queued: count,
  submitting: count,
  sent: count,
  failed: count,
  uncertain: count,
  unknown: count,
  cancelled: count,
  delivered: count,
  opened: count,
  clicked: count,
  bounced: count,
  complained: count,
  unsubscribed: count,
});
