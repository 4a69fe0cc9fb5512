import { changeStaticLists } from '#smart-lists';
import type { EffectHandler } from './effect-handler.js';

/** Puts the person on a static list, or takes them off. */
export const listUpdate: EffectHandler<'list.update'> = async (tx, calls) => {
  const changed = await changeStaticLists(
    tx,
    calls.map(({ journey: { run }, record, effect }) => ({
      smart_list_id: effect.smart_list_id,
      person_id: run.person_id,
      action: effect.action,
      by: { automation_id: run.automation_id, run_id: run.id, node_id: record.node_id },
    })),
  );
  return calls.map(({ effect }, at) => ({ [effect.action === 'add' ? 'added' : 'removed']: changed[at]! }));
};
