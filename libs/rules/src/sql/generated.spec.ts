import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from './generated-files.js';

describe('generated files are fresh (else npm run gen)', () => {
  it.each(Object.entries(generatedFiles()))('%s', async (path, wanted) => {
    expect(await readFile(join(import.meta.dirname, '../../../..', path), 'utf8')).toBe(wanted);
  });
});
