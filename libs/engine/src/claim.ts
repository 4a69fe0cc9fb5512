import type { ActivityFact } from '#graph';
import type { Tx } from '#platform';

export const PEOPLE_PER_CLAIM = 100;
export const ROWS_PER_CLAIM = 500;
const WINDOWS = [4_000, 40_000, 400_000];

const LOCK = 'pg_try_advisory_xact_lock(hashtextextended(person_id::text, 42))';

/**
 * Locks the people with the oldest inbox rows, at most `PEOPLE_PER_CLAIM`, skipping those that somebody else
 * is at. Looks further back where one person's rows fill the window.
 */
export async function claimPeople(tx: Tx, limit = PEOPLE_PER_CLAIM): Promise<string[]> {
  const claimed = new Set<string>();
  for (const window of WINDOWS) {
    const found = await tx.row<{ people: string[]; full: boolean }>(
      `with w as materialized (select seq, person_id from cortex.activity_inbox order by seq limit $1),
       cand as materialized (select person_id, min(seq) as s from w group by person_id order by s limit $2)
       select (select count(*) from w) = $1 as full,
         array(select person_id::text from cand where person_id <> all($4::uuid[]) and ${LOCK} limit $3) as people`,
      [window, limit * 10, limit - claimed.size, [...claimed]],
    );
    for (const person of found!.people) claimed.add(person);
    if (claimed.size >= limit || !found!.full) break;
  }
  return [...claimed];
}

/** Locks these people, skipping those that somebody else is at. */
export async function tryPeople(tx: Tx, personIds: readonly string[], limit = PEOPLE_PER_CLAIM): Promise<string[]> {
  const rows = await tx.rows<{ person_id: string }>(
    `with cand as materialized (select person_id from unnest($1::uuid[]) with ordinality c(person_id, ord) order by ord)
     select person_id from cand where ${LOCK} limit $2`,
    [[...new Set(personIds)], limit],
  );
  return rows.map((row) => row.person_id);
}

/** Waits for this person's lock. Take no row locks before it. */
export const lockPerson = (tx: Tx, personId: string): Promise<unknown> =>
  tx.rows('select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 42))', [personId]);

/** One activity still to be matched. */
export interface InboxRow extends ActivityFact {
  seq: string;
  person_id: string;
  contact_email: string;
  history: boolean;
  /** Who recorded it. */
  source: string;
  /** With the database's microseconds. */
  occurred_text: string;
}

/**
 * The inbox rows of people whose locks are held, each person's in order. Must begin with a statement of its own,
 * after the one that took the locks: its snapshot may not be older than they are.
 */
export async function inboxRows(tx: Tx, personIds: readonly string[], perClaim = ROWS_PER_CLAIM): Promise<InboxRow[]> {
  const rows = await tx.rows<Pending>(
    `select r.seq, r.person_id, r.activity_id as id, r.occurred_at, r.occurred_at::text as occurred_text, r.history
     from unnest($1::uuid[]) with ordinality c(person_id, ord)
     cross join lateral (
       select i.seq, i.person_id, i.activity_id, i.occurred_at, i.history from cortex.activity_inbox i
       where i.person_id = c.person_id order by i.occurred_at, i.seq limit $2) r
     order by c.ord, r.occurred_at, r.seq limit $2`,
    [personIds, perClaim],
  );
  if (rows.length === 0) return [];
  const found = new Map((await activitiesOf(tx, rows)).map((activity) => [activity.id, activity]));
  return rows.map((row) => ({ ...nothing, received_at: row.occurred_at, ...found.get(row.id), ...row }));
}

type Pending = Pick<InboxRow, 'seq' | 'person_id' | 'id' | 'occurred_at' | 'occurred_text' | 'history'>;
type Recorded = Pick<InboxRow, 'id' | 'contact_email' | 'type' | 'metadata' | 'received_at' | 'source'>;

/** What is left of an activity that was erased meanwhile. */
const nothing = { contact_email: '', type: '', metadata: {}, source: '' };

/**
 * The activities behind inbox rows. The outermost instants are given as values of their own, so that months
 * without any of them are left out when the statement is planned: planning them all takes longer than the rest.
 */
const activitiesOf = (tx: Tx, rows: readonly Pending[]): Promise<Recorded[]> => {
  const instants = rows.map((row) => row.occurred_at.getTime());
  return tx.rows<Recorded>(
    `select a.id, coalesce(p.email::text, p.address, a.contact_email) as contact_email, a.type, a.metadata, a.received_at,
       a.source
     from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) w(person_id, occurred_at, id)
     cross join lateral (
       select a.id, a.contact_email::text as contact_email, a.type, a.metadata, a.received_at, a.source from public.crm_activities a
       where a.person_id = w.person_id and a.occurred_at = w.occurred_at and a.id = w.id
         and a.occurred_at >= $4::timestamptz and a.occurred_at < $5::timestamptz
       limit 1) a
     left join cortex.people p on p.person_id = w.person_id`,
    [
      rows.map((row) => row.person_id),
      rows.map((row) => row.occurred_text),
      rows.map((row) => row.id),
      new Date(Math.min(...instants)).toISOString(),
      new Date(Math.max(...instants) + 1).toISOString(),
    ],
  );
};

/** Takes matched rows out. @throws Error when some were gone: somebody else was at them, so nothing may be kept. */
export async function emptyInbox(tx: Tx, rows: readonly InboxRow[]): Promise<void> {
  const deleted = await tx.run('delete from cortex.activity_inbox where seq = any($1::bigint[])', [
    rows.map((row) => row.seq),
  ]);
  if (deleted !== rows.length) throw new Error(`Of ${rows.length} inbox rows only ${deleted} were still there.`);
}
