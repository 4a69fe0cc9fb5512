import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFunctionSql } from './to-function-sql.js';

/** What `npm run gen` writes, from the root of the project; `-- --check` only says whether it is stale. */
const target = join('migrations', 'repeatable', '20_resolve_smart_list.sql');
const wanted = toFunctionSql();
const present = await readFile(target, 'utf8').catch(() => '');
if (present === wanted) console.log(`${target} is up to date.`);
else if (process.argv.includes('--check')) {
  console.error(`${target} is stale. Run npm run gen and commit it.`);
  process.exitCode = 1;
} else {
  await writeFile(target, wanted);
  console.log(`${target} was written.`);
}
