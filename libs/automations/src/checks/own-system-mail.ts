import type { Graph, GraphNode, Problem } from '#graph';
import { isAdmin, type Actor, type Tx } from '#platform';

/** What a step says as system mail in words of its own; undefined where it sends none, or a template. */
function ownText({ type, config }: GraphNode): string | undefined {
  if (type !== 'send_email' || config.stream !== 'transactional' || config.template_id !== undefined) return undefined;
  const { subject = '', preheader = '', html = '', text = '' } = config;
  return JSON.stringify([subject, preheader, html, text]);
}

/**
 * System mail that is written in its step has no version that could be approved. An administrator lets it out by
 * publishing it; what the live version says is out already, wherever it stands.
 */
export async function unapprovedSystemMail(tx: Tx, id: string, graph: Graph, actor: Actor): Promise<Problem[]> {
  if (isAdmin(actor)) return [];
  const mails = graph.nodes.flatMap((node, at) => {
    const text = ownText(node);
    return text === undefined ? [] : [{ node_id: node.id, at, text }];
  });
  if (mails.length === 0) return [];
  const live = await tx.row<{ graph: Graph }>(
    `select v.graph from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version where a.id = $1`,
    [id],
  );
  const approved = new Set(live?.graph.nodes.map(ownText));
  return mails.flatMap(({ node_id, at, text }): Problem[] =>
    approved.has(text)
      ? []
      : [
          {
            code: 'system_mail_not_approved',
            severity: 'blocks',
            node_id,
            pointer: `/nodes/${at}/config/stream`,
            message:
              'Only an administrator can publish new text as system mail. Ask one to publish, use an approved template, or send it as broadcast.',
          },
        ],
  );
}
