import { Injectable } from '@nestjs/common';
import type { MailNode } from '#designs';
import { Database, decodeCursor, encodeCursor, notFound, type Actor, type Tx } from '#platform';
import { noteMedia } from './template-versions.js';

interface BlockRow {
  id: string;
  name: string;
  row: MailNode;
  created_by: string | null;
  created_at: Date;
  updated_at: Date;
}

const columns = 'id, name, row, created_by, created_at, updated_at';

/** Rows of designs that are kept for other mails. What they were put into has a copy. */
@Injectable()
export class MailBlocks {
  constructor(private readonly database: Database) {}

  /** By name. */
  async list(filter: { limit: number; cursor?: string }) {
    const [name, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<BlockRow>(
      `select ${columns} from cortex.mail_blocks
       where $1::text is null or (name collate "C", id) > ($1::text collate "C", $2::uuid)
       order by name collate "C", id limit $3`,
      [name, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.name, last.id]) : null,
    };
  }

  async create(actor: Actor, name: string, row: MailNode) {
    return this.written(row, (tx, clean) =>
      tx.row<BlockRow>(
        `insert into cortex.mail_blocks (name, row, created_by) values ($1, $2::jsonb, $3) returning ${columns}`,
        [name, clean, actor.label],
      ),
    );
  }

  /** @throws AppError 404 */
  async change(id: string, name: string, row: MailNode) {
    return this.written(row, (tx, clean) =>
      tx.row<BlockRow>(
        `update cortex.mail_blocks set name = $1, row = $2::jsonb, updated_at = cortex.now() where id = $3
         returning ${columns}`,
        [name, clean, id],
      ),
    );
  }

  /** @throws AppError 404 */
  async remove(id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      if ((await tx.run('delete from cortex.mail_blocks where id = $1', [id])) === 0) throw notFound('block');
      await tx.run("delete from cortex.uses where user_kind = 'mail_block' and user_id = $1", [id]);
    });
  }

  private async written(row: MailNode, store: (tx: Tx, clean: string) => Promise<BlockRow | undefined>) {
    const { cleanRow } = await import('#designs/server');
    const clean = JSON.stringify(cleanRow(row));
    return this.database.tx(async (tx) => {
      const stored = await store(tx, clean);
      if (!stored) throw notFound('block');
      await tx.run("delete from cortex.uses where user_kind = 'mail_block' and user_id = $1", [stored.id]);
      await noteMedia(tx, 'mail_block', stored.id, clean);
      return present(stored);
    });
  }
}

const present = (row: BlockRow) => ({
  ...row,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
