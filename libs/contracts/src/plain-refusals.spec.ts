import { describe, expect, it } from '@jest/globals';
import { examples, placesOf, replaced } from '#testing';
import type { z } from 'zod';
import * as contracts from './index.js';

const routes = contracts.routesOf(contracts as unknown as Record<string, unknown>);
/** A validator's own words, and ours that say no more than that something is wrong. */
const rawWords =
  /^(invalid|too (small|big)|unrecognized|expected|nonoptional)\b|\breceived\b|zod|is not valid\.$|does not have the right format\.$/i;
const isSentence = (text: string): boolean => /^\S.*[.?!”)]$/s.test(text);
const junk = [
  ...[undefined, null, 3, -1, 1.5, 1e300, Number.NaN, '', 'x', 'é'.repeat(5000), true, [], {}, [{}], [null]],
  ...[{ nope: 1 }, new Date(Number.NaN), { '': { '': '' } }],
];
const tooMany = Array.from({ length: 10_001 }, () => 'x');
const known = new Map([
  ['rules', [{ operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Ann' }] }]],
  ['graph', [{ schema: 1, nodes: [{ id: 'a', type: 'manual', config: {} }], edges: [] }]],
]);

/** Values that are wrong at one place each: at every place of an example, whatever is not expected there. */
const wrongValues = (schema: z.ZodType): unknown[] => [
  ...junk,
  ...examples(schema, known)
    .slice(0, 8)
    .flatMap((example) =>
      placesOf(example).flatMap((place) =>
        [...junk, ...(place.length === 1 ? [tooMany] : [])].map((value) => replaced(example, place, value)),
      ),
    ),
];

describe('refusals', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s says of every field what to do, and never in a validator’s words',
    (_name, route) => {
      const said = [route.params, route.query, route.body, ...Object.values(route.forms ?? {})]
        .filter((schema) => schema !== undefined)
        .flatMap((schema: z.ZodType) => wrongValues(schema).map((value) => schema.safeParse(value)))
        .flatMap((parsed) => parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []);
      const bad = (line: string) => {
        const message = line.slice(line.indexOf(': ') + 2);
        return rawWords.test(message) || !isSentence(message);
      };
      expect([...new Set(said)].filter(bad)).toEqual([]);
    },
  );
});
