import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  findCycle,
  freeRooms,
  importsOf,
  permits,
  type Permission,
  readSources,
  rings,
  roomOf,
  rooms,
  serverPackages,
  type Source,
  specOf,
} from './architecture.js';

const manifest = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
const { imports } = JSON.parse(manifest) as { imports: Record<string, unknown> };
const sources = readSources();
const code = sources.filter((source) => !source.isSpec);
const at = (source: Source, what: string) => `${source.path}: ${what}`;

const packagesOf = (source: Source) =>
  source.imports.filter(({ from }) => !from.startsWith('#') && !from.startsWith('.')).map(({ from }) => specOf(from));

/** All that a part may import; a tool may import anything. */
function allowed(part: string): Permission[] {
  const { packages, server } = rings[part]!;
  if (packages === 'any') return [/./];
  return server ? [...serverPackages, ...packages] : packages;
}

/** Everything that a test kit, a spec and a tool's own configuration may do and code may not. */
const mayReadEnvironment = (source: Source) =>
  source.isSpec ||
  /^libs\/platform\/src\/config\/(config|environment)\.ts$/.test(source.path) ||
  source.path.startsWith('libs/testing/') ||
  source.path.startsWith('apps/bench/') ||
  source.path === 'apps/web/vite.config.ts';

describe('the architecture', () => {
  it('is looked at as a whole', () => {
    expect(code.length).toBeGreaterThan(20);
    // Every part has a ring, and no ring or permission is for a part that is not there.
    const parts = [...new Set(code.map((source) => source.part))].sort();
    expect(Object.keys(rings).sort()).toEqual(parts);
    expect(Object.values(rings).flatMap((ring) => ring.parts.filter((part) => !parts.includes(part)))).toEqual([]);
    const named = Object.keys(imports).filter((name) => name.startsWith('#'));
    expect(named.filter((name) => !parts.includes(name.slice(1).split('/')[0]!))).toEqual([]);
  });

  it('keeps to the rings', () => {
    const wrong = code.flatMap((source) =>
      source.imports
        .filter(({ from }) => from.startsWith('#'))
        .map(({ from }) => from.slice(1).split('/')[0]!)
        .filter((part) => part !== source.part && !rings[source.part]!.parts.includes(part))
        .map((part) => at(source, `may not import #${part}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('uses packages only where they belong', () => {
    const wrong = code.flatMap((source) =>
      packagesOf(source)
        .filter((name) => !allowed(source.part).some((permission) => permits(permission, name, source.path)))
        .map((name) => at(source, `may not import ${name}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('permits no package that nobody uses', () => {
    const isUsed = (permission: Permission, among: Source[]) =>
      among.some((source) => packagesOf(source).some((name) => permits(permission, name, source.path)));
    const unused = Object.entries(rings).flatMap(([part, { packages }]) =>
      (packages === 'any' ? [] : packages)
        .filter(
          (permission) =>
            !isUsed(
              permission,
              code.filter((source) => source.part === part),
            ),
        )
        .map((permission) => ({ part, permission })),
    );
    expect(unused).toEqual([]);
    const servers = code.filter((source) => rings[source.part]!.server);
    expect(serverPackages.filter((permission) => !isUsed(permission, servers))).toEqual([]);
  });

  it('goes into another part only through its index', () => {
    const known = new Set([
      '#rules/engine',
      '#designs/server',
      '#platform/csv',
      '#platform/environment',
      '#platform/postgres',
      '#worker/flags',
    ]);
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(({ from, target }) =>
          from.startsWith('#')
            ? from.includes('/') && !known.has(from)
            : target !== undefined && target !== source.part,
        )
        .map(({ from }) => at(source, `reaches into ${from}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('loads what renders mail only where somebody designs', () => {
    const renders = code.filter((source) => source.text.includes("'#designs/server'"));
    expect(renders.filter(({ part }) => part === 'web' || part === 'worker')).toEqual([]);
    // The worker has the same library of mail, so it is loaded when the first design comes.
    const early = renders.filter(({ text }) => /from '#designs\/server'/.test(text.replace(/import type[^;]*;/g, '')));
    expect(early.map(({ path }) => path)).toEqual([]);
  });

  it('has no circle between parts', () => {
    const edges = new Map<string, string[]>();
    for (const source of code) {
      const to = source.imports
        .filter(({ from }) => from.startsWith('#'))
        .map(({ from }) => from.slice(1).split('/')[0]!);
      edges.set(source.part, [...(edges.get(source.part) ?? []), ...to.filter((part) => part !== source.part)]);
    }
    expect(findCycle(edges)).toEqual([]);
  });

  it('has no circle between files, types included', () => {
    const edges = new Map(
      code.map((source) => [source.path, source.imports.flatMap(({ file }) => (file ? [file] : []))]),
    );
    expect(findCycle(edges)).toEqual([]);
  });

  it.each(Object.entries(rooms))('goes through the rooms of %s in one direction', (part, order) => {
    const own = code.filter((source) => source.part === part);
    const found = new Set(own.flatMap(({ path }) => roomOf(path) ?? []));
    expect([...found].sort()).toEqual([...order].sort());
    const wrong = own.flatMap((source) => {
      const from = roomOf(source.path);
      if (from === undefined) return [];
      return source.imports
        .flatMap(({ file }) => (file?.startsWith(`libs/${part}/`) ? [file] : []))
        .filter((file) => {
          const to = roomOf(file);
          return to === undefined || order.indexOf(to) > order.indexOf(from);
        })
        .map((file) => at(source, `may not import ${file}`));
    });
    expect(wrong).toEqual([]);
  });

  it.each(freeRooms)('has no circle between the rooms of %s, types included', (folder) => {
    const roomIn = (path: string) =>
      path.startsWith(`${folder}/`) ? /^([^/]+)\//.exec(path.slice(folder.length + 1))?.[1] : undefined;
    const edges = new Map<string, string[]>();
    for (const source of code) {
      const from = roomIn(source.path);
      if (from === undefined) continue;
      const to = source.imports.flatMap(({ file }) => (file && roomIn(file)) ?? []);
      edges.set(from, [...(edges.get(from) ?? []), ...to.filter((room) => room !== from)]);
    }
    expect(edges.size).toBeGreaterThan(1);
    expect(findCycle(edges)).toEqual([]);
  });

  it('has no forwardRef and no environment outside the configuration', () => {
    const wrong = sources.flatMap((source) => [
      ...(/import\s*\{[^}]*\bforwardRef\b[^}]*\}\s*from\s*'@nestjs\/common'/.test(source.text)
        ? [at(source, 'uses forwardRef')]
        : []),
      ...(source.text.includes(`process.${'env'}`) && !mayReadEnvironment(source)
        ? [at(source, 'reads the environment')]
        : []),
    ]);
    expect(wrong).toEqual([]);
  });

  it('keeps files short', () => {
    const wrong = sources
      .map((source) => ({
        source,
        lines: source.text.split('\n').length - 1,
        limit: source.path.endsWith('.tsx') ? 250 : 400,
      }))
      .filter(({ lines, limit }) => lines > limit)
      .map(({ source, lines, limit }) => at(source, `${lines} lines, at most ${limit}`));
    expect(wrong).toEqual([]);
  });

  it('gives every file a name that says something', () => {
    const empty = /^(utils?|commons?|helpers?|types?|shared|misc)$/;
    const wrong = sources.filter((source) =>
      source.path.split('/').some((name) => empty.test(name.replace(/\.tsx?$/, ''))),
    );
    expect(wrong.map((source) => source.path)).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it('sees every form of import', () => {
    const text = [
      "import 'reflect-metadata';",
      "import type { A } from '#platform';",
      "import {\n  b,\n  type C,\n} from './database/clock.js';",
      "export * from '@nestjs/common';",
      "const d = await import('pg-boss');",
    ].join('\n');
    expect(importsOf('libs/testing/src/index.ts', text)).toEqual([
      { from: 'reflect-metadata', typeOnly: false },
      { from: '#platform', typeOnly: true },
      { from: './database/clock.js', typeOnly: false, file: 'libs/testing/src/database/clock.ts', target: 'testing' },
      { from: '@nestjs/common', typeOnly: false },
      { from: 'pg-boss', typeOnly: false },
    ]);
    expect(specOf('better-auth/node')).toBe('better-auth');
    expect(specOf('@nestjs/common/x')).toBe('@nestjs/common');
  });

  it('finds a circle and names it', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(findCycle(edges)).toEqual(['b', 'c', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', []],
        ]),
      ),
    ).toEqual([]);
  });
});
