import type { Tx } from '#platform';
import type { Moment } from '../versions/compiled-versions.js';
import { enter, type EntryChecks } from '../entry/enter.js';
import { MOST_HOPS, pathOnward, reportLoop } from '../entry/hop-limit.js';
import type { Entry } from '../entry/entry-limits.js';
import { record } from '../runs/record-runs.js';
import { refusalText } from '../entry/refusals.js';
import type { EffectCall, EffectHandler } from './effect-handler.js';

/**
 * Puts the person into another automation under its entry limit. Their new run is written at its start and goes on in a
 * transaction of its own. Somebody whom automations send round and round is stopped, and it is said.
 */
export const automationEnter: EffectHandler<'automation.enter'> = async (tx, calls, moment, checks) => {
  const outcomes: Record<string, unknown>[] = [];
  for (const call of calls) outcomes.push(await send(tx, call, moment, checks));
  return outcomes;
};

async function send(
  tx: Tx,
  { journey, record: step, effect }: EffectCall<'automation.enter'>,
  moment: Moment,
  checks: EntryChecks,
): Promise<Record<string, unknown>> {
  const { run } = journey;
  const { automation_id } = effect;
  const version = moment.live.get(automation_id);
  if (automation_id === run.automation_id) return { entered: false, reason: 'an automation does not enter itself' };
  if (!version?.start) return { entered: false, reason: 'it is not live' };
  const sent_by = pathOnward(run.context.sent_by, run.automation_id, moment);
  if (sent_by.length > MOST_HOPS) {
    await reportLoop(tx, journey.version, { to: automation_id, run_id: run.id });
    return { entered: false, reason: `automations sent this person on ${MOST_HOPS} times within seven days` };
  }
  const entry: Entry = {
    version,
    person_id: run.person_id,
    occasion: `run:${run.id}:${step.node_id}:${step.visit}`,
    ...(run.lead_id ? { lead_id: run.lead_id } : {}),
    sent_by,
  };
  const [answer] = await enter(checks, moment, [entry]);
  if (!answer || 'refused' in answer) return { entered: false, reason: refusalText[answer?.refused ?? 'been_here'] };
  await record(tx, [answer.journey]);
  return { entered: true, run_id: answer.journey.run.id };
}
