import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { toFunctionSql } from './to-function-sql.js';

it('is what migrations/repeatable/20_resolve_smart_list.sql holds (else run npm run gen)', async () => {
  const file = join(import.meta.dirname, '../../../migrations/repeatable/20_resolve_smart_list.sql');
  expect(await readFile(file, 'utf8')).toBe(toFunctionSql());
});
