import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '#platform';

let dataDir;

/** The database of an installation that runs: that of DATABASE_URL, else the one in CORTEX_DATA_DIR. */
export function address() {
  const { DATABASE_URL, CORTEX_DATA_DIR } = readConfig().env;
  if (DATABASE_URL) return DATABASE_URL;
  dataDir = resolve(import.meta.dirname, '../..', CORTEX_DATA_DIR);
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/cortex`;
}

/** Why it was not reached, in words. */
export const reasonOf = (error) =>
  error.code === 'ENOENT' ? `No PostgreSQL runs in ${dataDir}. Start Cortex first.` : error.message;
