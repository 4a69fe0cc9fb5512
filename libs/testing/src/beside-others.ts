/**
 * What a piece of work takes, and the longest that it kept everybody else in this process waiting meanwhile.
 * @returns both in milliseconds, with what the work came to
 */
export async function besideOthers<T>(work: () => Promise<T>): Promise<{ result: T; took: number; waited: number }> {
  let waited = 0;
  let last = performance.now();
  const turn = () => {
    waited = Math.max(waited, performance.now() - last);
    last = performance.now();
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const began = performance.now();
  try {
    const result = await work();
    return { result, took: performance.now() - began, waited: Math.max(waited, performance.now() - last) };
  } finally {
    clearImmediate(next);
  }
}
