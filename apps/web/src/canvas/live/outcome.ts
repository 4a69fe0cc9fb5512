import type { Run } from '#contracts';

type Step = Run['steps'][number];

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What happened to a person at a step, in a few words. */
export const describeOutcome = (step: Step): string => {
  const { outcome } = step;
  const error = text(outcome.error);
  if (error) return `failed: ${error}`;
  const reason = text(outcome.reason) ?? text(outcome.end) ?? text(outcome.skipped);
  if (reason) return reason;
  if (text(outcome.message_id)) return 'mail written';
  if (step.left_at === null) return 'is here';
  return step.port !== null && step.port !== 'next' ? `→ ${step.port.replaceAll('_', ' ')}` : 'went on';
};
