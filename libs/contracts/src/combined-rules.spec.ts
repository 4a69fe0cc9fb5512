import { describe, expect, it } from '@jest/globals';
import { nodes, nodeTypes } from '#graph';
import { z } from 'zod';
import * as contracts from './index.js';

interface Schema {
  _zod: { def: { type: string; checks?: unknown[]; [part: string]: unknown } };
}

/** The objects inside a schema that hold several of their fields to a rule, with their places. */
function combining(schema: Schema, place: string, seen = new Set<unknown>()): [string, z.ZodType][] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { def } = schema._zod;
  const parts = [
    ...Object.entries((def.type === 'object' ? def.shape : {}) as Record<string, Schema>),
    ...['innerType', 'in', 'element', 'valueType', 'left', 'right'].map((name) => [name, def[name]] as const),
    ...((def.options ?? []) as Schema[]).map((option, at) => [String(at), option] as const),
  ].filter((part): part is [string, Schema] => typeof part[1] === 'object' && part[1] !== null && '_zod' in part[1]);
  const own = def.type === 'object' && (def.checks?.length ?? 0) > 0 ? [schema as unknown as z.ZodType] : [];
  return [
    ...own.map((each): [string, z.ZodType] => [place, each]),
    ...parts.flatMap(([name, part]) => combining(part, `${place}/${name}`, seen)),
  ];
}

const routes = contracts.routesOf(contracts as unknown as Record<string, unknown>);
const found = [
  ...routes.flatMap(({ method, path, body }) =>
    body ? combining(body as unknown as Schema, `${method} ${path}`) : [],
  ),
  ...nodeTypes.flatMap((type) => combining(nodes[type].config as unknown as Schema, type)),
];

describe('rules for several fields of an object', () => {
  it('are documented, in OpenAPI and with each step type', () => {
    expect(found.length).toBeGreaterThan(12);
    expect(found.filter(([, schema]) => !schema.description).map(([place]) => place)).toEqual([]);
    const bulk = z.toJSONSchema(contracts.bulkContacts.body, { io: 'input', unrepresentable: 'any' });
    expect(bulk.description).toBe('It has either ids or rules.');
  });
});
