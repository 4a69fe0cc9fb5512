import { openAttention } from '#access';
import type { Tx } from '#platform';
import type { Moment } from '../compiled.js';
import { enter } from '../enter.js';
import type { Journey, RunContext } from '../journey.js';
import type { Entry } from '../limits.js';
import { record } from '../record.js';
import { refusalText } from '../refusals.js';
import { pastEntries } from '../runs.queries.js';
import type { EffectCall, EffectHandler } from './effect-handler.js';

/** How often automations may send one person on within `WINDOW` before somebody has to look. */
export const MOST_HOPS = 10;
const WINDOW = 7 * 86_400_000;

/**
 * Puts the person into another automation under its entry limit. Their new run is written at its start and goes on in a
 * transaction of its own. Somebody whom automations send round and round is stopped, and it is said.
 */
export const automationEnter: EffectHandler<'automation.enter'> = async (tx, calls, moment) => {
  const outcomes: Record<string, unknown>[] = [];
  for (const call of calls) outcomes.push(await send(tx, call, moment));
  return outcomes;
};

async function send(
  tx: Tx,
  { journey, record: step, effect }: EffectCall<'automation.enter'>,
  moment: Moment,
): Promise<Record<string, unknown>> {
  const { run } = journey;
  const { automation_id } = effect;
  const version = moment.live.get(automation_id);
  if (automation_id === run.automation_id) return { entered: false, reason: 'an automation does not enter itself' };
  if (!version?.start) return { entered: false, reason: 'it is not live' };
  const sent_by = lately(
    [...(run.context.sent_by ?? []), { automation_id: run.automation_id, at: moment.now.toISOString() }],
    moment,
  );
  if (sent_by.length > MOST_HOPS) {
    await sayLoop(tx, journey, automation_id);
    return { entered: false, reason: `automations sent this person on ${MOST_HOPS} times within seven days` };
  }
  const entry: Entry = {
    version,
    person_id: run.person_id,
    contact_email: run.contact_email,
    occasion: `run:${run.id}:${step.node_id}:${step.visit}`,
    ...(run.lead_id ? { lead_id: run.lead_id } : {}),
    sent_by,
  };
  const [answer] = await enter({ pastEntries: (entries) => pastEntries(tx, entries) }, moment, [entry]);
  if (!answer || 'refused' in answer) return { entered: false, reason: refusalText[answer?.refused ?? 'been_here'] };
  await record(tx, [answer.journey]);
  return { entered: true, run_id: answer.journey.run.id };
}

type Hops = NonNullable<RunContext['sent_by']>;

const lately = (hops: Hops, { now }: Moment): Hops =>
  hops.filter((hop) => Date.parse(hop.at) > now.getTime() - WINDOW).slice(-MOST_HOPS - 1);

async function sayLoop(tx: Tx, { run, version }: Journey, other: string): Promise<void> {
  await openAttention(tx, {
    key: `loop:${run.automation_id}`,
    kind: 'engine',
    title: 'Automations send people round in a circle',
    detail:
      `“${version.name}” and others sent the same person on ${MOST_HOPS} times within seven days; they were stopped there. ` +
      'Look at the steps “Go to an automation” of those in the circle.',
    action: { label: 'Open the automation', href: `/admin/automations/${run.automation_id}` },
    facts: { automation_id: run.automation_id, to: other, run_id: run.id },
  });
}
