import type { Tx } from './tx.js';

/*
 * Advisory locks, which last until their transaction ends. The seed says what kind of thing is locked, so that a
 * person's id and another thing's name never mean the same lock. This is their one home; functions of the database take
 * one of them, 'cortex.currency', see 33_directory_currency.sql.
 */
const NAMED = 0;
const PERSON = 42;
const ADDRESS = 43;

const keyOf = (seed: number, text: string): string => `hashtextextended(${text}, ${seed})`;

/** SQL of the lock's key, for statements that take it along. @param text SQL of a text, such as `person_id::text` */
export const lockKey = {
  /** Taken by whoever moves a person's runs or changes what is kept of them. Take no row locks before it. */
  person: (text: string): string => keyOf(PERSON, text),
  /** Taken by whoever writes what may belong to nobody yet. */
  address: (text: string): string => keyOf(ADDRESS, text),
  /** A thing there is one of, such as `'cortex.engine'`. */
  named: (text: string): string => keyOf(NAMED, text),
};

/** Waits for this person's lock. Take no row locks before it. */
export const lockPerson = (tx: Tx, personId: string): Promise<unknown> =>
  tx.rows(`select pg_advisory_xact_lock(${lockKey.person('$1::uuid::text')})`, [personId]);

/** Waits for these people's locks, one after another and in order, so that two who do it never wait for each other. */
export const lockPeople = (tx: Tx, personIds: readonly string[]): Promise<unknown> =>
  tx.rows(
    `with due as materialized (select distinct person_id from unnest($1::uuid[]) person_id order by person_id)
     select count(pg_advisory_xact_lock(${lockKey.person('person_id::text')})) from due`,
    [personIds],
  );

/** Locks at most `limit` of these people, in the order given, skipping those whom somebody else is at. Answers whom. */
export async function tryPeople(tx: Tx, personIds: readonly string[], limit: number): Promise<string[]> {
  if (personIds.length === 0) return [];
  const rows = await tx.rows<{ person_id: string }>(
    `with cand as materialized (select person_id from unnest($1::uuid[]) with ordinality c(person_id, ord) order by ord)
     select person_id from cand where pg_try_advisory_xact_lock(${lockKey.person('person_id::text')}) limit $2`,
    [[...new Set(personIds)], limit],
  );
  return rows.map((row) => row.person_id);
}
