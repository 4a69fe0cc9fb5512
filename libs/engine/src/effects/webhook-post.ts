import { mailData } from '../runs/mail-data.js';
import { addCalls, type NewCall } from '../webhooks/calls.queries.js';
import { callText } from '../webhooks/call-text.js';
import type { EffectHandler } from './effect-handler.js';

/**
 * Writes the call down, with references in place of secrets; it leaves once this transaction has committed. What it says is fixed here, so that each try says
 * the same. A step that is tried again keeps the call that it has.
 */
export const webhookPost: EffectHandler<'webhook.post'> = async (tx, calls, moment) => {
  const data = await mailData(
    tx,
    calls.map(({ journey }) => journey.run),
  );
  const ids = await addCalls(
    tx,
    calls.map(({ journey: { run, version }, record, effect }, at): NewCall => {
      return {
        automation_id: run.automation_id,
        run_id: run.id,
        node_id: record.node_id,
        visit: record.visit,
        person_id: run.person_id,
        url: effect.url,
        headers: effect.headers ?? {},
        ...callText(effect.body, data[at]!, {
          at: moment.now,
          automation: { id: run.automation_id, name: version.name },
          run_id: run.id,
          node_id: record.node_id,
        }),
      };
    }),
  );
  return ids.map((call_id) => ({ call_id }));
};
