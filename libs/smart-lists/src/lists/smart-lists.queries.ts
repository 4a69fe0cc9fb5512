import { decodeCursor, encodeCursor, type Tx } from '#platform';
import type { Group } from '#rules';

export interface ListUser {
  kind: string;
  id: string;
  name: string;
}

export interface SmartListRow {
  id: string;
  name: string;
  kind: 'rules' | 'static';
  rules: Group | null;
  folder: string | null;
  keep_membership: boolean;
  kept: boolean;
  user_count: number | null;
  counted_at: Date | null;
  count_ms: number | null;
  created_at: Date;
  updated_at: Date;
  used_by: ListUser[];
}

const columns = `l.id, l.name, l.kind, l.rules, l.folder, l.keep_membership, l.user_count, l.counted_at, l.count_ms, l.created_at, l.updated_at,
  exists (select from cortex.list_keeping k where k.smart_list_id = l.id) as kept,
  coalesce((
    select jsonb_agg(jsonb_build_object('kind', u.user_kind, 'id', u.user_id, 'name', coalesce(a.name, o.name, c.name, u.user_kind))
      order by u.user_kind, coalesce(a.name, o.name, c.name), u.user_id)
    from cortex.uses u
    left join cortex.automations a on u.user_kind = 'automation' and a.id = u.user_id
    left join public.crm_smart_lists o on u.user_kind = 'smart_list' and o.id = u.user_id
    left join cortex.broadcasts c on u.user_kind = 'broadcast' and c.id = u.user_id
    where u.used_kind = 'smart_list' and u.used_id = l.id), '[]') as used_by`;

export interface SmartListQuery {
  q?: string;
  kind?: 'rules' | 'static';
  folder?: string;
  limit: number;
  cursor?: string;
}

/** One page of the lists, by name. @throws AppError 400 for a cursor of another list */
export async function smartListPage(
  tx: Tx,
  query: SmartListQuery,
): Promise<{ rows: SmartListRow[]; next_cursor: string | null }> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = ['true'];
  if (query.q) where.push(`position(cortex.fold(${bind(query.q)}::text) in cortex.fold(l.name)) > 0`);
  if (query.kind) where.push(`l.kind = ${bind(query.kind)}`);
  if (query.folder) where.push(`l.folder = ${bind(query.folder)}`);
  const after = decodeCursor(query.cursor, 2);
  if (after) where.push(`(cortex.fold(l.name), l.id) > (${bind(after[0])}::text, ${bind(after[1])}::uuid)`);
  const rows = await tx.rows<SmartListRow & { sort_key: string }>(
    `select ${columns}, cortex.fold(l.name) as sort_key from public.crm_smart_lists l
     where ${where.join(' and ')} order by cortex.fold(l.name), l.id limit ${bind(query.limit + 1)}`,
    values,
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(({ sort_key: _key, ...row }) => row),
    next_cursor: rows.length > query.limit && last ? encodeCursor([last.sort_key, last.id]) : null,
  };
}

export const smartListById = (tx: Tx, id: string): Promise<SmartListRow | undefined> =>
  tx.row<SmartListRow>(`select ${columns} from public.crm_smart_lists l where l.id = $1`, [id]);

/** The folders in use, by name. */
export const folders = (tx: Tx): Promise<{ folder: string; lists: number }[]> =>
  tx.rows(
    `select folder, count(*)::int as lists from public.crm_smart_lists where folder is not null
     group by folder order by cortex.fold(folder), folder limit 1000`,
  );
