import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compiledSamples } from './sql-samples.js';
import { toFunctionSql } from './to-function-sql.js';

/** What `npm run gen` writes, from the root of the project; `-- --check` only says what is stale. */
const targets = {
  [join('migrations', 'repeatable', '20_resolve_smart_list.sql')]: toFunctionSql(),
  [join('libs', 'rules', 'src', '__sql__', 'compiled.sql')]: compiledSamples(),
};

for (const [target, wanted] of Object.entries(targets)) {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present === wanted) console.log(`${target} is up to date.`);
  else if (process.argv.includes('--check')) {
    console.error(`${target} is stale. Run npm run gen and commit it.`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, wanted);
    console.log(`${target} was written.`);
  }
}
