import { changeStaticLists } from '#smart-lists';
import type { EffectHandler } from './effect-handler.js';

/** Puts the person on a static list, or takes them off. */
export const listUpdate: EffectHandler<'list.update'> = async (tx, calls) => {
  const changed = await changeStaticLists(
    tx,
    calls.map(({ journey, effect }) => ({
      smart_list_id: effect.smart_list_id,
      person_id: journey.run.person_id,
      action: effect.action,
    })),
  );
  return calls.map(({ effect }, at) => ({ [effect.action === 'add' ? 'added' : 'removed']: changed[at]! }));
};
