import type { BroadcastDraft } from './broadcast-draft';

/** How a broadcast is sent, in sentences. */
export function waysInWords({ holdout_percent }: Pick<BroadcastDraft, 'holdout_percent'>): string[] {
  return [
    'Everybody gets it at once.',
    ...(holdout_percent > 0 ? [`${holdout_percent} % of the people get nothing, for comparison.`] : []),
  ];
}
