import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import './issue-text.js';

const said = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

describe('what is wrong with a value', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['missing', z.object({ course_id: z.uuid() }), {}, 'course_id is missing.'],
    ['missing inside', z.object({ lead: z.object({ n: z.int() }) }), { lead: {} }, 'lead.n is missing.'],
    ['a missing choice', z.object({ kind: z.enum(['a', 'b']) }), {}, 'kind is missing.'],
    ['another kind', z.object({ name: z.string() }), { name: 3 }, 'name must be text.'],
    ['null', z.object({ name: z.string() }), { name: null }, 'name must be text.'],
    ['a fraction', z.object({ n: z.int() }), { n: 1.5 }, 'n must be a whole number.'],
    ['text for a number', z.object({ limit: z.coerce.number() }), { limit: 'ten' }, 'limit must be a number.'],
    ['in a list', z.object({ tags: z.array(z.string()) }), { tags: ['a', 1] }, 'tags[1] must be text.'],
    ['a choice', z.object({ kind: z.enum(['a', 'b', 'c']) }), { kind: 'd' }, 'kind must be “a”, “b” or “c”.'],
    ['a number below', z.object({ n: z.number().min(3) }), { n: 2 }, 'n must be at least 3.'],
    ['a number that must be above', z.object({ n: z.number().gt(0) }), { n: 0 }, 'n must be more than 0.'],
    ['a number above', z.object({ n: z.number().max(3) }), { n: 4 }, 'n must be at most 3.'],
    ['empty text', z.object({ name: z.string().min(1) }), { name: '' }, 'name is empty.'],
    ['short text', z.object({ name: z.string().min(2) }), { name: 'a' }, 'name must have at least 2 characters.'],
    ['long text', z.object({ name: z.string().max(1) }), { name: 'ab' }, 'name must have at most 1 character.'],
    ['a long list', z.object({ ids: z.array(z.int()).max(2) }), { ids: [1, 2, 3] }, 'ids must have at most 2 items.'],
    ['an id', z.object({ id: z.uuid() }), { id: 'x' }, 'id must be a UUID.'],
    [
      'an instant',
      z.object({ at: z.iso.datetime({ offset: true }) }),
      { at: 'today' },
      'at must be an instant with a time zone, such as 2026-11-22T09:00:00Z.',
    ],
    ['a pattern', z.object({ code: z.string().regex(/^a/) }), { code: 'b' }, 'code does not have the right format.'],
    ['alternatives', z.object({ at: z.union([z.string(), z.number()]) }), { at: true }, 'at must be text or a number.'],
    [
      'alternatives by a name',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      { kind: 'c' },
      'kind must be “a” or “b”.',
    ],
    ['an unknown name', z.strictObject({}), { a: 1 }, '“a” is not known here. Leave it out or check its spelling.'],
    [
      'many unknown names',
      z.strictObject({}),
      Object.fromEntries(Array.from({ length: 19_000 }, (_, at) => [`k${at}`, at])),
      '“k0”, “k1”, “k2”, “k3”, “k4” and 18995 more are not known here. Leave them out or check their spelling.',
    ],
    [
      'a very long one',
      z.strictObject({}),
      { ['x'.repeat(1_000_000)]: 1 },
      `“${'x'.repeat(100)}…” is not known here. Leave it out or check its spelling.`,
    ],
    ['the whole', z.object({}), 'x', 'The value must be an object.'],
    ['a schema with words of its own', z.object({ n: z.int('Whole hours only.') }), { n: 'x' }, 'Whole hours only.'],
  ])('%s', (_what, schema, value, message) => {
    expect(said(schema, value)).toEqual([message]);
  });
});
