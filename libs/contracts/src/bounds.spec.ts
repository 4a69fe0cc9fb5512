import { describe, expect, it } from '@jest/globals';
import * as contracts from './index.js';

const routes = contracts.routesOf(contracts as unknown as Record<string, unknown>);

/** Forms of text whose own pattern has an end. */
const short = new Set(['uuid', 'guid', 'date', 'time', 'ipv4', 'ipv6']);

/** Whether a pattern may match texts of any length. */
function isEndless(pattern: RegExp): boolean {
  const outside = pattern.source.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  return /[+*]|\{\d+,\}/.test(outside) || !outside.startsWith('^') || !outside.endsWith('$');
}

interface Def {
  type: string;
  format?: string;
  checks?: { _zod: { def: { check: string; format?: string; pattern?: RegExp } } }[];
  pattern?: RegExp;
  [part: string]: unknown;
}
interface Schema {
  _zod: { def: Def };
  maxLength?: number | null;
}

/** The texts of a schema, with their place, that may be as long as one likes. What a text is turned into does not count. */
function endless(schema: Schema, place: string, seen = new Set<unknown>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { def } = schema._zod;
  const inside = (part: unknown, at = place) => endless(part as Schema, at, seen);
  switch (def.type) {
    case 'string': {
      const patterns = [def.pattern, ...(def.checks ?? []).map((check) => check._zod.def.pattern)].filter(Boolean);
      const bounded =
        typeof schema.maxLength === 'number' ||
        short.has(def.format ?? '') ||
        patterns.some((pattern) => !isEndless(pattern!));
      return bounded ? [] : [place];
    }
    case 'object': {
      const own = Object.entries(def.shape as Record<string, unknown>).flatMap(([key, part]) =>
        inside(part, `${place}/${key}`),
      );
      return def.catchall ? [...own, ...inside(def.catchall, `${place}/*`)] : own;
    }
    case 'record':
      // Its names are held by a check of its own: a name that is wrong has to be said in a sentence.
      return inside(def.valueType, `${place}/*`);
    case 'array':
      return inside(def.element, `${place}/-`);
    case 'tuple':
      return (def.items as unknown[]).flatMap((item, at) => inside(item, `${place}/${at}`));
    case 'union':
      return (def.options as unknown[]).flatMap((option) => inside(option));
    case 'intersection':
      return [...inside(def.left), ...inside(def.right)];
    case 'pipe':
      return inside(def.in);
    case 'lazy':
      return inside((def.getter as () => unknown)());
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
    case 'nonoptional':
      return inside(def.innerType);
    default:
      return [];
  }
}

/**
 * Free data have no texts of their own here: they are bounded as a whole (`attributes`, `metadata`, a step's config), and
 * rules by their own reader, see `limits` of #rules.
 */
describe('every text that a request may hold', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: has a bound',
    (_name, route) => {
      const found = Object.entries({
        params: route.params,
        query: route.query,
        body: route.body,
        ...route.forms,
      }).flatMap(([name, schema]) => (schema ? endless(schema as unknown as Schema, name) : []));
      expect([...new Set(found)]).toEqual([]);
    },
  );

  it('is walked: a text without one is found, wherever it stands', async () => {
    const { z } = await import('zod');
    const text = z.string();
    const schemas = [
      text,
      z.array(text),
      z.object({ a: text.optional() }),
      z.record(z.string(), text),
      z.union([z.number(), text]),
    ];
    for (const schema of [...schemas, text.regex(/^a+$/), text.trim().transform(Number)])
      expect(endless(schema as unknown as Schema, 'body')).toHaveLength(1);
    for (const schema of [text.max(9), z.uuid(), text.regex(/^[ab+]{1,40}$/), text.trim().max(254).pipe(z.email())])
      expect(endless(schema as unknown as Schema, 'body')).toEqual([]);
  });
});
