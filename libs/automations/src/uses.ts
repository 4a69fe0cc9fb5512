import type { Graph } from '#graph';
import type { Tx } from '#platform';

/** Config keys that name something kept elsewhere, wherever in a step's config (rules included) they stand. */
const kinds: Record<string, string> = {
  template_id: 'template',
  smart_list_id: 'smart_list',
  topic_id: 'topic',
  automation_id: 'automation',
};
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Use {
  kind: string;
  id: string;
}

/** What a drawing and its settings refer to: templates, lists, topics, other automations. Each once. */
export function usesOf(graph: Graph, settings: unknown): Use[] {
  const found = new Map<string, Use>();
  const add = (kind: string, id: unknown) => {
    if (typeof id === 'string' && uuid.test(id)) found.set(`${kind} ${id}`, { kind, id });
  };
  const open: unknown[] = [graph.nodes.map((node) => node.config), settings];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    const record = part as Record<string, unknown>;
    for (const [key, value] of Object.entries(record)) {
      if (key in kinds) add(kinds[key]!, value);
      if (typeof value === 'object' && value !== null) open.push(value);
    }
    if (record.field === 'smart_list') for (const id of [record.value].flat()) add('smart_list', id);
  }
  return [...found.values()];
}

/** Keeps `cortex.uses` as the draft and the live version say, together. */
export async function keepUses(tx: Tx, automationId: string): Promise<void> {
  const rows = await tx.rows<{ graph: Graph; settings: unknown }>(
    `select draft_graph as graph, settings from cortex.automations where id = $1
     union all
     select v.graph, v.settings from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version where a.id = $1`,
    [automationId],
  );
  const uses = rows.flatMap((row) => usesOf(row.graph, row.settings));
  await tx.run("delete from cortex.uses where user_kind = 'automation' and user_id = $1", [automationId]);
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select distinct 'automation', $1::uuid, u.kind, u.id from unnest($2::text[], $3::uuid[]) u(kind, id)
     on conflict do nothing`,
    [automationId, uses.map((use) => use.kind), uses.map((use) => use.id)],
  );
}

/** Templates and lists that the drawing names but that do not exist. */
export const missingUses = (tx: Tx, uses: readonly Use[]): Promise<Use[]> =>
  tx.rows<Use>(
    `select u.kind, u.id from unnest($1::text[], $2::uuid[]) u(kind, id)
     where (u.kind = 'template' and not exists (select from cortex.templates t where t.id = u.id))
        or (u.kind = 'smart_list' and not exists (select from public.crm_smart_lists l where l.id = u.id))`,
    [uses.map((use) => use.kind), uses.map((use) => use.id)],
  );
