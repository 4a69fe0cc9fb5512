import type { Effect, EffectType } from '#graph';
import type { Tx } from '#platform';
import type { EntryChecks } from '../entry/enter.js';
import type { Moment } from '../versions/compiled-versions.js';
import type { Journey, StepRecord } from '../runs/journey.js';

/** One step of one run that wants something done. */
export interface EffectCall<T extends EffectType = EffectType> {
  journey: Journey;
  record: StepRecord;
  effect: Extract<Effect, { type: T }>;
}

/**
 * Does what the steps want, for all of them together and inside their transaction. Answers what belongs into
 * each step's record, in the given order. When it throws, everything it wrote is undone and each call is made
 * again alone, so that one that cannot be done holds up nobody else.
 * @param checks what is asked of whoever is to enter an automation
 */
export type EffectHandler<T extends EffectType> = (
  tx: Tx,
  calls: readonly EffectCall<T>[],
  moment: Moment,
  checks: EntryChecks,
) => Promise<Record<string, unknown>[]>;
