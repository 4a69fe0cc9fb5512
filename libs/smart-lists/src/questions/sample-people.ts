import type { Database } from '#platform';
import { everyone, type SqlFragment } from '#rules';
import { LARGE, PATIENCE, rounded, storedSize } from './count-people.js';

/** People of a sample: at most, and of the first look, which tells how many more there is time for. */
const MOST = 2_000;
const FIRST = 150;
/** Milliseconds that looking may take. */
const BUDGET = 50;
/** So few of a sample say what size it is, not more. */
const FEW = 10;

export interface Sample {
  /** More people than this are hardly left out by a sample that has none of them (95 %, the rule of three). */
  unseen: number;
  /** About how many people of the directory there are of whom this is so; undefined when the sample has none. */
  about: (test: (fits: readonly boolean[]) => boolean) => number | undefined;
  /** Some of those of whom this is so. */
  some: (test: (fits: readonly boolean[]) => boolean, limit: number) => string[];
}

interface Looked {
  person_id: string;
  /** Of each condition, whether it holds; null for who is not of the directory. */
  fits: boolean[] | null;
}

/**
 * Asks conditions about people from all over the directory: about as many as there is time for, so that the answer
 * takes as long for a million people as for fifty thousand. Undefined in a directory so small that counting is quicker.
 * Each condition must be compiled to begin its placeholders after those of the ones before it.
 * @param dear the conditions look up each person's activities: begin with few people
 */
export async function samplePeople(
  database: Database,
  conditions: readonly SqlFragment[],
  dear: boolean,
): Promise<Sample | undefined> {
  const size = await storedSize(database);
  if (size < LARGE) return undefined;
  const fits = conditions.map(({ text }) => `(${text}) is true`).join(', ');
  const values = conditions.flatMap((condition) => condition.values);
  // Whole pages are drawn, and neighbors are alike; so of many pages few people each. What stands in the list of
  // columns is asked person by person, not answered for everybody first.
  const look = (share: number) =>
    database.tx(
      (tx) =>
        tx.rows<Looked>(
          `select p.person_id, case when ${everyone} then array[${fits}] end as fits
           from cortex.people p tablesample system (${(100 * MOST) / size}) where random() < ${share}`,
          values,
        ),
      { readOnly: true, statementTimeout: PATIENCE.screen },
    );
  const began = performance.now();
  const people = await look(dear ? FIRST / MOST : 1);
  const spent = performance.now() - began;
  if (dear && spent < BUDGET / 2) {
    const more = (FIRST * (BUDGET - spent)) / spent;
    people.push(...(await look(Math.min(1, more / MOST))));
  }
  const those = (test: (fits: readonly boolean[]) => boolean) => people.filter((one) => one.fits && test(one.fits));
  return {
    unseen: rounded((3 / Math.max(3, people.length)) * size),
    about: (test) => {
      const found = those(test).length;
      if (found === 0) return undefined;
      const about = (found / people.length) * size;
      return found < FEW ? Number(about.toPrecision(1)) : rounded(about);
    },
    some: (test, limit) => [...new Set(those(test).map((one) => one.person_id))].slice(0, limit),
  };
}
