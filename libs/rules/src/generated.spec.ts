import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compiledSamples } from './sql-samples.js';
import { toFunctionSql } from './to-function-sql.js';

const read = (...path: string[]) => readFile(join(import.meta.dirname, ...path), 'utf8');

describe('generated files are fresh (else npm run gen)', () => {
  it('migrations/repeatable/20_resolve_smart_list.sql', async () => {
    expect(await read('../../../migrations/repeatable/20_resolve_smart_list.sql')).toBe(toFunctionSql());
  });

  it('__sql__/compiled.sql', async () => {
    expect(await read('__sql__/compiled.sql')).toBe(compiledSamples());
  });
});
