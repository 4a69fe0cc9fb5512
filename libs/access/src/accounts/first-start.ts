import { randomBytes } from 'node:crypto';
import { lockKey, readSecret, type Config, type Database } from '#platform';
import { apiKeyExists, insertApiKey, type NewApiKey } from './api-keys.js';
import { hashPassword } from '../passwords/passwords.js';
import { weaknessOf } from '../passwords/password-rules.js';
import { insertStaff } from './staff.js';

/** What is to be shown once, on the terminal and never through the log. */
export interface FirstStart {
  adminEmail?: string;
  /** Absent when it was given by CORTEX_ADMIN_PASSWORD. */
  adminPassword?: string;
  apiKey?: string;
}

const DEFAULT_ADMIN = 'admin@cortex.local';

/**
 * Makes the first administrator, a server key and the secret where they are missing. Of several processes that
 * start at once one makes them.
 * @param show is given what nobody can read again, before it is stored: a process that is killed in between has shown
 *   a password that does not hold, and the next start makes another
 * @throws Error with one sentence when CORTEX_ADMIN_PASSWORD is easily guessed
 */
export async function ensureFirstStart(
  database: Database,
  config: Config,
  show: (made: FirstStart) => void = () => undefined,
): Promise<void> {
  await readSecret(database, config);
  const {
    CORTEX_ADMIN_EMAIL,
    CORTEX_ADMIN_PASSWORD,
    CORTEX_API_KEY,
    CORTEX_TIMEZONE,
    CORTEX_SENDER,
    CORTEX_POSTAL_ADDRESS,
  } = config.env;
  await database.tx(async (tx) => {
    await tx.rows(`select pg_advisory_xact_lock(${lockKey.named("'cortex.first_start'")})`);
    const made: FirstStart = {};
    if (!(await tx.row('select from cortex_staff."user" limit 1'))) {
      const email = (CORTEX_ADMIN_EMAIL ?? DEFAULT_ADMIN).toLowerCase();
      const password = CORTEX_ADMIN_PASSWORD ?? randomBytes(16).toString('base64url');
      const weakness = CORTEX_ADMIN_PASSWORD && weaknessOf(CORTEX_ADMIN_PASSWORD, { email });
      if (weakness) throw new Error(`CORTEX_ADMIN_PASSWORD: ${weakness}`);
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
    if (Object.keys(made).length > 0) show(made);
  });
}

/** What the terminal says at the first start. */
export function firstStartText({ adminEmail, adminPassword, apiKey }: FirstStart): string {
  const lines: string[] = [];
  if (adminEmail) lines.push(`  Administrator: ${adminEmail}`);
  if (adminPassword) lines.push(`  Initial password: ${adminPassword}   (shown this once)`);
  if (apiKey) lines.push(`  Server API key: ${apiKey}   (shown this once)`);
  return `\n${lines.join('\n')}\n`;
}
