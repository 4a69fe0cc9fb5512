import { variantNames, type BroadcastTest } from '#contracts';
import { percentText, probabilityBetter } from '#statistics';

/** From this probability on one variant counts as the better one. */
const SURE = 0.95;

/** Of the mails of one variant that were sent, how many had the outcome that is asked for. */
export interface Outcome {
  sent: number;
  hits: number;
}

export interface Verdict {
  /** What the rest gets, from 0 on: the best one; the first one where no difference was found. */
  winner: number;
  /** The one that is ahead, and the one next to it. */
  best: number;
  next: number;
  /** That the best one is better than each of the others, the least of these probabilities. */
  probability: number;
  differs: boolean;
}

const counted = ({ sent, hits }: Outcome) => ({ n: sent, hits });

/** Compares two or more variants. */
export function verdictOf(outcomes: readonly Outcome[]): Verdict {
  const rate = ({ sent, hits }: Outcome) => (hits + 1) / (sent + 2);
  const best = outcomes.reduce((ahead, one, at) => (rate(one) > rate(outcomes[ahead]!) ? at : ahead), 0);
  const others = outcomes
    .map((one, at) => ({ at, probability: probabilityBetter(counted(one), counted(outcomes[best]!)) }))
    .filter(({ at }) => at !== best);
  const next = others.reduce((least, one) => (one.probability < least.probability ? one : least));
  const differs = next.probability >= SURE;
  return { winner: differs ? best : 0, best, next: next.at, probability: next.probability, differs };
}

const whole = new Intl.NumberFormat('en');
const did: Record<BroadcastTest['winner_by'], string> = { clicks: 'clicked', enrollments: 'enrolled' };

/** A verdict in a sentence or two. */
export function verdictInWords(
  { winner, best, next, probability, differs }: Verdict,
  outcomes: readonly Outcome[],
  by: BroadcastTest['winner_by'],
): string {
  const of = (variant: number) => {
    const { sent, hits } = outcomes[variant]!;
    return `${whole.format(hits)} of ${whole.format(sent)} ${did[by]} with ${variantNames[variant]!}`;
  };
  const figures = `${of(best)}, ${of(next)}.`;
  return differs
    ? `${variantNames[best]!} is better than ${variantNames[next]!} with a probability of ${percentText(probability)}: ${figures}`
    : `No difference was found: ${figures} The rest gets ${variantNames[winner]!}.`;
}
