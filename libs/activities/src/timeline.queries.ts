import { decodeCursor, encodeCursor, type Tx } from '#platform';
import { typeLabel } from '#rules';
import { namesOf, type Names } from './names.queries.js';
import { activitySentence } from './sentence.js';
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
  const rows = await newestRows(tx, filter);
  const shown = rows.slice(0, filter.limit);
  const last = shown.at(-1);
  return {
    items: await presentActivities(tx, shown),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.occurred_exact, last.id]) : null,
  };
}

/** One more than the page has, where there are more. */
async function newestRows(tx: Tx, filter: TimelineFilter): Promise<PageRow[]> {
  if (filter.personIds === undefined && filter.type === undefined) {
    const { text, values } = newestOfEverybody(filter);
    const rows = await tx.rows<PageRow & { types: number }>(text, values);
    if (rows.every(({ types }) => types <= MOST_TYPES)) return rows.filter(({ id }) => id !== null);
  }
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = instantsOf(filter, bind);
  if (filter.personIds) where.push(`a.person_id = any (${bind(filter.personIds)}::uuid[])`);
  if (filter.type !== undefined) where.push(`a.type = ${bind(filter.type)}`);
  return tx.rows<PageRow>(
    `select ${columns} from public.crm_activities a
     ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by a.occurred_at desc, a.id desc
     limit ${bind(filter.limit + 1)}`,
    values,
  );
}

/**
 * The newest activities of all types and people. No index is in the order of time alone, for each would cost every
 * activity that is stored; so it skips from type to type along the index of types, and reads the newest of those types
 * alone of which the newest can be on the page. A row without an activity where there is none.
 */
export function newestOfEverybody(filter: TimelineFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = instantsOf(filter, bind)
    .map((condition) => ` and ${condition}`)
    .join('');
  const limit = bind(filter.limit + 1);
  const text = `
    with recursive seen as (
      (select a.type, 1 as n from public.crm_activities a order by a.type limit 1)
      union all
      select (select a.type from public.crm_activities a where a.type > s.type order by a.type limit 1), s.n + 1
      from seen s where s.type is not null and s.n <= ${MOST_TYPES}
    ), newest as (
      select s.type, (
        select a.occurred_at from public.crm_activities a where a.type = s.type${where}
        order by a.occurred_at desc limit 1) as at
      from seen s where s.type is not null
    ), chosen as (
      select n.type from newest n where n.at is not null order by n.at desc fetch first ${limit} rows with ties
    )
    select n.types, p.* from (select count(s.type)::int as types from seen s) n
    left join lateral (
      select t.* from chosen c cross join lateral (
        select ${columns} from public.crm_activities a where a.type = c.type${where}
        order by a.occurred_at desc, a.id desc limit ${limit}
      ) t
      order by t.occurred_at desc, t.id desc limit ${limit}
    ) p on true
    order by p.occurred_at desc, p.id desc`;
  return { text, values };
}

/** Beyond these the types are too many to look at each. */
const MOST_TYPES = 500;

const columns = `a.id, a.type, a.contact_email, cortex.plain_attributes(a.metadata) as metadata, a.occurred_at,
  a.received_at, a.source, a.occurred_at::text as occurred_exact`;

/** Conditions on when an activity was. */
function instantsOf({ from, to, cursor }: TimelineFilter, bind: (value: unknown) => string): string[] {
  const where: string[] = [];
  if (from !== undefined) where.push(`a.occurred_at >= ${bind(from)}::timestamptz`);
  if (to !== undefined) where.push(`a.occurred_at <= ${bind(to)}::timestamptz`);
  const after = decodeCursor(cursor, 2);
  if (after) {
    const at = `${bind(after[0])}::timestamptz`;
    // The first leaves whole months out.
    where.push(`a.occurred_at <= ${at}`, `(a.occurred_at, a.id) < (${at}, ${bind(after[1])}::uuid)`);
  }
  return where;
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
    label: label ?? typeLabel(row.type),
  };
}
