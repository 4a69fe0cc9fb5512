export const double = (n: number): number => 2 * n;

export function forever(): void {
  for (;;);
}

export function greedy(): number {
  const kept: number[][] = [];
  for (;;) kept.push(new Array<number>(1_000_000).fill(kept.length + 0.5));
}

export function failing(): void {
  throw new TypeError('a bug');
}

export function busyFor(milliseconds: number): number {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return milliseconds;
}
