import { appendActivities } from '#activities';
import type { EffectHandler } from './effect-handler.js';

/** Writes an activity into the person's timeline; like any other it may start and wake automations. */
export const activityRecord: EffectHandler<'activity.record'> = async (tx, calls) => {
  const ids = await appendActivities(
    tx,
    calls.map(({ journey: { run }, record, effect }) => ({
      type: effect.activity_type,
      personId: run.person_id,
      metadata: {
        ...effect.metadata,
        automation_id: run.automation_id,
        run_id: run.id,
        node_id: record.node_id,
      },
      source: 'automation',
    })),
  );
  return ids.map((activity_id) => ({ activity_id }));
};
