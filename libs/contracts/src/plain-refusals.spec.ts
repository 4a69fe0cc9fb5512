import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import * as contracts from './index.js';

const routes = contracts.routesOf(contracts as unknown as Record<string, unknown>);
const rawWords = /^(invalid|too (small|big)|unrecognized|expected|nonoptional)\b|\breceived\b|zod/i;
const junk = [undefined, null, 3, -1, 1.5, '', 'x', true, [], {}, [{}], [null], { nope: 1 }];

/** Bodies that are wrong in every field, one kind of junk after another. */
function wrongValues(schema: z.ZodType): unknown[] {
  const shape = (schema as { shape?: Record<string, unknown> }).shape;
  const fields = Object.keys(shape ?? {});
  return [...junk, ...junk.map((value) => Object.fromEntries(fields.map((field) => [field, value])))];
}

describe('refusals', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s never shows a validator’s words',
    (_name, route) => {
      const said = [route.params, route.query, route.body]
        .filter((schema) => schema !== undefined)
        .flatMap((schema: z.ZodType) => wrongValues(schema).map((value) => schema.safeParse(value)))
        .flatMap((parsed) => parsed.error?.issues.map(({ message }) => message) ?? []);
      expect([...new Set(said)].filter((message) => rawWords.test(message))).toEqual([]);
    },
  );
});
