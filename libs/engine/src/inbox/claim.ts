import { metadataOf } from '#activities';
import type { ActivityFact } from '#graph';
import { lockKey, type Prepared, type Tx } from '#platform';
import { CLOCK_SKEW } from '#rules';

/** People whose due runs are moved in one transaction. */
export const PEOPLE_PER_CLAIM = 100;
/** Activities matched in one transaction, and people at most. */
export const ROWS_PER_CLAIM = 500;
/** How many of the oldest inbox rows are looked through, further back where few people were free. */
const WINDOWS = [1_000, 4_000, 40_000, 400_000];

/**
 * Locks the people with the oldest activities in the inbox.
 *
 * - `oldest` is a bounded window, so that a full inbox costs no more than a short one. One person's rows may fill it, or
 *   other workers be at everybody in it: then the next window is larger.
 * - `candidates` is each person once, by their oldest row, and materialized, because a lock must be tried only after the
 *   order is settled: inside one plan the server may try it on rows that the limit leaves out, and keep it.
 * - The last select tries the lock of one candidate after the other and stops at the limit. Whom another worker holds is
 *   skipped, not waited for.
 * - It also stops at a tenth of the locks that the server has room for: they are shared by all sessions, and running out
 *   of them fails everybody's statements.
 *
 * Begin with `lookUpByIndexes`.
 */
export async function claimPeople(tx: Tx, limit = ROWS_PER_CLAIM): Promise<string[]> {
  const claimed = new Set<string>();
  for (const window of WINDOWS) {
    const found = await tx.row<{ people: string[]; full: boolean }>(claimIn(window), [
      limit * 10,
      limit - claimed.size,
      [...claimed],
    ]);
    for (const person of found!.people) claimed.add(person);
    // A quarter is enough for a claim that pays; what was not full has nobody further back.
    if (claimed.size >= limit / 4 || !found!.full) break;
  }
  return [...claimed];
}

/** The window stands in the text: a prepared plan must not guess how far it looks. */
const claimIn = (window: number): Prepared => ({
  name: `claim people ${window}`,
  text: `
  with oldest as materialized (
    select seq, person_id from cortex.activity_inbox order by seq limit ${window}
  ), candidates as materialized (
    select person_id, min(seq) as first from oldest group by person_id order by first limit $1
  )
  select (select count(*) from oldest) = ${window} as full,
    array(
      select person_id::text from candidates
      where person_id <> all($3::uuid[]) and pg_try_advisory_xact_lock(${lockKey.person('person_id::text')})
      limit least($2, current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int / 10)
    ) as people`,
});

/**
 * Lets the statements that follow in this transaction look rows up by indexes. The statements of a claim are prepared, and
 * a plan that was made while the inbox was empty would scan it for ever.
 */
export const lookUpByIndexes = (tx: Tx): Promise<unknown> => tx.rows(BY_INDEXES);

const BY_INDEXES: Prepared = { name: 'by indexes', text: "select set_config('enable_seqscan', 'off', true)" };

/** What the inbox says of an activity still to be matched. */
export interface Unmatched {
  seq: string;
  person_id: string;
  /** The activity. */
  id: string;
  /** With the database's microseconds. */
  occurred_text: string;
  history: boolean;
  /** Null where whoever put it in did not say. */
  type: string | null;
  /** Whether its person stands in an automation. */
  running: boolean;
  /** Whether any accounts at all are linked. */
  links?: boolean;
  /** Whose activity it is, where it concerns an account that is linked with theirs (`withLinked`). */
  recorded_for?: string;
  /** It may wake and end runs of this person, and starts none: the directory shows them as somebody else. */
  starts_nothing?: true;
}

/** One activity still to be matched, with all that rules may ask about. */
export interface InboxRow extends ActivityFact, Omit<Unmatched, 'id' | 'type'> {
  /** Who recorded it. */
  source: string;
}

/**
 * The inbox rows of people whose locks are held, in order. Must begin with a statement of its own, after the one
 * that took the locks: its snapshot may not be older than they are.
 */
export const inboxRows = (tx: Tx, personIds: readonly string[], perClaim = ROWS_PER_CLAIM): Promise<Unmatched[]> =>
  tx.rows<Unmatched>(INBOX_ROWS, [personIds, perClaim]);

const INBOX_ROWS: Prepared = {
  name: 'inbox rows',
  text: `select i.seq, i.person_id, i.activity_id as id, i.occurred_at::text as occurred_text, i.history, i.type,
       exists (select from cortex.automation_runs r
         where r.person_id = i.person_id and r.status in ('active', 'waiting')) as running,
       (select exists (select from cortex.person_links)) as links
     from cortex.activity_inbox i where i.person_id = any($1::uuid[])
     order by i.occurred_at, i.seq limit $2`,
};

export type Recorded = Pick<InboxRow, 'id' | 'type' | 'metadata' | 'occurred_at' | 'received_at' | 'source'>;

/** The activities behind inbox rows; of one that was erased meanwhile nothing is left. */
export async function activitiesOf(tx: Tx, rows: readonly Unmatched[]): Promise<InboxRow[]> {
  if (rows.length === 0) return [];
  const found = new Map((await recorded(tx, rows)).map((activity) => [activity.id, activity]));
  return rows.map((row) => ({ ...row, ...(found.get(row.id) ?? erased(row)) }));
}

/** What was stamped after these activities but received before them, of the types, the first 100 of each. */
export const overtaken = (
  tx: Tx,
  starts: readonly InboxRow[],
  types: readonly string[],
): Promise<(Unmatched & { start_id: string; type: string })[]> =>
  tx.rows(
    `select w.id as start_id, '0' as seq, w.person_id, a.id, a.occurred_at::text as occurred_text, false as history, a.type,
       true as running
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) w(id, person_id, occurred_at, received_at)
     cross join lateral (
       select a.id, a.occurred_at, a.type from public.crm_activities a
       where a.person_id = w.person_id and a.type = any($5::text[]) and not a.history and a.id <> w.id
         and a.occurred_at > w.occurred_at and a.received_at < w.received_at
         and a.occurred_at > $6::timestamptz and a.occurred_at < $7::timestamptz
       order by a.occurred_at, a.id limit 100) a
     order by a.occurred_at, a.id`,
    [
      starts.map((start) => start.id),
      starts.map((start) => start.person_id),
      starts.map((start) => start.occurred_at.toISOString()),
      starts.map((start) => start.received_at.toISOString()),
      types,
      // As values of their own, so that other months are left out when the statement is planned.
      new Date(Math.min(...starts.map((start) => start.occurred_at.getTime()))).toISOString(),
      new Date(Math.max(...starts.map((start) => start.received_at.getTime())) + CLOCK_SKEW).toISOString(),
    ],
  );

const erased = ({ id, occurred_text }: Unmatched): Recorded => {
  const occurred_at = instantOf(occurred_text);
  return { id, occurred_at, received_at: occurred_at, type: '', metadata: {}, source: '' };
};

/** @param text as PostgreSQL shows it in UTC: `2026-01-31 09:30:00.123456+00` */
export const instantOf = (text: string): Date => {
  const at = new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
  return Number.isNaN(at.getTime()) ? NEVER : at;
};

/** Stands for what no date can be, such as infinity; nothing is found there. */
const NEVER = new Date(0);

/**
 * The activities that are still there. The outermost instants are given as values of their own, so that months without
 * any of them are left out when the statement is planned: planning them all takes longer than the rest.
 */
export const recorded = (
  tx: Tx,
  rows: readonly Pick<Unmatched, 'person_id' | 'recorded_for' | 'id' | 'occurred_text'>[],
): Promise<Recorded[]> => {
  const instants = rows.map((row) => instantOf(row.occurred_text).getTime());
  return tx.rows<Recorded>(
    `select a.id, a.type, ${metadataOf('a')} as metadata, a.occurred_at, a.received_at, a.source
     from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) w(person_id, occurred_at, id)
     cross join lateral (
       select a.id, a.type, a.metadata, a.occurred_at, a.received_at, a.source
       from public.crm_activities a
       where a.person_id = w.person_id and a.occurred_at = w.occurred_at and a.id = w.id
         and a.occurred_at >= $4::timestamptz and a.occurred_at < $5::timestamptz
       limit 1) a`,
    [
      rows.map((row) => row.recorded_for ?? row.person_id),
      rows.map((row) => row.occurred_text),
      rows.map((row) => row.id),
      new Date(Math.min(...instants)).toISOString(),
      new Date(Math.max(...instants) + 1).toISOString(),
    ],
  );
};

/**
 * Takes matched rows out and brings `last_activity` of their people up to date, once per person; people are locked
 * last in the transaction and sorted, like by everyone who locks them.
 * @param own what people did themselves
 * @throws Error when some rows were gone: somebody else was at them, so nothing may be kept
 */
export async function settleInbox(
  tx: Tx,
  rows: readonly Unmatched[],
  own: readonly Pick<Unmatched, 'person_id' | 'occurred_text'>[],
): Promise<void> {
  const settled = await tx.row<{ gone: number }>(SETTLE, [
    rows.map((row) => row.seq),
    own.map((row) => row.person_id),
    own.map((row) => row.occurred_text),
  ]);
  if (settled!.gone !== rows.length)
    throw new Error(`Of ${rows.length} inbox rows only ${settled!.gone} were still there.`);
}

const SETTLE: Prepared = {
  name: 'settle inbox',
  text: `with gone as (delete from cortex.activity_inbox where seq = any($1::bigint[]) returning 1),
     due as materialized (
       select p.person_id, w.at
       from (select person_id, max(at) as at from unnest($2::uuid[], $3::timestamptz[]) g(person_id, at) group by person_id) w
       join cortex.people p on p.person_id = w.person_id
       where p.last_activity is null or p.last_activity < w.at
       order by p.address for no key update of p),
     touched as (
       update cortex.people p set last_activity = due.at from due where p.person_id = due.person_id)
     select count(*)::int as gone from gone`,
};
