import { durationText } from '#graph';
import type { BroadcastDraft } from '../broadcast/broadcast-draft';

type Ways = Pick<BroadcastDraft, 'holdout_percent' | 'spread' | 'local_time' | 'test'>;

/** How a broadcast is sent, in sentences. */
export function waysInWords({ holdout_percent, spread, local_time, test }: Ways): string[] {
  const leaving = local_time
    ? 'Everybody gets it at the same time of their own day.'
    : spread
      ? `Its mails leave one after the other, over ${durationText(spread)}.`
      : 'Everybody gets it at once.';
  const what = test?.on === 'design' ? 'designs' : 'subjects';
  return [
    test
      ? `${test.percent} % of the people get one of ${test.variants.length} ${what}, and ${durationText(test.wait)} later the rest gets the better one${spread ? `, over ${durationText(spread)}` : ''}.`
      : leaving,
    ...(holdout_percent > 0 ? [`${holdout_percent} % of the people get nothing, for comparison.`] : []),
  ];
}
