import type { Database } from '#platform';
import { csvCell } from '#rules';
import { recipientPage, type ListedOf, type RecipientFilter } from './recipients.queries.js';

/** People that are read at a time, and the most that is held in memory of a file. */
const AT_A_TIME = 1_000;

const columns = [
  'contact_email',
  'state',
  'reason',
  'sent_at',
  'delivered_at',
  'opened_at',
  'clicked_at',
  'bounced_at',
  'complained_at',
  'unsubscribed_at',
  'variant',
] as const;

/** The people of a broadcast as a CSV file, some lines at a time. */
export async function* recipientLines(
  database: Database,
  broadcast: ListedOf,
  filter: Omit<RecipientFilter, 'limit' | 'cursor'>,
): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await database.tx(
      (tx) => recipientPage(tx, broadcast, { ...filter, limit: AT_A_TIME, ...(cursor ? { cursor } : {}) }),
      { readOnly: true },
    );
    yield items.map((row) => `${columns.map((name) => csvCell(row[name] ?? '')).join(',')}\r\n`).join('');
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
