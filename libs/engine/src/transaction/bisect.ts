import { isTransient } from '#platform';

/**
 * Works through items that have failed together, in halves, halving again what fails: each item that fails even
 * alone costs two claims per halving, and nobody else is kept waiting for it.
 * @param failure what the whole failed with
 * @param work does some of the items, all or none; throws when it fails
 * @param alone deals with an item that has failed by itself
 * @returns what `work` and `alone` counted
 * @throws what `work` throws when it has nothing to do with the items, see `isTransient`
 */
export async function bisect<T>(
  items: readonly T[],
  failure: unknown,
  work: (some: readonly T[]) => Promise<number>,
  alone: (item: T, failure: unknown) => Promise<number>,
): Promise<number> {
  if (items.length === 0) return 0;
  if (items.length === 1) return alone(items[0]!, failure);
  const middle = Math.ceil(items.length / 2);
  const halves = [items.slice(0, middle), items.slice(middle)];
  let done = 0;
  let failed = false;
  for (const [at, half] of halves.entries()) {
    // The first half went well: what failed the whole is in the second, which need not fail once more to be cut.
    if (at === 1 && !failed && half.length > 1) {
      done += await bisect(half, failure, work, alone);
      continue;
    }
    try {
      done += await work(half);
    } catch (error) {
      if (isTransient(error)) throw error;
      failed = true;
      done += await bisect(half, error, work, alone);
    }
  }
  return done;
}
