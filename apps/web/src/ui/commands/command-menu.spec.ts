import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

it('is the only way to a menu, besides the one list of the canvas: no command is missing in the palette', () => {
  const source = join(import.meta.dirname, '../..');
  const drawing = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx') && /<Menu[.>\s]/.test(readFileSync(join(source, file), 'utf8')))
    .sort();
  expect(drawing).toEqual(['canvas/commands/command-menu.tsx', 'ui/commands/command-menu.tsx']);
});
