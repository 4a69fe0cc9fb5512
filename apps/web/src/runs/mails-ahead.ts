import type { Run } from '#contracts';
import { indexGraph, nodeDef, noNames, sentenceOf, type Graph, type GraphNode } from '#graph';
import { listed } from '../ui/formatting/format';

/** What a run may send before it waits again. */
export interface MailsAhead {
  /** The mails in the order in which they are met. */
  mails: GraphNode[];
  /** Whether the first of them is met whatever is decided on the way. */
  certain: boolean;
}

const kindOf = (node: GraphNode) => nodeDef(node.type)?.kind;

/**
 * The mails that a run meets when it goes on from a step, up to the next wait.
 * @param from the step it stands at; with `again` that step is done again, otherwise the run leaves it
 */
export function mailsAhead(graph: Graph, from: string, again = false): MailsAhead {
  const { nodes, out } = indexGraph(graph);
  const behind = (id: string) => [...(out.get(id)?.values() ?? [])].flatMap(({ target }) => nodes.get(target) ?? []);
  const start = nodes.get(from);
  if (!start) return { mails: [], certain: false };
  const first = again ? [start] : behind(from);
  let certain = first.length === 1;
  const mails: GraphNode[] = [];
  // A set goes on to what is added while it is walked, and meets each step once.
  const met = new Set(first);
  for (const node of met) {
    const kind = kindOf(node);
    if (kind === 'mail') mails.push(node);
    else if (mails.length === 0 && (kind === 'rule' || kind === 'split')) certain = false;
    if (kind === 'wait') continue;
    for (const next of behind(node.id)) met.add(next);
  }
  return { mails, certain: certain && mails.length > 0 };
}

/** The same in words, for who is about to let the run go on; undefined where no mail is met. */
export function mailsInWords(
  graph: Graph,
  { node_id, contact_email: email }: Pick<Run, 'node_id' | 'contact_email'>,
  again: boolean,
): string | undefined {
  const { mails, certain } = mailsAhead(graph, node_id ?? '', again);
  const steps = mails.map((mail) => sentenceOf(mail, noNames));
  if (!steps[0]) return undefined;
  if (certain) return `This goes on to: ${steps[0]}. That e-mail leaves for ${email} right away.`;
  return `Before the next wait this may go on to: ${listed(steps)}. What is reached leaves for ${email} right away.`;
}
