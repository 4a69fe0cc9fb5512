import { AppError, invalidRequest, type Tx } from '#platform';
import type { Group } from '#rules';

/** What becomes of those who come into a kept list by an edit of its rules. */
export type Newcomers = 'silent' | 'enter';

/**
 * Who is new can be said only of a list whose membership is kept, and was filled before.
 * @throws AppError 400, 409
 */
export async function expectFilled(tx: Tx, id: string, changes: { rules?: Group }): Promise<void> {
  if (!changes.rules) {
    const message = 'Only new rules bring newcomers. Send the rules too, or leave newcomers out.';
    throw invalidRequest(message, [{ pointer: '/newcomers', message }]);
  }
  const keeping = await tx.row<{ filled: boolean }>(
    'select means is not null as filled from cortex.list_keeping where smart_list_id = $1',
    [id],
  );
  if (!keeping) {
    throw new AppError(
      'membership_not_kept',
      'Cortex does not keep track of who is in this list, so it cannot tell who is new. Set keep_membership first, or use the list in an automation.',
    );
  }
  if (!keeping.filled) throw stillUpdating();
}

export const stillUpdating = (): AppError =>
  new AppError('membership_updating', 'This list is still being updated after another change. Try again in a moment.');
