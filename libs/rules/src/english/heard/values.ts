import { leadEntries } from '../../language/entry.js';
import { statuses } from '../../language/fields.js';
import { spanUnits, type EnrollmentValue, type EntryValue, type OneValue, type Span } from '../../language/language.js';
import { isInstantText } from '../../language/time.js';
import {
  anyOf,
  endOfWords,
  inRow,
  listed,
  mapped,
  optional,
  pattern,
  words,
  type Parser,
  type Reading,
} from './grammar.js';
import { verbs } from '../../language/plain-names.js';
import type { ThingKind } from './things.js';

const closing = new Map([
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['"', '"'],
  ["'", "'"],
]);

/** Where a quotation that opens here ends: quotations may lie inside one another. */
const endOfQuote = (text: string, at: number): number | undefined => {
  const open = text[at]!;
  const close = closing.get(open);
  if (close === undefined) return undefined;
  let depth = 0;
  for (let place = at + 1; place < text.length; place += 1) {
    const sign = text[place];
    if (sign === open && open !== close) depth += 1;
    else if (sign === close) {
      // “don’t” has no end in the middle.
      if ((close === '’' || close === "'") && /[\p{L}\p{N}]/u.test(text[place + 1] ?? '')) continue;
      if (depth === 0) return place;
      depth -= 1;
    }
  }
  return undefined;
};

const OFFERED = 12;

/** A text in quotation marks of any kind. */
export const quoted =
  (names?: (reading: Reading) => readonly string[]): Parser<string> =>
  (reading, from) => {
    const at = reading.skip(from);
    const end = reading.spend() ? endOfQuote(reading.text, at) : undefined;
    if (end !== undefined && end > at + 1) return [[reading.text.slice(at + 1, end), end + 1]];
    for (const name of names?.(reading) ?? []) {
      const typed = reading.text
        .slice(at)
        .replace(/^["'‘“„«]/, '')
        .trim()
        .toLowerCase();
      if (name.toLowerCase().startsWith(typed)) reading.expect(at, `“${name}”`);
    }
    const begun = closing.has(reading.text[at] ?? '') ? reading.text.slice(at + 1).trim() : '';
    // A name is one of those there are; any other text is complete with its end.
    if (begun && !names) reading.expect(at, `“${begun}”`);
    else reading.expect(at, '“…”', true);
    return [];
  };

/** A thing by its name in quotation marks; of several that are called alike each. */
export const thing = (kind: ThingKind): Parser<string> =>
  function* (reading, at) {
    const name = quoted(({ things }) => things.namesOf(kind).slice(0, OFFERED * 20))(reading, at);
    for (const [found, end] of name) {
      const ids = reading.things.idsOf(kind, found);
      for (const id of ids) yield [id, end];
      if (ids.length === 0)
        for (const other of reading.things.namesOf(kind).slice(0, OFFERED))
          reading.expect(reading.skip(at), `“${other}”`);
    }
  };

/** Words that begin something else and so are no value of their own. */
const joining = new Set(['and', 'or', 'then', 'if', 'otherwise', 'else', 'neither', 'nor']);
const bareWord = pattern(/[\p{L}\p{N}@][\p{L}\p{N}@_.+-]*/u, '“…”', ([word]) => {
  const plain = word.replace(/\.$/, '');
  const is = joining.has(plain.toLowerCase()) || plain.length < word.length || /^([-+\d.e]+|true|false)$/i.test(plain);
  return is ? undefined : plain;
});

/** A text, in quotation marks or one word without. */
export const text: Parser<string> = (reading, at) => {
  const found = [...quoted()(reading, at)];
  return found.length > 0 ? found : bareWord(reading, at);
};

export const number = pattern(
  /-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?(?![\p{L}\p{N}_-])/iu,
  '5',
  ([digits]) => Number(digits.replaceAll(',', '')),
);

/** How often: “once”, “twice”, “3 times”. The words around it are the operator's. */
export const count = pattern(/\d{1,7}/u, '3', ([digits]) => Number(digits));

export const boolean = anyOf<boolean>(
  mapped(words('true'), () => true),
  mapped(words('false'), () => false),
);

const small = new Map([
  ['a', 1],
  ['an', 1],
  ['one', 1],
  ['two', 2],
  ['three', 3],
  ['four', 4],
  ['five', 5],
  ['six', 6],
  ['seven', 7],
]);

/** A length of time in one of these units: “2 days”, “a week”, and “day” for one. */
export const spanOf = <U extends string>(units: readonly U[], example: string): Parser<{ n: number; unit: U }> => {
  const read = spanPattern(units, example);
  return (reading, from) => {
    const found = [...read(reading, from)];
    const begun = /^(\d+)\s*\p{L}*$/u.exec(reading.text.slice(reading.skip(from)));
    // “2” could become any of these.
    if (found.length === 0 && begun)
      for (const unit of units)
        reading.expect(reading.skip(from), `${begun[1]} ${begun[1] === '1' ? unit.slice(0, -1) : unit}`);
    return found;
  };
};

const spanPattern = <U extends string>(units: readonly U[], example: string): Parser<{ n: number; unit: U }> =>
  pattern(
    new RegExp(
      `(?:(\\d{1,8}|${[...small.keys()].join('|')})\\s+)?(${units.map((unit) => unit.slice(0, -1)).join('|')})s?(?![\\p{L}\\p{N}_])`,
      'iu',
    ),
    example,
    ([, n, word]) => {
      const unit = units.find((each) => each.slice(0, -1) === word!.toLowerCase());
      const many = n === undefined ? 1 : (small.get(n.toLowerCase()) ?? Number(n));
      return unit && { n: many, unit };
    },
  );
export const span: Parser<Span> = spanOf(spanUnits, '7 days');

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const two = (digits: string) => digits.padStart(2, '0');

/** “22 November 2026”, with “, 09:00 UTC” where the time counts, or as it is stored. */
export const instant = anyOf<string>(
  pattern(
    new RegExp(`(\\d{1,2}) (${months.join('|')}) (\\d{4})(?:, (\\d\\d):(\\d\\d) UTC)?`, 'iu'),
    '22 November 2026',
    ([, day, month, year, hour, minute]) => {
      const at = months.findIndex((name) => name.toLowerCase() === month!.toLowerCase()) + 1;
      const date = `${year}-${two(String(at))}-${two(day!)}`;
      const value = hour === undefined ? date : `${date}T${hour}:${minute}:00Z`;
      return isInstantText(value) ? value : undefined;
    },
  ),
  pattern(/\d{4}-\d\d-\d\d(?:[Tt][0-9:.+-]+[Zz]?)?/u, '2026-11-22', ([value]) =>
    isInstantText(value) ? value : undefined,
  ),
);

const path = pattern(
  /[\p{L}\p{N}_][\p{L}\p{N}_. :-]*?(?= of the (?:lead|activity) that started this)/iu,
  'course id',
  ([noun]) => noun,
);

/** “The same as in the activity that started this”: the name is the condition's own. */
export const SAME = '';

/** A value of what started the run, as sentences speak of it. */
export const entry: Parser<EntryValue> = anyOf(
  mapped(words('the same as in the activity that started this'), () => ({ entry: SAME })),
  mapped(
    inRow([
      words('the'),
      path,
      anyOf<string>(
        mapped(words('of the lead that started this'), () => 'lead'),
        mapped(words('of the activity that started this'), () => 'metadata'),
      ),
    ]),
    ([, noun, of]) => {
      const name = String(noun).replaceAll(' ', '_');
      if (of === 'metadata') return { entry: `metadata.${name}` };
      return { entry: leadEntries.some((each) => each === name) ? `lead.${name}` : `lead.attributes.${name}` };
    },
  ),
);

const between = anyOf<undefined>(words(','), words('or'));

/** “a”, “b” or “c”; words without quotation marks only among their like, or what follows “or” would be one. */
export const oneOrMore = (item: Parser<OneValue>): Parser<OneValue[]> =>
  item === text ? anyOf<OneValue[]>(listed(quoted(), between), listed(bareWord, between)) : listed(item, between);

/** “an active enrollment in “Plants””, also without its article. */
export const enrollment: Parser<EnrollmentValue> = function* (reading, from) {
  const begin =
    ['an', 'a', 'any'].map((word) => endOfWords(reading, from, word)).find((end) => end !== undefined) ?? from;
  const kinds = [
    [undefined, endOfWords(reading, begin, 'enrollment')] as const,
    ...statuses.map((status) => [status, endOfWords(reading, begin, `${status} enrollment`)] as const),
  ];
  for (const [status, end] of kinds) {
    if (end === undefined) continue;
    const course = anyOf<string | EntryValue>(
      mapped(inRow([words('in'), thing('course')]), ([, id]) => id as string),
      mapped(words('in the course of the lead that started this'), () => ({ entry: 'lead.course_id' })),
      mapped(words('in the course of the activity that started this'), () => ({ entry: 'metadata.course_id' })),
    );
    for (const [course_id, last] of optional(course)(reading, end))
      yield [{ ...(course_id === undefined ? {} : { course_id }), ...(status === undefined ? {} : { status }) }, last];
  }
};

/** The type of an activity: what it is called, or its id, in quotation marks or without. */
export const activityType: Parser<string> = function* (reading, at) {
  const id = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;
  for (const [name, end] of quoted(({ things }) => things.namesOf('activity').slice(0, OFFERED * 20))(reading, at)) {
    const ids = reading.things.idsOf('activity', name);
    if (ids.length > 0) yield [ids[0]!, end];
    else if (id.test(name)) yield [name, end];
  }
  yield* pattern(/[a-z0-9_]+(?:\.[a-z0-9_]+)*(?![\p{L}\p{N}_])/u, 'page_view', ([type]) =>
    joining.has(type) ? undefined : type,
  )(reading, at);
};

/** The name of free data, said in words: all of them up to a verb. */
export const plainNoun: Parser<string> = (reading, from) => {
  const at = reading.skip(from);
  const follows = /\s*([\p{L}\p{N}.]+)/uy;
  const found: string[] = [];
  let end = at;
  follows.lastIndex = at;
  for (let word = follows.exec(reading.text); word && found.length < 20; word = follows.exec(reading.text)) {
    if (verbs.has(word[1]!.toLowerCase()) || !reading.spend()) break;
    found.push(word[1]!);
    end = follows.lastIndex;
  }
  const next = reading.text.slice(reading.skip(end));
  if (found.length === 0) reading.expect(at, 'plan', true);
  // A verb follows, or will.
  return found.length > 0 && (next === '' || /^[\p{L}]/u.test(next)) ? [[found.join('_'), end]] : [];
};
