// npm run gen: writes the files that are made from code; -- --check only says which are stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const sources = [
  'platform/src/config/generated-files.js',
  'rules/src/sql/generated-files.js',
  'directory/src/sql/generated-files.js',
  'engine/src/reports/generated-files.js',
];

const textOf = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

for (const source of sources) {
  const { generatedFiles } = await import(`../../dist/libs/${source}`);
  for (const [path, wanted] of Object.entries(generatedFiles((path) => textOf(join(root, path)) ?? ''))) {
    const file = join(root, path);
    if (textOf(file) === wanted) console.log(`${path} is up to date.`);
    else if (process.argv.includes('--check')) {
      console.error(`${path} is stale. Run npm run gen and commit it.`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, wanted);
      console.log(`${path} was written.`);
    }
  }
}
