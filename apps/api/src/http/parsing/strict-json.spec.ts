import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.js';

const read = (text: string) => parseStrictJson(Buffer.from(text));
const pointers = (text: string) => read(text).problems.map(({ pointer }) => pointer);

/** JSON whose texts, keys and numbers are now and then what may not be stored. */
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '/', 'ü', '\0', '\ud800', '\udc00', '{', ']', ',', ':') }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '~', '/', '\0', '"') }), tie('value')), {
        maxLength: 4,
      })
      .map((entries) => new Map(entries)),
  ),
}));

const plain = (value: unknown): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, inside]) => [key, plain(inside)]))
    : Array.isArray(value)
      ? value.map(plain)
      : value;

/** The same question asked of the value instead of the text. */
function wrong(value: unknown, pointer = ''): string[] {
  const bad = (text: string) => text.includes('\0') || !text.isWellFormed();
  if (typeof value === 'string') return bad(value) ? [pointer || '/'] : [];
  if (Array.isArray(value)) return value.flatMap((inside, at) => wrong(inside, `${pointer}/${at}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [...(bad(key) ? [at] : []), ...wrong(inside, at)];
  });
}

describe('strict JSON', () => {
  it('finds in the text what stands in the value, and leaves everything else as it was sent', () => {
    fc.assert(
      fc.property(anything, (made) => {
        const value = plain(made);
        const text = JSON.stringify(value);
        const found = read(text);
        expect(found.problems.map(({ pointer }) => pointer).sort()).toEqual(wrong(value).sort());
        if (found.problems.length === 0) expect(found.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":"x\\u0000"}', ['/a']],
    ['{"a":{"__proto__":1}}', ['/a/__proto__']],
    ['{"\\u005f_proto__":1}', ['/__proto__']],
    ['[1,2,{"n":12345678901234567890}]', ['/2/n']],
    ['{"n":1e999,"m":-1e400,"ok":1e300}', ['/n', '/m']],
    ['"\\ud800"', ['/']],
    ['["1e999","12345678901234567890","\\ud83d\\ude00"]', []],
    [`${'['.repeat(70)}${']'.repeat(70)}`, [`${'/0'.repeat(64)}`]],
    [`{"a":${'['.repeat(70)}${']'.repeat(70)},"b":"\\u0000"}`, [`/a${'/0'.repeat(63)}`, '/b']],
  ])('points at what may not be stored in %s', (text, expected) => {
    expect(pointers(text)).toEqual(expected);
  });

  it('takes out what it points at, and nothing of its neighbours', () => {
    expect(read('{"a":"\\u0000","__proto__":{"x":1},"b":[1,2,1e999]}').value).toEqual({ a: null, b: [1, 2, null] });
    expect(Object.getPrototypeOf(read('{"__proto__":{"x":1}}').value)).toBe(Object.prototype);
  });

  it('refuses a body of which a hundred things are wrong as a whole', () => {
    expect(() => read(JSON.stringify(Array.from({ length: 100 }, () => '\0')))).toThrow(
      /Too much of the body is wrong/,
    );
    expect(pointers(JSON.stringify(Array.from({ length: 99 }, () => '\0')))).toHaveLength(99);
  });

  it.each([
    ['levels', '['.repeat(500_000), /nested more than 1000 levels/],
    ['levels', '{"a":'.repeat(100_000), /nested more than 1000 levels/],
    ['entries of a list', `[${'1,'.repeat(20_000)}1]`, /more than 20000 entries/],
    ['entries of an object', `{${'"a":1,'.repeat(20_000)}"a":1}`, /more than 20000 entries/],
    ['values', `[${`[${'0,'.repeat(9_999)}0],`.repeat(11)}0]`, /more than 100000 values/],
  ])('refuses too many %s before it is parsed', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('counts no brackets and commas that stand in texts', () => {
    const text = `${'[,{'.repeat(50_000)}\\"`;
    expect(
      read(JSON.stringify({ [text]: text, list: Array.from({ length: 20_000 }, () => text.slice(0, 3)) })),
    ).toMatchObject({
      problems: [],
      value: { [text]: text },
    });
  });

  it.each(['{"a":', '[1,2', '"abc', '{"a":"\\u0000"', `${'['.repeat(900)}`, `${'{"a":'.repeat(900)}`])(
    'says where text breaks that is none',
    (text) => {
      expect(() => read(text)).toThrow(/not valid JSON/);
    },
  );
});
