import type { Things } from './things.js';

/** Something that could stand where a text stops being understood. */
export interface Expected {
  text: string;
  /** It only shows what could stand here, such as `“…”`. */
  example?: true;
}

/** Words that are looked at in one text; a text that needs more is not understood. */
const MOST_TRIES = 300_000;
/** Longest text that is read. */
export const LONGEST_TEXT = 4_000;

/**
 * A text that is being read: how far anything understood it, and what would have been understood there. Positions are
 * those of the text.
 */
export class Reading {
  furthest = 0;
  private options = new Map<string, Expected>();
  private left = MOST_TRIES;
  private readonly known = new Map<unknown, Map<number, readonly (readonly [unknown, number])[]>>();

  constructor(
    readonly text: string,
    readonly things: Things,
  ) {}

  /** Notes what could stand here. Only what is expected at the furthest place is kept. */
  expect(at: number, text: string, example?: true): void {
    if (at < this.furthest) return;
    if (at > this.furthest) this.options.clear();
    this.furthest = at;
    if (!this.options.has(text) || !example) this.options.set(text, { text, ...(example ? { example } : {}) });
  }

  get expected(): Expected[] {
    return [...this.options.values()];
  }

  /** Whether one more word may be looked at. */
  spend(): boolean {
    this.left -= 1;
    return this.left > 0;
  }

  /** What a parser found at a place, looked for once. */
  once<T>(key: unknown, at: number, find: () => Iterable<readonly [T, number]>): readonly (readonly [T, number])[] {
    const places = this.known.get(key) ?? new Map<number, readonly (readonly [unknown, number])[]>();
    this.known.set(key, places);
    const found = places.get(at);
    if (found) return found as (readonly [T, number])[];
    const all = [...find()];
    places.set(at, all);
    return all;
  }

  /** The place of the next character that is no space. */
  skip(at: number): number {
    let place = at;
    while (place < this.text.length && this.text[place]!.trim() === '') place += 1;
    return place;
  }
}

/** Reads from a place on: each way to understand it, and where that ends. */
export type Parser<T> = (reading: Reading, at: number) => Iterable<readonly [T, number]>;

const wordSign = /[\p{L}\p{N}_]/u;
const tokens = /[\p{L}\p{N}_]+(?:[-’'][\p{L}\p{N}_]+)*|[^\s]/gu;

/** Words that are as good as others, since the same rule is said of “people who” and of the person inside. */
const alike = new Map<string, readonly string[]>([
  ['whose', ['their', 'its']],
  ['who', ['they']],
  ['is', ['was']],
  ['was', ['is']],
  ['are', ['were']],
  ['were', ['are']],
  ['e-mailed', ['emailed']],
]);

interface Token {
  words: readonly string[];
  /** What would complete the literal from here on. */
  rest: string;
}

const known = new Map<string, readonly Token[]>();
/** The words of a text that must stand in a sentence. */
export const tokensOf = (literal: string): readonly Token[] => {
  const before = known.get(literal);
  if (before) return before;
  const found = [...literal.matchAll(tokens)].map(({ 0: word, index }): Token => {
    const lower = word.toLowerCase();
    return { words: [lower, ...(alike.get(lower) ?? [])], rest: literal.slice(index).trimEnd() };
  });
  known.set(literal, found);
  return found;
};

const signs = (text: string) => text.replaceAll('’', "'").toLowerCase();

/** The end of a word that stands at this place, whole. */
const endOf = (text: string, at: number, word: string): number | undefined => {
  const end = at + word.length;
  if (signs(text.slice(at, end)) !== signs(word)) return undefined;
  const next = text[end];
  if (next !== undefined && wordSign.test(word.at(-1)!) && wordSign.test(next)) return undefined;
  return end;
};

/** The end of one of these words, where one stands here. */
export const wordAt = (reading: Reading, place: number, allowed: readonly string[]): number | undefined =>
  reading.spend()
    ? allowed.map((word) => endOf(reading.text, place, word)).find((found) => found !== undefined)
    : undefined;

/** The end of these words, with any spaces between them; undefined where something else stands. */
export const endOfWords = (reading: Reading, from: number, literal: string): number | undefined => {
  let at = from;
  for (const { words: allowed, rest } of tokensOf(literal)) {
    const place = reading.skip(at);
    const end = wordAt(reading, place, allowed);
    if (end === undefined) {
      reading.expect(place, rest);
      return undefined;
    }
    at = end;
  }
  return at;
};

/** Exactly these words. */
export const words =
  (literal: string): Parser<undefined> =>
  (reading, at) => {
    const end = endOfWords(reading, at, literal);
    return end === undefined ? [] : [[undefined, end]];
  };

/** What a pattern matches here; `example` shows what it stands for. */
export const pattern = <T>(
  like: RegExp,
  example: string,
  make: (found: RegExpExecArray) => T | undefined,
): Parser<T> => {
  const sticky = new RegExp(like.source, [...new Set(`${like.flags}yu`)].join(''));
  return (reading, from) => {
    const at = reading.skip(from);
    sticky.lastIndex = at;
    const found = reading.spend() ? sticky.exec(reading.text) : null;
    const value = found ? make(found) : undefined;
    if (found && value !== undefined) return [[value, at + found[0].length]];
    reading.expect(at, example, true);
    return [];
  };
};

export const mapped = <A, B>(parser: Parser<A>, make: (found: A) => B | undefined): Parser<B> =>
  function* (reading, at) {
    for (const [found, end] of parser(reading, at)) {
      const value = make(found);
      if (value !== undefined) yield [value, end];
    }
  };

/** Each way of each of these. */
export const anyOf = <T>(...parsers: readonly Parser<T>[]): Parser<T> =>
  function* (reading, at) {
    for (const parser of parsers) yield* parser(reading, at);
  };

/** One after the other. */
export const inRow = (parsers: readonly Parser<unknown>[]): Parser<unknown[]> => {
  function* from(reading: Reading, at: number, before: readonly unknown[]): Iterable<readonly [unknown[], number]> {
    const next = parsers[before.length];
    if (!next) return yield [[...before], at];
    for (const [found, end] of next(reading, at)) yield* from(reading, end, [...before, found]);
  }
  return (reading, at) => from(reading, at, []);
};

/** Looks only once at each place of a text. */
export const remembered =
  <T>(parser: Parser<T>): Parser<T> =>
  (reading, at) =>
    reading.once(parser, at, () => parser(reading, at));

/** It, or nothing; it is tried first. */
export const optional = <T>(parser: Parser<T>): Parser<T | undefined> =>
  function* (reading, at) {
    yield* parser(reading, at);
    yield [undefined, at];
  };

/** One or more with this between them, as many as possible first. */
export const listed = <T>(item: Parser<T>, between: Parser<unknown>): Parser<T[]> =>
  function* more(reading, at): Iterable<readonly [T[], number]> {
    for (const [found, end] of item(reading, at)) {
      for (const [, next] of between(reading, end))
        for (const [others, last] of listed(item, between)(reading, next)) yield [[found, ...others], last];
      yield [[found], end];
    }
  };
