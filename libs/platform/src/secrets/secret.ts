import { randomBytes } from 'node:crypto';
import type { Config } from '../config/config.js';
import type { Database } from '../db/tx.js';

/**
 * The secret that signs sessions and from which the keys of the vault are made: `CORTEX_SECRET`, else one made once and
 * kept in the database, so that all processes of an installation agree.
 */
export async function readSecret(database: Database, config: Config): Promise<string> {
  if (config.env.CORTEX_SECRET) return config.env.CORTEX_SECRET;
  await database.run("insert into cortex.secrets (name, value) values ('secret', $1) on conflict do nothing", [
    randomBytes(32).toString('base64url'),
  ]);
  return (await keptSecret(database))!;
}

/**
 * Secrets that counted before: those of `CORTEX_SECRET_PREVIOUS`, and the one in the database of an installation that
 * began without `CORTEX_SECRET`.
 */
export async function earlierSecrets(database: Database, config: Config): Promise<string[]> {
  if (!config.env.CORTEX_SECRET) return previousSecrets(config);
  const kept = await keptSecret(database);
  return [...previousSecrets(config), ...(kept === undefined ? [] : [kept])];
}

/** What `CORTEX_SECRET_PREVIOUS` names, separated by spaces; the whole of it too, since one secret may have spaces. */
export function previousSecrets({ env }: Config): string[] {
  const given = env.CORTEX_SECRET_PREVIOUS;
  return given === undefined ? [] : [...new Set([given, ...given.split(/\s+/)])];
}

const keptSecret = async (database: Database): Promise<string | undefined> =>
  (await database.row<{ value: string }>("select value from cortex.secrets where name = 'secret'"))?.value;
