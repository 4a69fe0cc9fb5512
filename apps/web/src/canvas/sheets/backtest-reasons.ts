import { portsOf, sentenceOf, type Graph } from '#graph';
import { isKnownReason, reasonInWords } from '../../outbox/reason-words';

/** Why somebody got no e-mail, as it follows a number: a reason of sending, or the path that they took. */
export function reasonWords(reason: string, graph: Graph): string {
  if (isKnownReason(reason)) return reasonInWords(reason);
  const [id, port] = [reason.slice(0, reason.lastIndexOf(':')), reason.slice(reason.lastIndexOf(':') + 1)];
  const step = graph.nodes.find((node) => node.id === id);
  const path = step && portsOf(step).find((one) => one.id === port)?.label;
  return step ? `took “${path ?? port}” at “${sentenceOf(step)}”` : `ended: ${reasonInWords(reason)}`;
}
