// npm run sql -- "select 1": asks the database of an installation that runs, and cannot change it. Without an argument
// the text comes from standard input. The database is that of DATABASE_URL, else the one in CORTEX_DATA_DIR.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { readConfig } from '#platform';

let dataDir;

function address() {
  const { DATABASE_URL, CORTEX_DATA_DIR } = readConfig().env;
  if (DATABASE_URL) return DATABASE_URL;
  dataDir = resolve(import.meta.dirname, '../..', CORTEX_DATA_DIR);
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/cortex`;
}

const text = process.argv.slice(2).join(' ') || readFileSync(0, 'utf8');
let client;
try {
  client = new pg.Client({ connectionString: address(), options: '-c default_transaction_read_only=on' });
  await client.connect();
  for (const { rows } of [await client.query(text)].flat()) console.log(JSON.stringify(rows, null, 2));
} catch (error) {
  console.error(error.code === 'ENOENT' ? `No PostgreSQL runs in ${dataDir}. Start Cortex first.` : error.message);
  process.exitCode = 1;
} finally {
  await client?.end();
}
