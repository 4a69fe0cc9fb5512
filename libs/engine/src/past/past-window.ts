import { invalidRequest } from '#platform';
import type { Window } from './past.queries.js';

const MOST_DAYS = 400;

/**
 * A window of the past, up to now at most.
 * @throws AppError 400 for one that is none, or longer than 400 days
 */
export function pastWindow(wish: Window, now: Date): Window {
  const to = new Date(Math.min(wish.to.getTime(), now.getTime()));
  const days = (to.getTime() - wish.from.getTime()) / 86_400_000;
  if (!(days > 0))
    throw invalidRequest('A backtest needs a window of the past: “from” before “to”.', [
      { pointer: '/from', message: 'Earlier than “to”, and in the past.' },
    ]);
  if (days > MOST_DAYS)
    throw invalidRequest(`A backtest covers at most ${MOST_DAYS} days.`, [
      { pointer: '/from', message: `At most ${MOST_DAYS} days before “to”.` },
    ]);
  return { from: wish.from, to };
}
