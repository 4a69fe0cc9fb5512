import { Injectable } from '@nestjs/common';
import { mostViews, type View, type ViewFields } from '#contracts';
import {
  AppError,
  Database,
  decodeCursor,
  encodeCursor,
  isAdmin,
  notFound,
  recordAudit,
  type Actor,
  type Tx,
} from '#platform';
import { readRules } from '#rules';

interface ViewRow {
  id: string;
  owner_id: string | null;
  owner: string;
  name: string;
  shared: boolean;
  q: string;
  type: View['type'];
  rules: unknown;
  sort: View['sort'];
  columns: string[];
  updated_at: Date;
}

const columns = 'v.id, v.owner_id, v.owner, v.name, v.shared, v.q, v.type, v.rules, v.sort, v.columns, v.updated_at';

/** Views of the directory that colleagues keep, for themselves or for everybody. */
@Injectable()
export class DirectoryViews {
  constructor(private readonly database: Database) {}

  /** One's own and the shared ones, by name. */
  async list(actor: Actor, page: { limit: number; cursor?: string }) {
    const [name, last] = decodeCursor(page.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<ViewRow>(
      `select ${columns} from cortex.directory_views v
       where (v.shared or v.owner_id = $1) and ($2::text is null or (v.name, v.id) > ($2::text, $3::uuid))
       order by v.name, v.id limit $4`,
      [actor.id, name, last, page.limit + 1],
    );
    const shown = rows.slice(0, page.limit);
    const end = shown.at(-1);
    return {
      items: shown.map((row) => present(row, actor)),
      next_cursor: rows.length > page.limit && end ? encodeCursor([end.name, end.id]) : null,
    };
  }

  /** @throws AppError 422 when they keep as many as one may */
  async create(actor: Actor, fields: ViewFields): Promise<View> {
    return this.database.tx(async (tx) => {
      // What somebody who is gone kept for themselves is seen by nobody.
      await tx.run('delete from cortex.directory_views where owner_id is null and not shared');
      const there = await tx.row<{ n: number }>(
        'select count(*)::int as n from cortex.directory_views where owner_id = $1',
        [actor.id],
      );
      if (there!.n >= mostViews)
        throw new AppError('limit_reached', `You keep ${there!.n} views, and no more fit. Delete one first.`);
      const row = await tx.row<ViewRow>(
        `insert into cortex.directory_views as v (owner_id, owner, name, shared, q, type, rules, sort, columns)
         values ($8, $9, $1, $2, $3, $4, $5::jsonb, $6, $7) returning ${columns}`,
        [...valuesOf(fields), actor.id, actor.label],
      );
      const after = present(row!, actor);
      await recordAudit(tx, actor, { action: 'view.created', ...target(after.id), after });
      return after;
    });
  }

  /** @throws AppError 404; 403 for another's */
  async put(actor: Actor, id: string, fields: ViewFields): Promise<View> {
    return this.database.tx(async (tx) => {
      const before = await ownView(tx, id, actor);
      const row = await tx.row<ViewRow>(
        `update cortex.directory_views v
         set name = $1, shared = $2, q = $3, type = $4, rules = $5::jsonb, sort = $6, columns = $7,
           updated_at = cortex.now()
         where v.id = $8 returning ${columns}`,
        [...valuesOf(fields), id],
      );
      const after = present(row!, actor);
      await recordAudit(tx, actor, { action: 'view.changed', ...target(id), before: present(before, actor), after });
      return after;
    });
  }

  /** @throws AppError 404; 403 for another's */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await ownView(tx, id, actor);
      await tx.run('delete from cortex.directory_views where id = $1', [id]);
      await recordAudit(tx, actor, { action: 'view.deleted', ...target(id), before: present(row, actor) });
    });
  }
}

const target = (id: string) => ({ targetKind: 'view', targetId: id });
const isMine = (row: ViewRow, actor: Actor): boolean => row.owner_id === actor.id;
const mayChange = (row: ViewRow, actor: Actor): boolean => isMine(row, actor) || (row.shared && isAdmin(actor));

async function ownView(tx: Tx, id: string, actor: Actor): Promise<ViewRow> {
  const row = await tx.row<ViewRow>(`select ${columns} from cortex.directory_views v where v.id = $1 for update`, [id]);
  // Another's own view is as if it were not there.
  if (!row || (!row.shared && !isMine(row, actor))) throw notFound('view');
  if (!mayChange(row, actor))
    throw new AppError('not_allowed', `${row.owner} made this view. Only they or an administrator can change it.`);
  return row;
}

const valuesOf = ({ name, shared, q, type, rules, sort, columns: chosen }: ViewFields): unknown[] => [
  name,
  shared,
  q,
  type,
  rules ? JSON.stringify(rules) : null,
  sort,
  chosen,
];

const present = (row: ViewRow, actor: Actor): View => ({
  id: row.id,
  name: row.name,
  shared: row.shared,
  owner: row.owner,
  may_change: mayChange(row, actor),
  mine: isMine(row, actor),
  q: row.q,
  type: row.type,
  rules: row.rules ? (readRules(row.rules).rules ?? null) : null,
  sort: row.sort,
  columns: row.columns,
  updated_at: row.updated_at.toISOString(),
});
