import type { Tx } from '#platform';
import { confirming } from '#rules';
import { isInNames, nearNames, type KnownName } from './known-names.js';

/** A condition over `cortex.people p` that one index answers; `bind` takes a value and gives its placeholder. */
export type Way = (bind: (value: unknown) => string) => string;

interface Search {
  /** So many letters it takes. */
  shortest: number;
  /** Whoever one of these finds is found; none when it cannot find anybody. */
  ways: (folded: string, tx: Tx) => readonly Way[] | Promise<readonly Way[]>;
}

const literal = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);

// Both as their indexes have them.
const NAME = `left(p.name_folded, 100) collate "C"`;
const LAST_NAME = `cortex.fold(p.last_name) collate "C"`;
const INDEXED = 'octet_length(p.last_name) <= 400';

/**
 * That a text (in the order of bytes) begins with another, as a range. Of LIKE the planner believes that a hundredth of
 * all people is meant when one of its hundred examples fits, and walks through everybody to find ninety.
 */
function begins(text: string, part: string, bind: (value: unknown) => string): string {
  const letters = [...part];
  const last = letters.at(-1)!.codePointAt(0)!;
  // Between these two lie no letters; the very last one of all nobody types.
  const next = last === 0xd7ff ? 0xe000 : Math.min(last + 1, 0x10ffff);
  const end = [...letters.slice(0, -1), String.fromCodePoint(next)].join('');
  return `${text} >= ${bind(part)} and ${text} < ${bind(end)}`;
}

/** So much of a name stands in its index. */
const asKept = (name: string): string => [...name].slice(0, 100).join('');

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** The ways to read words as two names: the first so many, and the rest. Nobody writes more than four. */
function inTwo(words: readonly string[]): [string, string][] {
  if (words.length > 4) return [];
  return words.slice(1).map((_, at) => [words.slice(0, at + 1).join(' '), words.slice(at + 1).join(' ')]);
}

/** The searches by the mark of their cursors, in the order in which they are tried: each costs more than the one before. */
export const searches = new Map(
  Object.entries<Search>({
    '': {
      shortest: 1,
      ways: (folded) => [
        (bind) => begins('p.address', folded, bind),
        (bind) => begins(NAME, asKept(folded), bind),
        (bind) => `${INDEXED} and ${begins(LAST_NAME, folded, bind)}`,
      ],
    },
    // The last name before the beginning of the first.
    '/': {
      shortest: 3,
      ways: (folded) =>
        inTwo(wordsOf(folded)).map(([last, first]) => (bind) => {
          return `${INDEXED} and ${LAST_NAME} = ${bind(last)} and ${begins(NAME, asKept(first), bind)}`;
        }),
    },
    '*': { shortest: 1, ways: anywhere },
    '~': { shortest: 3, ways: nearly },
  }),
);

async function anywhere(folded: string, tx: Tx): Promise<Way[]> {
  // Trigrams need three letters; below that the beginning of a later word of the name is meant.
  if (folded.length < 3) return [(bind) => `p.name_folded like ${bind(`% ${literal(folded)}%`)}`];
  const pattern = `%${literal(folded)}%`;
  const inNames: Way = (bind) => `p.name_folded like ${bind(pattern)}`;
  // No address has a space in it, and only with one can something begin in the first name and end in the last.
  if (/\s/.test(folded)) return [inNames];
  const rarer = withoutBeginnings(folded);
  const inAddresses: Way = (bind) => {
    if (rarer === pattern) return `p.address like ${bind(pattern)}`;
    return `p.address like ${bind(rarer)} and ${confirming(`p.address like ${bind(pattern)}`)}`;
  };
  return (await isInNames(tx, pattern)) ? [inAddresses, inNames] : [inAddresses];
}

/** People with a name, or with a first and a last name, that is nearly this. */
async function nearly(folded: string, tx: Tx): Promise<Way[]> {
  const words = wordsOf(folded);
  const pairs = inTwo(words);
  const whole = words.join(' ');
  const texts = [...new Set([whole, ...pairs.flat()])];
  const found = new Map((await nearNames(tx, texts)).map((names, at) => [texts[at]!, names]));
  const of = (text: string, kind: KnownName['kind']) =>
    found.get(text)!.flatMap((known) => (known.kind === kind ? known.name : []));
  const full = pairs.flatMap(([one, other]) => [
    ...of(one, 'first').flatMap((first) => of(other, 'last').map((last) => `${first} ${last}`)),
    ...of(other, 'first').flatMap((first) => of(one, 'last').map((last) => `${first} ${last}`)),
  ]);
  const names = [...new Set(full.map(asKept))];
  return [
    ...(names.length > 0 ? ([(bind) => `${NAME} = any(${bind(names)})`] satisfies Way[]) : []),
    ...of(whole, 'last').map(
      (name): Way =>
        (bind) =>
          `${INDEXED} and ${LAST_NAME} = ${bind(name)}`,
    ),
    ...of(whole, 'first').map(
      (name): Way =>
        (bind) =>
          begins(NAME, asKept(`${name} `), bind),
    ),
  ];
}

/**
 * A pattern that is met wherever the text stands, and that the index of trigrams answers sooner: it says nothing about
 * how words begin. Half of all addresses share the beginning of a word (“mail”, “1”), and going through those entries
 * costs more than all others. Where the words are too short to say enough without, it is the text as it stands.
 */
function withoutBeginnings(folded: string): string {
  const parts = folded.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? [];
  if (!parts.some((part) => [...part].length >= 3 && IN_WORDS.test(part))) return `%${literal(folded)}%`;
  const loose = parts.map((part, at) => {
    if (IN_WORDS.test(part)) return literal(part);
    // How a short word ends is all that is known of it.
    return [...(parts[at - 1] ?? '')].length < 3 ? `${literal(part)}%` : '%';
  });
  return `%${loose.join('')}%`.replace(/%{2,}/g, '%');
}

const IN_WORDS = /^[\p{L}\p{N}]/u;
