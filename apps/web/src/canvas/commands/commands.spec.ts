import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The list itself imports what only a browser has, so it is read as text. */
const canvas = join(import.meta.dirname, '..');
const files = readdirSync(canvas, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?<!\.spec)\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(canvas, file), 'utf8') }));
const lists = files.filter(({ file }) => /^commands\/(edit|navigate|page)\.ts$/.test(file)).map(({ text }) => text);
const all = (like: RegExp) => lists.flatMap((text) => [...text.matchAll(like)].map(([, found]) => found!));

describe('the commands of the canvas', () => {
  it('are the only items of a menu, and the only keys', () => {
    const using = (like: RegExp) => files.filter(({ text }) => like.test(text)).map(({ file }) => file);
    expect(using(/<(Menu\.Item|MenuLine)/)).toEqual(['commands/command-menu.tsx']);
    expect(using(/useHotkeys|addEventListener\('key/)).toEqual(['editor-frame.tsx']);
  });

  it('have an id and keys of their own', () => {
    const ids = all(/^ {4}id: '([\w-]+)',$/gm);
    const keys = all(/keys: \[([^\]]+)\]/g).flatMap((list) => [...list.matchAll(/'([^']+)'/g)].map(([, key]) => key!));
    expect(ids.length).toBeGreaterThan(25);
    expect(ids).toEqual([...new Set(ids)]);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('are what every button names that runs one', () => {
    const known = new Set([...all(/id: [`']([\w-]+)/g)]);
    const named = files.flatMap(({ text }) =>
      [...text.matchAll(/(?:run\(|command: )'([\w-]+)'/g)].map(([, id]) => id!),
    );
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});
