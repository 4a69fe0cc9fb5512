import type { Field } from '../../language/fields.js';
import type { Condition, OneValue, Place, Value } from '../../language/language.js';
import type { Face, Operator, SpokenValue, ValueType } from '../../language/operator.js';
import { faceOf, operatorsFor } from '../../operators/index.js';
import { anyOf, inRow, mapped, words, type Parser } from './grammar.js';
import type { Sequence } from './trie.js';
import { boolean, count, enrollment, entry, instant, number, oneOrMore, quoted, span, text, thing } from './values.js';

/**
 * What an operator says is the one home of its words: it is asked for its sentence with marks in the places of the
 * noun and the value, and what stands between the marks is what a typed sentence must say.
 */
const mark = (index: number): string => String.fromCharCode(0xe000 + index);
const NOUN = mark(99);

interface Hole {
  parser: Parser<unknown>;
}

/** One way to say a value: what the operator is told, the holes in it, and the value that they make. */
interface Variant {
  spoken: SpokenValue;
  holes: Hole[];
  make: (found: unknown[]) => Value | undefined;
}

const ahead = (found: unknown): Value => ({ ahead: found }) as unknown as Value;
const ago = (found: unknown): Value => ({ ago: found }) as unknown as Value;

const only = (parser: Parser<unknown>, spoken: Partial<SpokenValue> = {}): Variant => ({
  spoken: { text: mark(0), ...spoken },
  holes: [{ parser }],
  make: ([found]) => found as Value,
});
const said = (text: string, value: Value | undefined, more: Partial<SpokenValue> = {}): Variant => ({
  spoken: { text, ...more },
  holes: [],
  make: () => value,
});

const moment = anyOf<OneValue>(
  instant,
  mapped(inRow([span, words('ago')]), ([found]) => ago(found) as OneValue),
  mapped(inRow([span, words('from now')]), ([found]) => ahead(found) as OneValue),
);
const scalars: Partial<Record<ValueType, Parser<OneValue>>> = { text, set: text, number, boolean, instant: moment };

function one(type: ValueType, field: Field, place: Place): Variant[] {
  if (type === 'enum') return (field.values ?? []).map((value) => said(value, value));
  const scalar = scalars[type];
  if (!scalar) return [];
  const past = field.past ? { past: true as const } : {};
  const relative: Variant[] =
    type === 'instant'
      ? [
          {
            ...only(span),
            spoken: { text: `${mark(0)} ago`, span: mark(0), relative: 'ago', ...past },
            make: ([found]) => ago(found),
          },
          {
            ...only(span),
            spoken: { text: `${mark(0)} from now`, span: mark(0), relative: 'ahead', ...past },
            make: ([found]) => ahead(found),
          },
        ]
      : [];
  // Inside an automation a value can be taken from what started it.
  return [...relative, only(place === 'person' ? scalar : anyOf<OneValue>(entry, scalar), past)];
}

function several(type: ValueType, field: Field): Variant[] {
  const item =
    type === 'enum'
      ? anyOf(...(field.values ?? []).map((value) => mapped(words(value), () => value as OneValue)))
      : scalars[type];
  if (!item) return [];
  // Of two, both in quotation marks: what follows “or” without them may be something else.
  const one = item === text ? quoted() : item;
  return [
    {
      spoken: { text: `${mark(0)} or ${mark(1)}`, words: [mark(0), mark(1)] },
      holes: [{ parser: one }, { parser: one }],
      make: (found) => found as OneValue[],
    },
    only(oneOrMore(item), { words: [mark(0)] }),
  ];
}

/** The ways to say a value of this shape. */
function variants({ shape }: Face, type: ValueType, field: Field, place: Place): Variant[] {
  const item = scalars[type];
  switch (shape) {
    case 'none':
    case 'within':
      return [said('', undefined)];
    case 'one':
      return one(type, field, place);
    case 'list':
      return several(type, field);
    case 'pair':
      return item
        ? [
            {
              spoken: { text: `${mark(0)} and ${mark(1)}`, words: [mark(0), mark(1)] },
              holes: [{ parser: item }, { parser: item }],
              make: (found) => found as OneValue[],
            },
          ]
        : [];
    case 'last':
    case 'next':
      return [only(span, { span: mark(0) })];
    case 'anniversary':
      return [
        said('', { n: 0, unit: 'days' }, { n: 0, span: '0 days' }),
        said('', { n: 1, unit: 'days' }, { n: 1, span: 'day' }),
        only(span, { n: 2, span: mark(0) }),
      ];
    case 'count':
      return [said('1', 1), said('2', 2), only(count)];
    case 'enrollment':
      return [only(enrollment)];
    case 'lists':
      return [only(oneOrMore(thing('list')))];
  }
}

/** The words of a clause and what stands in its marks: the noun first in what is found, then the values. */
function sequenceOf<T>(
  clause: string,
  noun: Parser<unknown> | undefined,
  holes: readonly Hole[],
  make: (noun: unknown, found: unknown[]) => T | undefined,
): Sequence<T> {
  const pieces = clause.split(/([\uE000-\uE0FF])/u).filter((piece) => piece.trim() !== '');
  const marks = pieces.filter((piece) => /^[\uE000-\uE0FF]$/u.test(piece));
  return {
    steps: pieces.map((piece) => {
      if (!marks.includes(piece)) return piece.trim();
      return piece === NOUN ? noun! : holes[piece.charCodeAt(0) - 0xe000]!.parser;
    }),
    make: (values) => {
      const found: unknown[] = [];
      let of: unknown;
      marks.forEach((each, at) => {
        if (each === NOUN) of = values[at];
        else found[each.charCodeAt(0) - 0xe000] = values[at];
      });
      return make(of, found);
    },
  };
}

/** How a clause may also begin: “their country is …”, “country is …”; “for whom the mail failed”, “the mail failed”. */
const shorter = (clause: string): string[] => {
  const bare = clause.replace(/^for whom /, '');
  if (bare !== clause) return [clause, bare];
  const left = clause.replace(/^(whose|who are|who have|who) /, '');
  return left === clause ? [clause] : [clause, left];
};

/** Makes a condition of what a clause said. */
type Make = (operator: Operator, value: Value | undefined, noun: unknown) => Condition | undefined;

/**
 * Every clause that this field can be asked with. With `noun` the field's name is not known yet: it stands in the
 * sentence. `within` are the words that count what happened in a span of time.
 */
export function clausesOf(
  field: Field,
  place: Place,
  make: Make,
  noun?: { said: string; parser: Parser<unknown> },
  within?: true,
): Sequence<Condition>[] {
  const called = noun ? noun.said.replace('…', NOUN) : field.noun;
  const types: ValueType[] = field.type === 'any' ? ['text', 'number', 'instant', 'boolean', 'any'] : [field.type];
  // “Is unknown” is not the text “unknown”: what is said without a value comes first.
  const plain: Sequence<Condition>[] = [];
  const clauses: Sequence<Condition>[] = [];
  const seen = new Set<string>();
  for (const operator of operatorsFor(field.type)) {
    for (const type of types) {
      const face = faceOf(operator, type);
      if (!face) continue;
      for (const { spoken, holes, make: valueOf } of variants(face, type, field, place)) {
        const says = field.says?.[operator.name];
        const value = within ? { ...spoken, within } : spoken;
        const clause = says ? says(value.text) : operator.english(called, value, type);
        // A mark says nothing of its type: free data is asked about in the same words with a text and with a number.
        const key = `${operator.name} ${type} ${clause}`;
        if (seen.has(key)) continue;
        seen.add(key);
        for (const form of [...shorter(clause), ...(holes.length === 0 ? (operator.heard ?? []) : [])])
          (holes.length === 0 ? plain : clauses).push(
            sequenceOf(form, noun?.parser, holes, (of, found) => make(operator, valueOf(found), of)),
          );
      }
    }
  }
  return [...plain, ...clauses];
}

/** A condition as far as a clause says it. */
export const conditionOf = (field: string, operator: Operator, value: Value | undefined): Condition => ({
  field,
  operator: operator.name,
  ...(value === undefined ? {} : { value }),
});
