import { appendActivities } from '#activities';
import { AppError, invalidRequest, type Tx } from '#platform';
import type { Group } from '#rules';
import { definitionOf } from './kept-lists.js';
import { turning } from './look-again.js';

/** What becomes of those who come into a kept list by an edit of its rules. */
export type Newcomers = 'silent' | 'enter';

/** Activities written in one statement. */
const TOLD = 1_000;

/**
 * Who is new can be said only of a list whose membership is kept, and stands as its present rules say.
 * @throws AppError 400, 409
 */
export async function expectSettled(tx: Tx, id: string, changes: { rules?: Group }): Promise<void> {
  if (!changes.rules) {
    const message = 'Only new rules bring newcomers. Send the rules too, or leave newcomers out.';
    throw invalidRequest(message, [{ pointer: '/newcomers', message }]);
  }
  const keeping = await tx.row<{ state: string; fingerprint: string | null }>(
    'select state, fingerprint from cortex.list_keeping where smart_list_id = $1',
    [id],
  );
  if (!keeping) {
    throw new AppError(
      'membership_not_kept',
      'Cortex does not keep track of who is in this list, so it cannot tell who is new. Set keep_membership first, or use the list in an automation.',
    );
  }
  if (keeping.state !== 'kept' || keeping.fingerprint !== (await definitionOf(tx, id)).fingerprint) {
    throw new AppError(
      'membership_updating',
      'This list is still being updated after another change. Try again in a moment.',
    );
  }
}

/** Says with what the next filling puts people in. Nothing where membership is not kept. */
export const tellNewcomers = (tx: Tx, id: string, newcomers: Newcomers): Promise<unknown> =>
  tx.run('update cortex.list_keeping set tell_newcomers = $2 where smart_list_id = $1', [id, newcomers === 'enter']);

/** Tells of these people that they have entered the list. */
export async function tellEntering(
  tx: Tx,
  list: { id: string; name: string },
  people: readonly { person_id: string }[],
): Promise<void> {
  for (let at = 0; at < people.length; at += TOLD) {
    await appendActivities(
      tx,
      people.slice(at, at + TOLD).map(({ person_id }) => turning(list, person_id, true)),
    );
  }
}
