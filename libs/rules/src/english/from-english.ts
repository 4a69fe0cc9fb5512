import { readRules } from '../reading/ast.js';
import { isEntry } from '../language/entry.js';
import { fieldOf, fields, freeFields, isPlainField, type Field } from '../language/fields.js';
import { isGroup, type Condition, type Group, type Place, type Rule, type Span } from '../language/language.js';
import type { Operator } from '../language/operator.js';
import { anyOf, inRow, listed, mapped, optional, remembered, words, type Parser } from './heard/grammar.js';
import { anySequence, type Sequence } from './heard/trie.js';
import { clausesOf, conditionOf } from './heard/templates.js';
import { activityType, plainNoun, quoted, SAME, span, thing } from './heard/values.js';

/** A field whose name stands in the sentence: only what it is like counts. */
const anyField = (id: string): Field => ({ id, label: '', type: 'any', group: 'Person', places: [], noun: '' });

/** Conditions on fields with a name of their own, those of the place. */
const fixed = (place: Place): Sequence<Condition>[] =>
  fields
    .filter(({ places, type }) => places.includes(place) && type !== 'activity' && type !== 'step')
    .flatMap((field) => clausesOf(field, place, (operator, value) => conditionOf(field.id, operator, value)));

/** Conditions on free data: a name in words, or any in quotation marks. */
const free = (place: Place): Sequence<Condition>[] =>
  Object.values(freeFields)
    .filter(({ places }) => places.includes(place))
    .flatMap(({ prefix, label }) => {
      const named = mapped(plainNoun, (name) => (isPlainField(`${prefix}${name}`, place) ? name : undefined));
      const nouns = [
        { said: '…', parser: named },
        { said: `${label.toLowerCase()} …`, parser: quoted() },
      ];
      return nouns.flatMap((noun) =>
        clausesOf(
          anyField(prefix),
          place,
          (operator, value, name) => {
            const id = `${prefix}${String(name)}`;
            const own = isEntry(value) && value.entry === SAME ? { entry: id } : value;
            return fieldOf(id, place) ? conditionOf(id, operator, own) : undefined;
          },
          noun,
        ),
      );
    });

/** What somebody did, how often, where what it carries is so, and since when. */
function activities(): Sequence<Condition>[] {
  const field = fieldOf('activity', 'person')!;
  const where: Parser<Group> = (reading, at) => group('where', 'inside')(reading, at);
  const noun = inRow([activityType, optional(inRow([optional(words('where')), where]))]);
  const make = (operator: Operator, value: Condition['value'], of: unknown): Condition => {
    const [activity_type, conditions] = of as [string, [unknown, Group] | undefined];
    return {
      ...conditionOf('activity', operator, value),
      activity_type,
      ...(conditions ? { where: conditions[1] } : {}),
    };
  };
  const said = { said: 'done …', parser: noun };
  return [
    ...clausesOf(field, 'person', make, said),
    ...clausesOf(field, 'person', make, said, true).map(({ steps, make: condition }): Sequence<Condition> => ({
      steps: [...steps, 'within the last', span],
      make: (found) => {
        const counted = condition(found.slice(0, -1));
        return counted && { ...counted, within: found.at(-1) as Span };
      },
    })),
  ];
}

/** What became of an earlier mail of the run. */
const steps = (): Sequence<Condition>[] =>
  clausesOf(
    fieldOf('step', 'graph')!,
    'graph',
    (operator, _value, id) => ({ field: 'step', operator: operator.name, node_id: String(id) }),
    { said: 'the mail …', parser: thing('step') },
  );

/** Any condition of the place. */
const condition = (place: Place): Parser<Condition> =>
  anySequence([
    ...fixed(place),
    ...(place === 'where' ? [] : activities()),
    ...(place === 'graph' ? steps() : []),
    ...free(place),
  ]);

const asGroup = (rule: Rule): Group => (isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] });

/** A first condition, what joins them, and the others. */
const joined = (operator: 'AND' | 'OR', row: readonly Parser<unknown>[]): Parser<Rule> =>
  mapped(inRow(row), ([first, , others]) => ({ operator, conditions: [first as Rule, ...(others as Rule[])] }));

/** Each way of each of these, the longest first; of equals the first. */
const longest = <T>(...parsers: readonly Parser<T>[]): Parser<T> =>
  remembered((reading, at) => [...anyOf(...parsers)(reading, at)].sort(([, a], [, b]) => b - a));

interface Grammar {
  /** One condition, or a group that says where it begins and ends. */
  item: Parser<Rule>;
  /** Conditions joined by “and”, or by “or”, never by both. */
  several: Parser<Rule>;
}

const grammars = new Map<Place, Grammar>();
const grammar = (place: Place): Grammar => {
  const known = grammars.get(place);
  if (known) return known;
  const item: Parser<Rule> = (reading, at) => items(reading, at);
  const list: Parser<Rule> = (reading, at) => several(reading, at);
  const by = (word: 'and' | 'or') => inRow([optional(words(',')), words(word)]);
  const items = longest(
    condition(place),
    mapped(inRow([words('who are not among those'), item]), ([, rule]): Rule => ({
      operator: 'NOT',
      conditions: [rule as Rule],
    })),
    mapped(
      inRow([words('either'), joined('OR', [item, words('or'), listed(item, words('or'))])]),
      ([, rule]) => rule as Rule,
    ),
    mapped(
      inRow([words('both'), joined('AND', [item, words('and'), mapped(item, (rule) => [rule])])]),
      ([, rule]) => rule as Rule,
    ),
    mapped(inRow([words('('), list, words(')')]), ([, rule]) => rule as Rule),
  );
  const several = longest(
    item,
    joined('AND', [item, by('and'), listed(item, by('and'))]),
    joined('OR', [item, by('or'), listed(item, by('or'))]),
  );
  const made = { item, several: list };
  grammars.set(place, made);
  return made;
};

/** Only what can be stored is understood: not more conditions, not deeper than a rule may be. */
const stored =
  (place: Place) =>
  (rule: Rule): Group | undefined =>
    readRules(asGroup(rule), place).rules;

/**
 * Reads what `toClause` says: “whose country is “DE” and who are tagged “vip””, and the same about “them” and “it”.
 * With `inside`, several conditions stand in brackets or begin with “both” or “either”.
 */
export const group =
  (place: Place, inside?: 'inside'): Parser<Group> =>
  (reading, at) =>
    mapped(inside ? grammar(place).item : grammar(place).several, stored(place))(reading, at);

/** Reads what `toEnglish` says: “Leads whose last activity was within the last 7 days”. */
export const people = (place: Place): Parser<Group> => {
  const several: Parser<Rule> = (reading, at) => grammar(place).several(reading, at);
  const subjects = fields.flatMap((field) =>
    (field.values ?? []).flatMap((value) => {
      const subject = field.subject?.('eq', value);
      return subject ? [{ subject, condition: { field: field.id, operator: 'eq', value } as Condition }] : [];
    }),
  );
  return anyOf(
    mapped(inRow([anyOf(words('People'), words('Activities')), several]), ([, rule]) => stored(place)(rule as Rule)),
    ...subjects.map(({ subject, condition: first }) =>
      mapped(inRow([words(subject), optional(several)]), ([, rest]) => {
        const more = rest as Rule | undefined;
        const others = more === undefined ? [] : isGroup(more) && more.operator === 'AND' ? more.conditions : [more];
        return stored(place)({ operator: 'AND', conditions: [first, ...others] });
      }),
    ),
  );
};
