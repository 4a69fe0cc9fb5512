import * as contracts from '#contracts';
import type { RouteDefinition } from '#contracts';
import type { Existing, WorstBody } from './worst-bodies.js';

const MIB = 1024 * 1024;
/** Of a stranger's body, as apps/api has it. */
const OPEN_LIMIT = 64 * 1024;
const callers = ['nobody', 'ingest', 'read', 'write', 'admin', 'staff'] as const;

type Schema = { _zod: { def: Record<string, unknown> & { type: string } } };

/** The names that a body may have at its first level, of all its alternatives. */
function namesOf(schema: unknown): string[] {
  const { def } = (schema as Schema)._zod;
  if (def.type === 'object') return Object.keys(def.shape as object);
  const parts = [def.innerType, def.in, def.element, def.left, def.right, ...((def.options as unknown[]) ?? [])];
  return [...new Set(parts.filter(Boolean).flatMap(namesOf))];
}

/** Whether the permission table lets them in at all. */
function mayCome({ access }: RouteDefinition, as: WorstBody['as']): boolean {
  if (access === 'open') return true;
  const row = contracts.permissionRow(access);
  if (!row || as === 'nobody') return false;
  return as === 'staff' ? row.roles.includes('admin') : row.scopes.includes(as);
}

/** Fills a body up to its limit: with names that nobody knows, with long texts, with long lists. */
function bodiesOf(route: RouteDefinition, limit: number): { name: string; body: Buffer }[] {
  const names = route.body ? namesOf(route.body) : [];
  const unknown = Object.fromEntries(
    Array.from({ length: Math.min(19_000, Math.floor(limit / 60)) }, (_, at) => [`${'k'.repeat(44)}${at}`, at]),
  );
  const full = (piece: (room: number) => unknown) => {
    const room = Math.floor((limit - 100) / Math.max(1, names.length)) - 30;
    return Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, piece(room)]))));
  };
  const all = [{ name: 'unknown names', body: Buffer.from(JSON.stringify(unknown)) }];
  if (names.length === 0) return all;
  return [
    ...all,
    { name: 'long texts', body: full((room) => 'x'.repeat(room)) },
    {
      name: 'long lists',
      body: full((room) => Array.from({ length: Math.min(19_000, Math.floor(room / 12)) }, () => ({ a: 'xxxx' }))),
    },
  ];
}

/** These would end the session that the rest is asked with. */
const endsSessions = new Set(['/auth/staff/sign-out', '/sessions']);

/** Every route that takes a body, by each caller; whoever is not let in sends one of them. */
export function bodiesOfEveryRoute({ list, automation, template }: Existing): WorstBody[] {
  const ids = new Map([
    ['smart-lists', list],
    ['automations', automation],
    ['email', template],
  ]);
  return contracts.routesOf(contracts).flatMap((route) => {
    const { method } = route;
    if (method === 'GET' || endsSessions.has(route.path)) return [];
    const known = method === 'DELETE' ? undefined : ids.get(route.path.split('/')[1]!);
    const id = known ?? '00000000-0000-4000-8000-000000000000';
    const path = route.path.replaceAll(/:\w+/g, id);
    const limit = route.bodyLimit ?? (route.access === 'open' ? OPEN_LIMIT : MIB);
    const bodies = bodiesOf(route, limit);
    return callers.flatMap((as) =>
      (mayCome(route, as) ? bodies : bodies.slice(0, 1)).map((body): WorstBody => ({ ...body, method, path, as })),
    );
  });
}
