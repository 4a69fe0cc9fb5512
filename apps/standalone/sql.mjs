// npm run sql -- "select 1": asks the database of an installation that runs, and cannot change it. Without an argument
// the text comes from standard input. The database is that of DATABASE_URL, else the one in CORTEX_DATA_DIR.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { address, reasonOf } from './running-database.mjs';

const text = process.argv.slice(2).join(' ') || readFileSync(0, 'utf8');
let client;
try {
  client = new pg.Client({ connectionString: address(), options: '-c default_transaction_read_only=on' });
  await client.connect();
  for (const { rows } of [await client.query(text)].flat()) console.log(JSON.stringify(rows, null, 2));
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
} finally {
  await client?.end();
}
