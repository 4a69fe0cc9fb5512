import type { BroadcastState, BroadcastTest, Utm } from '#contracts';
import { countByBroadcast, type MessageCounts } from '#emails';
import type { Duration } from '#graph';
import { decodeCursor, encodeCursor, notFound, type Tx } from '#platform';
import type { Group } from '#rules';
import type { FixedAudience } from '../audience/audience.js';
import type { Judging } from '../audience/judging.js';

/** How the winner of a test was found. */
export interface TestResult {
  /** RFC 3339. */
  at: string;
  chosen_by: 'test' | 'person';
  /** That it is the better one; null where a person chose. */
  probability: number | null;
  /** Null where a person chose. */
  differs: boolean | null;
  sentence: string;
}

export interface BroadcastRow {
  id: string;
  name: string;
  status: BroadcastState;
  revision: number;
  /** By field, the revision that last changed it. */
  field_revisions: Record<string, number>;
  subject: string;
  preheader: string;
  email_from: string | null;
  reply_to: string | null;
  utm: Utm | null;
  /** To everybody who works here; lists and rules are not asked then. */
  to_staff: boolean;
  topic_id: string | null;
  /** The topic that people must want: its own, or its template's. */
  asked_topic_id: string | null;
  include_smart_list_ids: string[];
  exclude_smart_list_ids: string[];
  rules: Group | null;
  template_id: string | null;
  editor: 'html' | 'mjml' | 'unlayer';
  design: unknown;
  html: string;
  text: string | null;
  generated_text: string | null;
  holdout_percent: number;
  spread: Duration | null;
  local_time: boolean;
  test: BroadcastTest | null;
  scheduled_at: Date | null;
  begins_at: Date | null;
  started_at: Date | null;
  frozen_at: Date | null;
  finished_at: Date | null;
  reason: string | null;
  content_id: string | null;
  /** Of each variant of its test. */
  variant_contents: string[] | null;
  decides_at: Date | null;
  winner: number | null;
  test_result: TestResult | null;
  job_id: string | null;
  audience: FixedAudience | null;
  freeze_until: string | null;
  freeze_cursor: string | null;
  candidates: number;
  /** By reason. */
  left_out: Record<string, number>;
  fed_until: string | null;
  created_at: Date;
  updated_at: Date;
}

const columns = `b.id, b.name, b.status, b.revision, b.field_revisions, b.subject, b.preheader, b.email_from,
  b.reply_to, b.utm, b.to_staff, b.topic_id,
  coalesce(b.topic_id, (select t.topic_id from cortex.templates t
    where t.id = coalesce((b.test #>> '{variants,0,template_id}')::uuid,
      case when b.test #>> '{variants,0,html}' is null then b.template_id end))) as asked_topic_id,
  b.include_smart_list_ids, b.exclude_smart_list_ids, b.rules, b.template_id, b.editor, b.design, b.html, b.text,
  b.generated_text, b.holdout_percent, b.spread, b.local_time, b.test, b.variant_contents, b.decides_at,
  b.winner, b.test_result, b.scheduled_at,
  b.begins_at, b.started_at, b.frozen_at, b.finished_at, b.reason, b.content_id, b.job_id, b.audience,
  b.freeze_until, b.freeze_cursor, b.candidates, b.left_out, b.fed_until, b.created_at, b.updated_at`;

export const judgingOf = ({ id, asked_topic_id, holdout_percent }: BroadcastRow): Judging => ({
  id,
  topic_id: asked_topic_id,
  holdout_percent,
});

/** @throws AppError 404 */
export async function broadcastById(tx: Tx, id: string): Promise<BroadcastRow> {
  const row = await tx.row<BroadcastRow>(`select ${columns} from cortex.broadcasts b where b.id = $1`, [id]);
  if (!row) throw notFound('broadcast');
  return row;
}

/** The same, locked: whatever changes a broadcast holds this. @throws AppError 404 */
export async function lockBroadcast(tx: Tx, id: string): Promise<BroadcastRow> {
  const row = await tx.row<BroadcastRow>(`select ${columns} from cortex.broadcasts b where b.id = $1 for update`, [id]);
  if (!row) throw notFound('broadcast');
  return row;
}

/** Locks one that has to be prepared and that nobody else is at. */
export const nextToPrepare = (tx: Tx): Promise<BroadcastRow | undefined> =>
  tx.row<BroadcastRow>(
    `select ${columns} from cortex.broadcasts b where b.status = 'preparing'
     order by b.started_at, b.id limit 1 for update skip locked`,
  );

/** SQL: the time of broadcast `b` has come. */
export const isDue = 'coalesce(b.begins_at, b.scheduled_at) <= cortex.now()';

/** Locks one whose time has come and that nobody else is at. */
export const nextDue = (tx: Tx): Promise<BroadcastRow | undefined> =>
  tx.row<BroadcastRow>(
    `select ${columns} from cortex.broadcasts b where b.status = 'scheduled' and ${isDue}
     order by coalesce(b.begins_at, b.scheduled_at), b.id limit 1 for update skip locked`,
  );

/** Nothing it names is kept for it any more. */
export const forgetUses = (tx: Tx, id: string): Promise<number> =>
  tx.run("delete from cortex.uses where user_kind = 'broadcast' and user_id = $1", [id]);

export interface BroadcastFilter {
  status?: BroadcastState;
  q?: string;
  limit: number;
  cursor?: string;
}

/** A page of broadcasts, last changed first. */
export async function broadcastPage(
  tx: Tx,
  filter: BroadcastFilter,
): Promise<{ rows: BroadcastRow[]; next_cursor: string | null }> {
  const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
  const rows = await tx.rows<BroadcastRow & { exact: string }>(
    `select ${columns}, b.updated_at::text as exact from cortex.broadcasts b
     where ($1::text is null or b.status = $1)
       and ($2::text is null or strpos(cortex.fold(b.name), cortex.fold($2)) > 0)
       and ($3::timestamptz is null or (b.updated_at, b.id) < ($3::timestamptz, $4::uuid))
     order by b.updated_at desc, b.id desc limit $5`,
    [filter.status ?? null, filter.q ?? null, at, id, filter.limit + 1],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    rows: page.map(({ exact: _exact, ...row }) => row),
    next_cursor: last ? encodeCursor([last.exact, last.id]) : null,
  };
}

/**
 * Counts of broadcasts, by id. `candidates` is what freezing counted, and equals the sum of all states in every committed
 * state: read with the rows in one snapshot (REPEATABLE READ).
 */
export async function countsOf(
  tx: Tx,
  rows: readonly Pick<BroadcastRow, 'id' | 'candidates' | 'left_out'>[],
): Promise<Map<string, MessageCounts>> {
  const mails = await countByBroadcast(
    tx,
    rows.map(({ id }) => id),
  );
  for (const { id, candidates, left_out } of rows) {
    const counts = mails.get(id)!;
    counts.candidates = candidates;
    for (const [reason, n] of Object.entries(left_out)) counts.skipped[reason] = (counts.skipped[reason] ?? 0) + n;
  }
  return mails;
}
