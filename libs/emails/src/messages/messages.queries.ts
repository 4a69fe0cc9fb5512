import { skipReasons } from '#rules';
import { decodeCursor, encodeCursor, type Database, type Tx } from '#platform';
import { keptCounts, splitSpan, type CountSpan } from './kept-counts.js';
import { messageTimesIn, presentTimes, type MessageTimes } from './message-times.js';

export interface MessageFilter {
  limit: number;
  cursor?: string;
  state?: string;
  automation_id?: string;
  broadcast_id?: string;
  run_id?: string;
  contact_email?: string;
  stream?: string;
}

export interface MessageRow extends MessageTimes {
  id: string;
  contact_email: string;
  contact_id: string | null;
  stream: 'broadcast' | 'transactional';
  state: string;
  reason: string | null;
  error_code: number | null;
  from: string | null;
  subject: string;
  broadcast_id: string | null;
  automation_id: string | null;
  automation_name: string | null;
  run_id: string | null;
  node_id: string | null;
  provider: string | null;
  demo: boolean;
  created_at: Date;
}

// What waits goes to wherever the person is by then; afterwards a mail keeps the address it was sent to.
const selected = `m.id, case when m.state = 'queued' and not m.to_colleague
    then coalesce(p.email, p.address::citext, m.contact_email) else m.contact_email end as contact_email, p.id as contact_id, m.stream, m.state, m.reason, m.error_code,
  coalesce(m.email_from, b.facts ->> 'sender') as "from", coalesce(m.subject, c.subject) as subject, m.broadcast_id,
  m.automation_id, a.name as automation_name, m.run_id, m.node_id, m.provider, m.demo, m.created_at,
  ${messageTimesIn('m')}`;
const joined = `cortex.messages m
  join cortex.mail_contents c on c.id = m.content_id
  left join cortex.send_batches b on b.id = m.batch_id
  left join cortex.people p on p.person_id = m.person_id
  left join cortex.automations a on a.id = m.automation_id`;

/** A page of mails, newest first. The subject is the one that was sent, before that the template's. */
export async function listMessages(database: Database, filter: MessageFilter) {
  const [id] = decodeCursor(filter.cursor, 1) ?? [null];
  const rows = await database.rows<MessageRow>(
    // Ids are ordered by time.
    `select ${selected} from ${joined}
     where ($1::uuid is null or m.id < $1::uuid)
       and ($3::text is null or m.state = $3) and ($4::uuid is null or m.automation_id = $4)
       and ($5::uuid is null or m.broadcast_id = $5) and ($6::uuid is null or m.run_id = $6)
       and ($7::text is null or m.person_id in (
         select q.person_id from cortex.people q where q.address = cortex.address($7::citext)
         union all
         select k.person_id from cortex.person_links k join cortex.people q on q.person_id = k.into_person_id
         where q.address = cortex.address($7::citext)))
       and ($8::text is null or m.stream = $8)
     order by m.id desc limit $2`,
    [
      id,
      filter.limit + 1,
      filter.state ?? null,
      filter.automation_id ?? null,
      filter.broadcast_id ?? null,
      filter.run_id ?? null,
      filter.contact_email || null,
      filter.stream ?? null,
    ],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(presentMessage),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.id]) : null,
  };
}

/** One mail's row, or undefined. */
export async function findMessage(database: Database, id: string): Promise<MessageRow | undefined> {
  return database.row<MessageRow>(`select ${selected} from ${joined} where m.id = $1`, [id]);
}

export function presentMessage(row: MessageRow) {
  const { id, contact_email, contact_id, stream, state, reason, error_code, from, subject } = row;
  const { broadcast_id, automation_id, automation_name, run_id, node_id, provider, demo } = row;
  return {
    ...{ id, contact_email, contact_id, stream, state, reason, error_code, from, subject },
    ...{ broadcast_id, automation_id, automation_name, run_id, node_id, provider, demo },
    created_at: row.created_at.toISOString(),
    ...presentTimes(row),
  };
}

const states = ['queued', 'submitting', 'sent', 'failed', 'uncertain', 'unknown', 'cancelled'] as const;
const outcomes = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const;

/**
 * `candidates` is the number of mails; it is always the sum of `skipped`, by reason (each of them, if only as 0),
 * and of the states. The
 * outcomes after them count mails that were delivered, opened and so on.
 */
export type MessageCounts = { candidates: number; skipped: Record<string, number> } & Record<
  (typeof states)[number] | (typeof outcomes)[number],
  number
>;

interface CountRow extends Record<(typeof outcomes)[number], number> {
  node_id: string;
  state: string;
  reason: string | null;
  n: number;
}

const outcomeCounts = outcomes.map((outcome) => `count(m.${outcome}_at)::int as ${outcome}`).join(', ');

const counting = (condition: string) => `
  select coalesce(m.node_id, '') as node_id, m.state, case when m.state = 'skipped' then m.reason end as reason,
    count(*)::int as n, ${outcomeCounts}
  from cortex.messages m where ${condition} group by 1, 2, 3`;

/**
 * Counts of an automation's mails by step; `from` and `to` limit to mails queued in that time. Whole hours, and all
 * time, are read from the counters; in what remains of an hour at either end the mails themselves are counted.
 */
export async function countByStep(
  database: Database | Tx,
  automationId: string,
  span: CountSpan = {},
): Promise<Map<string, MessageCounts>> {
  const { hours, ends } = await splitSpan(database, span);
  const byStep = new Map<string, MessageCounts>();
  const of = (node: string): MessageCounts => {
    const known = byStep.get(node) ?? emptyCounts();
    byStep.set(node, known);
    return known;
  };
  if (hours)
    for (const { what, node_id, state, detail, n } of await keptCounts(
      database,
      automationId,
      ['mail', 'mail_outcome'],
      hours,
    )) {
      if (what === 'mail_outcome') of(node_id)[state as (typeof outcomes)[number]] += n;
      else addState(of(node_id), state, detail, n);
    }
  for (const { from, to } of ends)
    for (const row of await database.rows<CountRow>(
      counting('m.automation_id = $1 and m.created_at >= $2 and m.created_at < $3'),
      [automationId, from, to],
    ))
      addRow(of(row.node_id), row);
  return byStep;
}

/** Counts of these broadcasts' mails, by broadcast, from the counters. Whom one left out when it was frozen has no mail. */
export async function countByBroadcast(
  database: Database | Tx,
  broadcastIds: readonly string[],
): Promise<Map<string, MessageCounts>> {
  const rows = await database.rows<{ id: string; what: string; state: string; detail: string; n: number }>(
    `select automation_id as id, what, state, detail, n from cortex.automation_totals
     where automation_id = any($1::uuid[]) and what in ('mail', 'mail_outcome')`,
    [broadcastIds],
  );
  const byBroadcast = new Map(broadcastIds.map((id) => [id, emptyCounts()]));
  for (const { id, what, state, detail, n } of rows) {
    const counts = byBroadcast.get(id)!;
    if (what === 'mail_outcome') counts[state as (typeof outcomes)[number]] += n;
    else addState(counts, state, detail, n);
  }
  return byBroadcast;
}

/** Of the mails that were queued on one day, those that were sent, and what they led to. */
export type DayFigures = { day: string; sent: number } & Record<(typeof ofDay)[number], number>;
const ofDay = ['delivered', 'clicked', 'complained'] as const;

/**
 * Counts of all mails queued since an instant, and the same by day (`2026-11-30`) of a time zone, the earliest first;
 * days without a mail are left out.
 */
export async function countSince(
  database: Database,
  from: Date,
  timezone: string,
): Promise<{ counts: MessageCounts; days: DayFigures[] }> {
  const rows = await database.rows<Omit<CountRow, 'node_id'> & { day: string }>(
    `select (m.created_at at time zone $2)::date::text as day, m.state,
       case when m.state = 'skipped' then m.reason end as reason, count(*)::int as n, ${outcomeCounts}
     from cortex.messages m where m.created_at >= $1 group by 1, 2, 3`,
    [from, timezone],
  );
  const counts = emptyCounts();
  const days = new Map<string, DayFigures>();
  for (const row of rows) {
    addRow(counts, row);
    const day = days.get(row.day) ?? { day: row.day, sent: 0, delivered: 0, clicked: 0, complained: 0 };
    days.set(row.day, day);
    if (row.state === 'sent') day.sent += row.n;
    for (const outcome of ofDay) day[outcome] += row[outcome];
  }
  return { counts, days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)) };
}

/** Counts of no mail: each state and each reason with 0. */
export function emptyCounts(): MessageCounts {
  return {
    candidates: 0,
    skipped: Object.fromEntries(skipReasons.map((reason) => [reason, 0])),
    ...Object.fromEntries([...states, ...outcomes].map((name) => [name, 0])),
  } as MessageCounts;
}

function addState(counts: MessageCounts, state: string, reason: string, n: number): void {
  counts.candidates += n;
  if (state === 'skipped') counts.skipped[reason] = (counts.skipped[reason] ?? 0) + n;
  else counts[state as (typeof states)[number]] += n;
}

function addRow(counts: MessageCounts, row: Omit<CountRow, 'node_id'>): void {
  addState(counts, row.state, row.reason ?? 'other', row.n);
  for (const outcome of outcomes) counts[outcome] += row[outcome];
}

/** Job rows, newest first. */
export async function listJobs(database: Database, filter: { limit: number; cursor?: string }) {
  const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
  interface JobRow {
    id: string;
    name: string;
    kind: string;
    stream: string;
    status: string;
    hour: Date | null;
    created_at: Date;
    updated_at: Date;
    exact: string;
  }
  const rows = await database.rows<JobRow>(
    `select id, name, kind, stream, status, hour, created_at, updated_at, created_at::text as exact from public.email_jobs
     where $1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid)
     order by created_at desc, id desc limit $3`,
    [at, id, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(({ exact: _exact, ...row }) => ({
      ...row,
      hour: row.hour?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    })),
    next_cursor: rows.length > filter.limit && last ? encodeCursor([last.exact, last.id]) : null,
  };
}
