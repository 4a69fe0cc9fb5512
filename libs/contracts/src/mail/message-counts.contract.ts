import { skipReasons } from '#rules';
import { z } from 'zod';

const count = z.number().int();

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
