import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { namedPaths, resolves } from './pages.js';

const ROOT = join(import.meta.dirname, '../../..');

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['apps', 'libs', 'migrations'].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .map((name) => `${top}/${name.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.md') && !path.includes('/dist/')),
  ),
];
const texts = new Map(pages.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));

describe('the pages for readers', () => {
  it('are all there: one for each lib and app', () => {
    const parts = ['apps', 'libs'].flatMap((top) =>
      readdirSync(join(ROOT, top), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${top}/${name}/README.md`),
    );
    const wanted = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'libs/README.md', 'migrations/README.md', ...parts];
    expect(wanted.filter((path) => !texts.has(path))).toEqual([]);
  });

  it.each(pages)('%s names only files that exist', (page) => {
    expect(namedPaths(texts.get(page)!).filter((path) => !resolves(ROOT, dirname(page), path))).toEqual([]);
  });

  it.each(pages)('%s names only commands that exist', (page) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...texts.get(page)!.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => name!);
    // `npm run bench:…` means all of them.
    const missing = named.filter((name) =>
      name.endsWith(':')
        ? !Object.keys(scripts).some((script) => script.startsWith(name))
        : !Object.hasOwn(scripts, name),
    );
    expect(missing).toEqual([]);
  });
});

describe('the reader of pages', () => {
  it('finds links, paths in code and paths in commands', () => {
    const text = [
      'See [the map](libs/README.md#words) and [elsewhere](https://example.com/a.ts).',
      'Add `libs/x/src/<name>.operator.ts`, a line in `index.ts`, and look at `public.people`, `/docs` and `shell/`.',
      '',
      '    npm test -- libs/rules/src/text/fold.db.spec.ts -t keys',
    ].join('\n');
    expect(namedPaths(text)).toEqual([
      'libs/README.md',
      'libs/x/src/<name>.operator.ts',
      'index.ts',
      'shell/',
      'libs/rules/src/text/fold.db.spec.ts',
    ]);
  });

  it('looks beside the page, in its sources and from the root, and asks of a placeholder only its folder', () => {
    const found = (path: string) => resolves(ROOT, 'libs/rules', path);
    expect(found('operators/<name>.operator.ts')).toBe(true);
    expect(found('eq.operator.ts')).toBe(true);
    expect(found('libs/graph/src/nodes/wait.node.ts')).toBe(true);
    expect(found('libs/graph/src/no-such-room/<type>.node.ts')).toBe(false);
    expect(found('wait.node.ts')).toBe(false);
    expect(existsSync(join(ROOT, 'libs/rules/src/gone.ts')) || found('gone.ts')).toBe(false);
  });
});
