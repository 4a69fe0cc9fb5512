import type { Graph } from '#graph';
import type { Database } from '#platform';
import { isUuid } from '#rules';

/** A drawing whose marketing mails name the topics of their templates where they name none: what would be sent. */
export async function withTemplateTopics(database: Database, graph: Graph): Promise<Graph> {
  const takes = ({ type, config }: Graph['nodes'][number]): boolean =>
    type === 'send_email' && config.stream === 'broadcast' && !config.topic_id && isUuid(config.template_id);
  const templates = graph.nodes.filter(takes).map(({ config }) => config.template_id);
  if (templates.length === 0) return graph;
  const rows = await database.rows<{ id: string; topic_id: string }>(
    'select id, topic_id from cortex.templates where id = any($1::uuid[]) and topic_id is not null',
    [templates],
  );
  const topics = new Map(rows.map((row) => [row.id, row.topic_id]));
  const nodes = graph.nodes.map((node) => {
    const topic_id = takes(node) ? topics.get(String(node.config.template_id).toLowerCase()) : undefined;
    return topic_id ? { ...node, config: { ...node.config, topic_id } } : node;
  });
  return { ...graph, nodes };
}
