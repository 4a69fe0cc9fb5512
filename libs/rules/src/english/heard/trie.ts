import { tokensOf, wordAt, type Parser, type Reading } from './grammar.js';

/** One way to say something: words, and what stands between them. */
export interface Sequence<T> {
  steps: readonly (string | Parser<unknown>)[];
  /** What it says, from what stood between the words; undefined where that does not go together. */
  make: (found: readonly unknown[]) => T | undefined;
}

interface Branch<T> {
  words: Map<string, { allowed: readonly string[]; rests: Set<string>; next: Branch<T> }>;
  parts: Map<Parser<unknown>, Branch<T>>;
  ends: { order: number; make: Sequence<T>['make'] }[];
}

const branch = <T>(): Branch<T> => ({ words: new Map(), parts: new Map(), ends: [] });

function plant<T>(root: Branch<T>, { steps, make }: Sequence<T>, order: number): void {
  let at = root;
  for (const step of steps) {
    if (typeof step !== 'string') {
      const next = at.parts.get(step) ?? branch<T>();
      at.parts.set(step, next);
      at = next;
      continue;
    }
    for (const { words, rest } of tokensOf(step)) {
      const key = words[0]!;
      const found = at.words.get(key) ?? { allowed: words, rests: new Set<string>(), next: branch<T>() };
      found.rests.add(rest);
      at.words.set(key, found);
      at = found.next;
    }
  }
  at.ends.push({ order, make });
}

/**
 * Any of hundreds of sequences: what they have in common is looked at once. The longest come first, of equals those
 * that stand first.
 */
export function anySequence<T>(sequences: readonly Sequence<T>[]): Parser<T> {
  const root = branch<T>();
  sequences.forEach((sequence, order) => plant(root, sequence, order));
  const walk = (reading: Reading, at: number, from: Branch<T>, found: readonly unknown[], into: Found<T>[]): void => {
    for (const { order, make } of from.ends) {
      const value = make(found);
      if (value !== undefined) into.push({ value, end: at, order });
    }
    const place = reading.skip(at);
    for (const { allowed, rests, next } of from.words.values()) {
      const end = wordAt(reading, place, allowed);
      if (end !== undefined) walk(reading, end, next, found, into);
      else for (const rest of rests) reading.expect(place, rest);
    }
    for (const [parser, next] of from.parts)
      for (const [value, end] of reading.once(parser, at, () => parser(reading, at)))
        walk(reading, end, next, [...found, value], into);
  };
  return (reading, at) => {
    const into: Found<T>[] = [];
    walk(reading, at, root, [], into);
    into.sort((a, b) => b.end - a.end || a.order - b.order);
    return into.map(({ value, end }) => [value, end] as const);
  };
}

interface Found<T> {
  value: T;
  end: number;
  order: number;
}
