import { heard } from '#rules';
import { durationUnits, type Duration } from '../times/duration.js';
import { isTimezone } from '../times/local-time.js';
import { BLANK } from './phrase.js';

const { anyOf, endOfWords, group, inRow, listed, mapped, optional, pattern, people, quoted, spanOf, thing, words } =
  heard;
export type Parser<T> = heard.Parser<T>;

/** Reads what a step says: what of its config a typed sentence holds. */
export type Hears = Parser<Record<string, unknown>>;

/**
 * Template tag, the inverse of `say`: the words must stand in the sentence, and what stands in the places of the values
 * makes the config.
 */
export const hear = (strings: TemplateStringsArray, ...parts: readonly Hears[]): Hears => {
  const row = strings.flatMap((literal, at): Parser<unknown>[] => {
    const part = parts[at];
    return [...(literal.trim() === '' ? [] : [words(literal.trim())]), ...(part ? [part] : [])];
  });
  return mapped(inRow(row), (found) => Object.assign({}, ...found) as Record<string, unknown>);
};

const blank: Hears = mapped(words(BLANK), () => ({}));

/** The inverse of `value`: what stands for a field, or a blank. */
export const set = (field: string, parser: Parser<unknown>): Hears =>
  anyOf(
    mapped(parser, (found) => ({ [field]: found })),
    blank,
  );

/** Words and values that may be missing; `otherwise` is what that means. */
export const maybe = (part: Hears, otherwise: Record<string, unknown> = {}): Hears =>
  mapped(optional(part), (found) => found ?? otherwise);

/** The first of these sentences that is said. */
export const eitherOf = (...parts: readonly Hears[]): Hears => anyOf(...parts);

/** Nothing is said, and that has a meaning. */
export const meaning = (part: Hears, config: Record<string, unknown>): Hears =>
  mapped(part, (found) => ({ ...config, ...found }));

export const aDuration: Parser<Duration> = spanOf(durationUnits, '2 days');
export const aTime = pattern(/([01]?\d|2[0-3]):[0-5]\d(?!\d)/u, '09:00', ([time]) => time.padStart(5, '0'));
/** Rules about the person inside: “their lead is enrolled”. */
export const theirs = group('graph');
/** The same as one of several: “either … or …”. */
export const aCaseRule = group('graph', 'inside');
/** Rules as a group of people: “leads whose …”. */
export const aGroup = people('graph');
/** Conditions on what an activity carries. */
export const itsOwn = group('where');

/** Text without quotation marks: up to where another step may begin, or all of it. */
export const freeText = (example: string, ends: RegExp, longest: number): Parser<string> =>
  function* (reading, from) {
    const at = reading.skip(from);
    const rest = reading.text.slice(at);
    if (rest === '' || !reading.spend()) {
      reading.expect(at, example, true);
      return;
    }
    for (const { index } of rest.matchAll(new RegExp(ends.source, 'giu'))) {
      const text = rest.slice(0, index).trimEnd();
      if (text.length > longest || !reading.spend()) return;
      if (text !== '') yield [text, at + index];
    }
    if (rest.trimEnd().length <= longest) yield [rest.trimEnd(), at + rest.trimEnd().length];
  };

/** Where one step of a text may end and another begin. */
export const stepEnds = /;|\n|,?\s+(then|otherwise|else)\b/;

const regions = ['Europe', 'America', 'Asia', 'Africa', 'Australia', 'Pacific', 'Atlantic', 'Indian'];
const parts = [
  '',
  ...regions.map((region) => `${region}/`),
  'America/Argentina/',
  'America/Indiana/',
  'America/Kentucky/',
];

/** “Berlin” is Europe/Berlin: sentences name a zone by its last part. */
export const aZone: Parser<string> = pattern(/[A-Za-z+-][\w+/: -]*?(?=\s+time\b)/u, 'Berlin time', ([name]) => {
  const part = name.replaceAll(' ', '_');
  const zones = parts.map((before) => before + part).filter(isTimezone);
  return zones.find((zone) => zone.includes('/')) ?? zones[0];
});

export { anyOf, endOfWords, inRow, listed, mapped, pattern, quoted, spanOf, thing, words };
export const { activityType: anActivity, number, plainNoun, text: aText } = heard;
