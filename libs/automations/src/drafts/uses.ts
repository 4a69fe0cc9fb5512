import type { Graph } from '#graph';
import type { Tx } from '#platform';
import { isUuid } from '#rules';

/** Config keys that name something kept elsewhere, wherever in a step's config (rules included) they stand. */
const kinds = new Map(
  Object.entries<string>({
    template_id: 'template',
    smart_list_id: 'smart_list',
    topic_id: 'topic',
    automation_id: 'automation',
  }),
);

export interface Use {
  kind: string;
  id: string;
}

/** What a drawing and its settings refer to: templates, lists, topics, other automations. Each once. */
export function usesOf(graph: Graph, settings: unknown): Use[] {
  const found = new Map<string, Use>();
  const add = (kind: string, id: unknown) => {
    if (isUuid(id)) found.set(`${kind} ${id}`, { kind, id });
  };
  const open: unknown[] = [graph.nodes.map((node) => node.config), settings];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    const record = part as Record<string, unknown>;
    for (const [key, value] of Object.entries(record)) {
      const kind = kinds.get(key);
      if (kind) add(kind, value);
      if (typeof value === 'object' && value !== null) open.push(value);
    }
    if (record.field === 'smart_list') for (const id of [record.value].flat()) add('smart_list', id);
  }
  return [...found.values()];
}

/** Topics of the templates whose mails the live version has pinned: they hold for steps that name none. */
const pinnedTopics = (tx: Tx, automationId: string): Promise<Use[]> =>
  tx.rows<Use>(
    `select distinct 'topic' as kind, c.topic_id as id from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version
     cross join lateral jsonb_each_text(v.pins) pin
     join cortex.mail_contents c on c.id = pin.value::uuid
     where a.id = $1 and c.topic_id is not null`,
    [automationId],
  );

/** Keeps `cortex.uses` as the draft and the live version say, together. */
export async function keepUses(tx: Tx, automationId: string): Promise<void> {
  const rows = await tx.rows<{ graph: Graph; settings: unknown }>(
    `select draft_graph as graph, settings from cortex.automations where id = $1
     union all
     select v.graph, v.settings from cortex.automations a
     join cortex.automation_versions v on v.automation_id = a.id and v.number = a.live_version where a.id = $1`,
    [automationId],
  );
  const named = rows.flatMap((row) => usesOf(row.graph, row.settings));
  const uses = [...named, ...(await pinnedTopics(tx, automationId))];
  await tx.run("delete from cortex.uses where user_kind = 'automation' and user_id = $1", [automationId]);
  await tx.run(
    `insert into cortex.uses (user_kind, user_id, used_kind, used_id)
     select distinct 'automation', $1::uuid, u.kind, u.id from unnest($2::text[], $3::uuid[]) u(kind, id)
     on conflict do nothing`,
    [automationId, uses.map((use) => use.kind), uses.map((use) => use.id)],
  );
}

/** Templates, lists and topics that the drawing names but that do not exist. */
export const missingUses = (tx: Tx, uses: readonly Use[]): Promise<Use[]> =>
  tx.rows<Use>(
    `select u.kind, u.id from unnest($1::text[], $2::uuid[]) u(kind, id)
     where (u.kind = 'template' and not exists (select from cortex.templates t where t.id = u.id))
        or (u.kind = 'smart_list' and not exists (select from public.crm_smart_lists l where l.id = u.id))
        or (u.kind = 'topic' and not exists (select from cortex.topics t where t.id = u.id))`,
    [uses.map((use) => use.kind), uses.map((use) => use.id)],
  );

const tables = {
  template: 'cortex.templates',
  smart_list: 'public.crm_smart_lists',
  automation: 'cortex.automations',
  course: 'public.courses',
  topic: 'cortex.topics',
};

/** Ids in a drawing and its settings, of whatever can be looked up here, that do not exist here. */
export async function missingHere(tx: Tx, graph: Graph, settings: unknown): Promise<ReadonlySet<string>> {
  const uses = [...usesOf(graph, settings), ...coursesOf([graph.nodes, settings])];
  const missing = new Set<string>();
  for (const [kind, table] of Object.entries(tables)) {
    const ids = uses.filter((use) => use.kind === kind).map((use) => use.id);
    if (ids.length === 0) continue;
    const rows = await tx.rows<{ id: string }>(
      `select u.id from unnest($1::uuid[]) u(id) where not exists (select from ${table} t where t.id = u.id)`,
      [ids],
    );
    for (const { id } of rows) missing.add(id);
  }
  return missing;
}

const coursesOf = (value: unknown): Use[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Use[] =>
    key === 'course_id' && isUuid(inner) ? [{ kind: 'course', id: inner }] : coursesOf(inner),
  );
};

/** The same JSON without these ids: a key that held one is gone, a list that held some keeps the others. */
export function without(missing: ReadonlySet<string>, value: unknown): unknown {
  if (missing.size === 0 || typeof value !== 'object' || value === null) return value;
  const isGone = (inner: unknown): boolean => typeof inner === 'string' && missing.has(inner);
  if (Array.isArray(value)) return value.filter((inner) => !isGone(inner)).map((inner) => without(missing, inner));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !isGone(inner))
      .map(([key, inner]) => [key, without(missing, inner)]),
  );
}
