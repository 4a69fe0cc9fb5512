/**
 * What a piece of work leaves to everybody else in this process.
 * @returns how often others had their turn meanwhile, and two times in milliseconds: what the work took, and the most
 *   that this thread computed between two turns. That one is of the processor, not of the clock: on a busy machine a
 *   thread that computes nothing waits too.
 */
export async function besideOthers<T>(
  work: () => Promise<T>,
): Promise<{ result: T; turns: number; took: number; held: number }> {
  let turns = 0;
  let held = 0;
  let last = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(last);
    held = Math.max(held, (user + system) / 1000);
    last = process.threadCpuUsage();
  };
  const turn = () => {
    turns += 1;
    look();
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const began = performance.now();
  try {
    const result = await work();
    look();
    return { result, turns, took: performance.now() - began, held };
  } finally {
    clearImmediate(next);
  }
}
