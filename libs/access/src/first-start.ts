import { randomBytes } from 'node:crypto';
import { lockKey, readSecret, type Config, type Database } from '#platform';
import { apiKeyExists, insertApiKey, type NewApiKey } from './api-keys.js';
import { hashPassword } from './passwords.js';
import { insertStaff } from './staff.js';

/** What is to be shown once, on the terminal and never through the log, by the process that made it. */
export interface FirstStart {
  adminEmail?: string;
  /** Absent when it was given by CORTEX_ADMIN_PASSWORD. */
  adminPassword?: string;
  apiKey?: string;
}

const DEFAULT_ADMIN = 'admin@cortex.local';

/**
 * Makes the first administrator, a server key and the secret where they are missing. Of several processes that
 * start at once one makes them; only that one gets something to show.
 */
export async function ensureFirstStart(database: Database, config: Config): Promise<FirstStart> {
  await readSecret(database, config);
  const {
    CORTEX_ADMIN_EMAIL,
    CORTEX_ADMIN_PASSWORD,
    CORTEX_API_KEY,
    CORTEX_TIMEZONE,
    CORTEX_SENDER,
    CORTEX_POSTAL_ADDRESS,
  } = config.env;
  return database.tx(async (tx) => {
    await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.first_start'")})`);
    const made: FirstStart = {};
    if (!(await tx.row('select from cortex_staff."user" limit 1'))) {
      const email = (CORTEX_ADMIN_EMAIL ?? DEFAULT_ADMIN).toLowerCase();
      const password = CORTEX_ADMIN_PASSWORD ?? randomBytes(12).toString('base64url');
      await insertStaff(tx, { email, name: 'Administrator', role: 'admin' }, await hashPassword(password));
      made.adminEmail = email;
      if (!CORTEX_ADMIN_PASSWORD) made.adminPassword = password;
      await tx.run(
        `update cortex.settings set timezone = $1, sender_broadcast = coalesce(sender_broadcast, $2),
           sender_transactional = coalesce(sender_transactional, $2), postal_address = coalesce(postal_address, $3)`,
        [CORTEX_TIMEZONE, CORTEX_SENDER ?? null, CORTEX_POSTAL_ADDRESS ?? null],
      );
    }
    const everyScope: Pick<NewApiKey, 'kind' | 'scopes'> = {
      kind: 'server',
      scopes: ['ingest', 'read', 'write', 'admin'],
    };
    if (CORTEX_API_KEY) {
      if (!(await apiKeyExists(tx, CORTEX_API_KEY))) {
        await insertApiKey(tx, { ...everyScope, name: 'From CORTEX_API_KEY' }, 'cortex', CORTEX_API_KEY);
      }
    } else if (!(await tx.row('select from cortex.api_keys limit 1'))) {
      const { key } = await insertApiKey(tx, { ...everyScope, name: 'First server key' }, 'cortex');
      made.apiKey = key;
    }
    return made;
  });
}
