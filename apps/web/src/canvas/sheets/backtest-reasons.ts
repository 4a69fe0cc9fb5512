import { portsOf, sentenceOf, type Graph } from '#graph';

const reasons: Record<string, string> = {
  unsubscribed: 'unsubscribed',
  suppressed: 'on the suppression list',
  no_consent: 'gave no consent',
  capped: 'had enough mail already',
  no_address: 'without an address',
  still_inside: 'still inside at the end',
  goal: 'reached the goal first',
  exit_when: 'left early',
  no_mail_on_this_way: 'on a way without mail',
};

/** Why somebody got no mail, as it follows a number: a reason of sending, or the way that they took. */
export function reasonWords(reason: string, graph: Graph): string {
  const known = reasons[reason];
  if (known) return known;
  const [id, port] = [reason.slice(0, reason.lastIndexOf(':')), reason.slice(reason.lastIndexOf(':') + 1)];
  const step = graph.nodes.find((node) => node.id === id);
  const way = step && portsOf(step).find((one) => one.id === port)?.label;
  return step ? `went “${way ?? port}” at “${sentenceOf(step)}”` : `ended: ${reason}`;
}
