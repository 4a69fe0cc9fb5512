import { Injectable } from '@nestjs/common';
import { Database, decodeCursor, encodeCursor, recordAudit, type Actor } from '#platform';
import { csvCell } from '#rules';
import { targetNames } from './target-names.js';

interface AuditRow {
  id: string;
  at: Date;
  at_exact: string;
  actor: string;
  action: string;
  target_kind: string | null;
  target_id: string | null;
  before: unknown;
  after: unknown;
}

export interface AuditFilter {
  limit: number;
  cursor?: string;
  action?: string;
  actor?: string;
  target_id?: string;
}

/** Entries that are read at a time, and the most that is held in memory of a file. */
const AT_A_TIME = 1_000;
const csvColumns = ['at', 'actor', 'action', 'target_kind', 'target_id', 'before', 'after'] as const;

@Injectable()
export class Audit {
  constructor(private readonly database: Database) {}

  /** Begins a file of all entries that the filter lets through; its lines come some at a time, while it is read. */
  async export(actor: Actor, filter: Omit<AuditFilter, 'limit' | 'cursor'>): Promise<AsyncGenerator<string>> {
    await this.database.tx((tx) => recordAudit(tx, actor, { action: 'audit.exported', after: filter }));
    return this.lines(filter);
  }

  private async *lines(filter: Omit<AuditFilter, 'limit' | 'cursor'>): AsyncGenerator<string> {
    const cell = (value: unknown) => csvCell(typeof value === 'string' ? value : value ? JSON.stringify(value) : '');
    yield `${csvColumns.join(',')}\r\n`;
    let cursor: string | undefined;
    do {
      const { items, next_cursor } = await this.list({ ...filter, limit: AT_A_TIME, ...(cursor ? { cursor } : {}) });
      yield items.map((entry) => `${csvColumns.map((name) => cell(entry[name])).join(',')}\r\n`).join('');
      cursor = next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** A page of entries, newest first. */
  async list(filter: AuditFilter) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<AuditRow>(
      `select id, at, at::text as at_exact, actor, action, target_kind, target_id, before, after
       from cortex.audit
       where ($1::timestamptz is null or (at, id) < ($1::timestamptz, $2::uuid))
         and ($3::text is null or action = $3) and ($4::text is null or position(lower($4) in lower(actor)) > 0)
         and ($5::text is null or target_id = $5)
       order by at desc, id desc limit $6`,
      [at, id, filter.action ?? null, filter.actor ?? null, filter.target_id ?? null, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const names = await targetNames(this.database, items);
    const last = items.at(-1);
    return {
      items: items.map(({ at_exact: _exact, ...row }) => ({
        ...row,
        at: row.at.toISOString(),
        target_name:
          names.get(`${row.target_kind} ${row.target_id?.toLowerCase()}`) ?? nameIn(row.after) ?? nameIn(row.before),
      })),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.at_exact, last.id]) : null,
    };
  }
}

/** What a thing was called that is gone, where the entry says so. */
function nameIn(said: unknown): string | null {
  const name = typeof said === 'object' && said !== null && 'name' in said ? said.name : undefined;
  return typeof name === 'string' && name !== '' ? name : null;
}
