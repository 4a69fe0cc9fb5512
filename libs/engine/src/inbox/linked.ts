import type { Tx } from '#platform';
import { instantOf, type Unmatched } from './claim.js';

/** The rows of a claim with those that concern accounts linked with their people. */
export interface WithLinked {
  /** The rows that are matched now. Left out are those of people at whose linked accounts somebody else is. */
  rows: Unmatched[];
  /** The same rows and, for each linked account, copies of them; each person's oldest first. */
  all: Unmatched[];
}

/**
 * Accounts that are linked are one person, so what any of them does may wake or end the runs of all. Runs are started for
 * the one whom the directory shows. Nothing of that is stored: it ends with the link.
 * @param lockFree locks those of these people whom nobody is at, and answers whom
 */
export async function withLinked(
  tx: Tx,
  rows: readonly Unmatched[],
  lockFree: (personIds: readonly string[]) => Promise<string[]>,
): Promise<WithLinked> {
  if (!rows.some((row) => row.links)) return { rows: [...rows], all: [...rows] };
  const pairs = await tx.rows<{ person_id: string; other: string; other_is_head: boolean; is_linked: boolean }>(
    `select w.person_id, m.person_id as other, m.is_head as other_is_head, up.person_id is not null as is_linked
     from unnest($1::uuid[]) w(person_id)
     left join cortex.person_links up on up.person_id = w.person_id
     cross join lateral (
       select coalesce(up.into_person_id, w.person_id) as person_id, true as is_head
       union all
       select k.person_id, false from cortex.person_links k where k.into_person_id = coalesce(up.into_person_id, w.person_id)
     ) m
     where m.person_id <> w.person_id
     order by w.person_id, m.person_id`,
    [[...new Set(rows.map((row) => row.person_id))]],
  );
  if (pairs.length === 0) return { rows: [...rows], all: [...rows] };
  const held = new Set(await lockFree([...new Set(pairs.map(({ other }) => other))]));
  const busy = new Set(pairs.flatMap(({ person_id, other }) => (held.has(other) ? [] : [person_id])));
  const linked = new Set(pairs.flatMap(({ person_id, is_linked }) => (is_linked ? [person_id] : [])));
  const free = rows
    .filter((row) => !busy.has(row.person_id))
    .map((row) => (linked.has(row.person_id) ? { ...row, starts_nothing: true as const } : row));
  const copies = free.flatMap((row) =>
    pairs.flatMap(({ person_id, other, other_is_head }): Unmatched[] =>
      person_id === row.person_id
        ? [
            {
              ...row,
              person_id: other,
              recorded_for: row.person_id,
              running: true,
              ...(other_is_head ? { starts_nothing: undefined } : { starts_nothing: true as const }),
            },
          ]
        : [],
    ),
  );
  return { rows: free, all: [...free, ...copies].sort(byAge) };
}

const byAge = (a: Unmatched, b: Unmatched): number =>
  instantOf(a.occurred_text).getTime() - instantOf(b.occurred_text).getTime() || Number(BigInt(a.seq) - BigInt(b.seq));
