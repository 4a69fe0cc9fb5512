import { automationById } from '#automations';
import { AppError, type Tx } from '#platform';
import type { Refusal } from './entry-limits.js';

/** Why somebody does not come in, for people. */
export const refusalText: Record<Refusal, string> = {
  been_here: 'This person has been in this automation, and it lets everybody in once.',
  too_soon: 'This person was in this automation a short while ago. Its entry limit lets them in again later.',
  too_many: 'Far more entered than was expected, so the automation has paused itself. Look at it and resume it.',
  no_key: 'This automation counts by a value of the starting activity, and there is none.',
};

/** Says why nobody can be moved in this automation. @throws AppError 404 when there is none */
export async function notLive(tx: Tx, automationId: string): Promise<AppError> {
  const { status } = await automationById(tx, automationId);
  return new AppError('automation_not_live', `This automation is ${status}. Publish or resume it first.`, {
    facts: { current_status: status },
  });
}
