import type { Script } from './script.js';
import type { Assumption, BacktestResult } from './tally.js';

/** What the replay could not know and took for granted, in sentences. */
export function assumptionsOf(script: Script, result: BacktestResult): Assumption[] {
  const steps = [...script.version.steps.values()];
  const has = (kind: string): boolean => steps.some((step) => step.def.kind === kind);
  const assumed: Assumption[] = [];
  if (script.scope === 'nobody')
    assumed.push({ code: 'entered_by_hand', text: 'Nobody is put in by hand: this automation starts only that way.' });
  if (script.lists.length > 0)
    assumed.push({
      code: 'lists_as_now',
      text: 'Everybody was in the lists they are in today, except where entering or leaving was recorded.',
    });
  if (script.version.start?.by === 'date')
    assumed.push({ code: 'dates_as_now', text: 'Everybody’s date was the one they have today.' });
  if (has('mail')) {
    assumed.push({
      code: 'mail_delivered',
      text: 'Every mail that may leave leaves at once and is delivered; nobody opens it or clicks.',
      count: result.messages,
    });
  }
  if (steps.some(({ def }) => def.ports({}).some((port) => port.id === 'failed')))
    assumed.push({ code: 'calls_succeed', text: 'Every call of another system succeeds.' });
  assumed.push(
    {
      code: 'earliest_known',
      text: 'Before the first recorded change of a person the earliest known value holds.',
    },
    {
      code: 'brought_in_later',
      text: 'What was brought in later counts from when it happened, as if this automation had been there.',
    },
  );
  return assumed;
}
