import { decodeCursor, encodeCursor, type Database } from '#platform';
import type { Stream, SuppressionReason } from './suppressions.js';

interface SuppressionRow {
  id: string;
  email: string;
  stream: Stream;
  reason: SuppressionReason;
  origin: string;
  message_id: string | null;
  created_at: Date;
  exact: string;
}

/** A page of the suppression list, newest first; `q` finds part of an address. */
export async function listSuppressions(
  database: Database,
  filter: { limit: number; cursor?: string; q?: string; stream?: Stream; reason?: SuppressionReason },
) {
  const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await database.rows<SuppressionRow>(
    `select id, address as email, stream, reason, origin, message_id, created_at, created_at::text as exact
     from cortex.suppressions
     where ($1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid))
       and ($4::text is null or strpos(address, lower($4)) > 0) and ($5::text is null or stream = $5)
       and ($6::text is null or reason = $6)
     order by created_at desc, id desc limit $3`,
    [at, id, filter.limit + 1, filter.q || null, filter.stream ?? null, filter.reason ?? null],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(({ exact: _exact, ...row }) => ({ ...row, created_at: row.created_at.toISOString() })),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.exact, last.id]) : null,
  };
}
