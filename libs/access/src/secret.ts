import { randomBytes } from 'node:crypto';
import type { Config, Database } from '#platform';

/**
 * The secret that signs sessions and links: `CORTEX_SECRET`, else one made once and kept in the database,
 * so that all processes of an installation agree.
 */
export async function readSecret(database: Database, config: Config): Promise<string> {
  if (config.env.CORTEX_SECRET) return config.env.CORTEX_SECRET;
  await database.run("insert into cortex.secrets (name, value) values ('secret', $1) on conflict do nothing", [
    randomBytes(32).toString('base64url'),
  ]);
  const row = await database.row<{ value: string }>("select value from cortex.secrets where name = 'secret'");
  return row!.value;
}
