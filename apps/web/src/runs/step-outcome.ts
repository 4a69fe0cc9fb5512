import type { Run } from '#contracts';
import { nodeDef, portsOf, type GraphNode } from '#graph';
import { mailStateWords } from '../outbox/mail-states';
import { reasonInWords } from '../outbox/reason-words';

type Step = Run['steps'][number];

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What happened to a person at a step, in a few words; the step says what its ways out are called. */
export const describeOutcome = (step: Step, node: GraphNode | undefined): string => {
  const { outcome } = step;
  const error = text(outcome.error);
  if (error) return `failed: ${error}`;
  const ended = node && nodeDef(node.type)?.kind === 'end';
  if (ended) return 'ended here';
  const way = node && portsOf(node).find((port) => port.id === step.port)?.label;
  const given = text(outcome.reason) ?? text(outcome.end) ?? text(outcome.skipped);
  const reason = given && reasonInWords(given);
  if (way) return reason ? `${way} (${reason})` : way;
  if (reason) return reason;
  if (text(outcome.message_id)) return mailOutcome(outcome);
  if (step.left_at === null) return 'here now';
  return node && nodeDef(node.type)?.kind === 'entry' ? 'entered' : 'continued';
};

/** What became of the mail that the step wrote. */
const mailOutcome = ({ mail, mail_reason }: Step['outcome']): string => {
  const state = mailStateWords[mail as keyof typeof mailStateWords];
  if (!state) return 'e-mail created';
  const reason = text(mail_reason);
  return `e-mail ${state.label}${reason ? `: ${reasonInWords(reason)}` : ''}`;
};
