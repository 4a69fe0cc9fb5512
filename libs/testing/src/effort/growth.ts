/** Rounds of each size; the best counts, so that nobody else's work does. */
const ROUNDS = 3;
/** Milliseconds of work below which a clock says nothing. */
const ENOUGH = 4;
/** How often it is measured anew before the answer stands. */
const TRIES = 4;

/**
 * By how much work grows when its input doubles: 2 where it grows with its input, 4 where it grows with the square.
 * @param make the input of a size
 * @param size where the work takes a millisecond or more, if its bounds allow
 */
export async function growth<T>(size: number, make: (size: number) => T, work: (input: T) => unknown): Promise<number> {
  const [one, two] = [make(size), make(2 * size)];
  let repeats = 1;
  while ((await once(two, work, repeats)) < ENOUGH && repeats < 10_000) repeats *= 4;
  let least = Infinity;
  // A wrong doubling stays wrong; a processor that was taken away does not.
  for (let tries = 0; tries < TRIES && least > 2.5; tries += 1) {
    const best = { one: Infinity, two: Infinity };
    for (let round = 0; round < ROUNDS; round += 1) {
      best.one = Math.min(best.one, await once(one, work, repeats));
      best.two = Math.min(best.two, await once(two, work, repeats));
    }
    least = Math.min(least, best.two / best.one);
  }
  return least;
}

/** Milliseconds that this process was on a processor. */
async function once<T>(input: T, work: (input: T) => unknown, repeats: number): Promise<number> {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < repeats; repeat += 1) await work(input);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
