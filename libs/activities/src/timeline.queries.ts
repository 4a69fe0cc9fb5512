import { decodeCursor, encodeCursor, type Tx } from '#platform';
import { namesOf, type Names } from './names.queries.js';
import { activitySentence, typeWords } from './sentence.js';
import { labelsOf } from './type-labels.js';

/** An activity as the public contract has it; instants are RFC 3339 in UTC. */
export interface TimelineActivity {
  id: string;
  type: string;
  contact_email: string | null;
  metadata: Record<string, unknown>;
  occurred_at: string;
  received_at: string;
  source: string;
  sentence: string;
  /** What its type is called. */
  label: string;
}

export interface ActivityRow {
  id: string;
  type: string;
  contact_email: string | null;
  metadata: Record<string, unknown>;
  occurred_at: Date;
  received_at: Date;
  source: string;
}

interface PageRow extends ActivityRow {
  /** With its microseconds, for the cursor. */
  occurred_exact: string;
}

export interface TimelineFilter {
  /** Only activities of these people; all people's when absent. */
  personIds?: readonly string[];
  type?: string;
  /** Both included, RFC 3339. */
  from?: string;
  to?: string;
  limit: number;
  cursor?: string;
}

/**
 * A page of activities, newest first.
 * @throws AppError 400 for a cursor of another list
 */
export async function activityPage(
  tx: Tx,
  filter: TimelineFilter,
): Promise<{ items: TimelineActivity[]; next_cursor: string | null }> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where: string[] = [];
  if (filter.personIds) where.push(`a.person_id = any (${bind(filter.personIds)}::uuid[])`);
  if (filter.type !== undefined) where.push(`a.type = ${bind(filter.type)}`);
  if (filter.from !== undefined) where.push(`a.occurred_at >= ${bind(filter.from)}::timestamptz`);
  if (filter.to !== undefined) where.push(`a.occurred_at <= ${bind(filter.to)}::timestamptz`);
  const after = decodeCursor(filter.cursor, 2);
  if (after) where.push(`(a.occurred_at, a.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
  const rows = await tx.rows<PageRow>(
    `select a.id, a.type, a.contact_email, cortex.plain_attributes(a.metadata) as metadata, a.occurred_at, a.received_at, a.source,
       a.occurred_at::text as occurred_exact
     from public.crm_activities a
     ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by a.occurred_at desc, a.id desc
     limit ${bind(filter.limit + 1)}`,
    values,
  );
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return {
    items: await presentActivities(tx, shown),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.occurred_exact, last.id]) : null,
  };
}

/** The timeline of one person (and of those merged into them), newest first. */
export const timelinePage = (tx: Tx, personIds: readonly string[], page: { limit: number; cursor?: string }) =>
  activityPage(tx, { ...page, personIds });

/** Rows of activities as the public contract has them. */
export async function presentActivities(tx: Tx, rows: readonly ActivityRow[]): Promise<TimelineActivity[]> {
  const names = await namesOf(tx, rows);
  const labels = await labelsOf(
    tx,
    rows.map(({ type }) => type),
  );
  return rows.map((row) => presentActivity(row, names, labels.get(row.type)));
}

function presentActivity(row: ActivityRow, names: Names, label: string | undefined): TimelineActivity {
  return {
    id: row.id,
    type: row.type,
    contact_email: row.contact_email,
    metadata: row.metadata,
    occurred_at: row.occurred_at.toISOString(),
    received_at: row.received_at.toISOString(),
    source: row.source,
    sentence: activitySentence(row.type, row.metadata, names, label),
    label: label ?? typeWords(row.type),
  };
}
