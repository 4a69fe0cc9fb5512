import { Injectable } from '@nestjs/common';
import { Database, decodeCursor, encodeCursor, fullDisk, notFound, recordAudit, type Actor } from '#platform';

interface AttentionRow {
  id: string;
  key: string;
  kind: string;
  title: string;
  detail: string;
  action: unknown;
  facts: unknown;
  opened_at: Date;
  opened_exact: string;
  closed_at: Date | null;
}

/** The id of an item that is not in the database. */
const UNWRITTEN = '00000000-0000-7000-8000-000000000000';

@Injectable()
export class Attention {
  constructor(private readonly database: Database) {}

  /** A page of items, newest first: the open ones, or those that were closed. */
  async list(filter: { limit: number; cursor?: string; closed: boolean }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<AttentionRow>(
      `select id, key, kind, title, detail, action, facts, opened_at, opened_at::text as opened_exact, closed_at
       from cortex.attention
       where (closed_at is not null) = $3
         and ($1::timestamptz is null or (opened_at, id) < ($1::timestamptz, $2::uuid))
       order by opened_at desc, id desc limit $4`,
      [at, id, filter.closed, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: [
        ...(filter.closed || filter.cursor ? [] : this.notYetWritten(items)),
        ...items.map(({ opened_exact: _exact, ...row }) => ({
          ...row,
          opened_at: row.opened_at.toISOString(),
          closed_at: row.closed_at?.toISOString() ?? null,
        })),
      ],
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.opened_exact, last.id]) : null,
    };
  }

  /** A full disk that this process has met: on it there may be no room for saying so. */
  private notYetWritten(items: readonly AttentionRow[]) {
    const { fullDiskAt } = this.database;
    if (fullDiskAt === undefined || items.some(({ key }) => key === fullDisk.key)) return [];
    const opened_at = new Date(fullDiskAt).toISOString();
    return [{ id: UNWRITTEN, ...fullDisk, action: null, facts: {}, opened_at, closed_at: null }];
  }

  /** @throws AppError 404 when there is no such item; closing a closed one changes nothing */
  async close(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const item = await tx.row<{ key: string; closed_at: Date | null }>(
        'select key, closed_at from cortex.attention where id = $1 for update',
        [id],
      );
      if (!item) throw notFound('item under Needs attention');
      if (item.closed_at) return;
      await tx.run('update cortex.attention set closed_at = cortex.now(), closed_by = $2 where id = $1', [
        id,
        actor.label,
      ]);
      await recordAudit(tx, actor, {
        action: 'attention.closed',
        targetKind: 'attention',
        targetId: id,
        after: { key: item.key },
      });
    });
  }
}
