import type { BroadcastState, ListedBroadcast } from './broadcasts.queries';

/** What a status means to a reader, and how it is tinted. */
export const broadcastStates: Record<BroadcastState, { label: string; tone?: 'good' | 'warning' | 'danger' }> = {
  draft: { label: 'Draft' },
  scheduled: { label: 'Scheduled', tone: 'warning' },
  preparing: { label: 'Preparing', tone: 'good' },
  sending: { label: 'Sending', tone: 'good' },
  paused: { label: 'Paused', tone: 'warning' },
  sent: { label: 'Sent' },
  failed: { label: 'Failed', tone: 'danger' },
  cancelled: { label: 'Cancelled' },
};

export interface Progress {
  /** Who gets a mail, as far as that is known. */
  mails: number;
  /** Of these, how many are done: sent, refused, or not known. */
  done: number;
  leftOut: number;
}

/** How far a broadcast is. */
export function progressOf({ counts }: Pick<ListedBroadcast, 'counts'>): Progress {
  const { candidates, skipped, queued, submitting, uncertain, cancelled } = counts;
  const leftOut = Object.values(skipped).reduce((sum, n) => sum + n, 0);
  const mails = candidates - leftOut;
  return { mails, done: mails - queued - submitting - uncertain - cancelled, leftOut };
}

/** `62 %`, rounded down so that 100 % means all. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${Math.floor((part / whole) * 100)} %`;

/** `0.4 %`: a share that may be small. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;

/** The share that reached a mailbox; a dash while nothing was reported about any of them, as in the outbox. */
export const deliveredShare = (counts: { sent: number; delivered: number; bounced: number }): string =>
  share(counts.delivered, counts.delivered + counts.bounced === 0 ? 0 : counts.sent);
