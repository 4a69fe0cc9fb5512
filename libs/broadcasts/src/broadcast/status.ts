import type { BroadcastState } from '#contracts';
import { AppError } from '#platform';
import type { BroadcastRow } from './broadcast.queries.js';

/** @throws AppError 409 with the status it has */
export function assertStatus(
  row: Pick<BroadcastRow, 'status'>,
  allowed: readonly BroadcastState[],
  refusal: string,
): void {
  if (allowed.includes(row.status)) return;
  throw new AppError('wrong_broadcast_status', `This broadcast is ${row.status}. ${refusal}`, {
    facts: { current_status: row.status },
  });
}
