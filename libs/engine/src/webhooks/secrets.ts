import { randomBytes } from 'node:crypto';
import {
  AppError,
  recordAudit,
  UnreadableSecret,
  type Actor,
  type Database,
  type Tx,
  type Vault,
  type VaultKeys,
} from '#platform';
import { Webhook } from 'standardwebhooks';

/** Hours that a replaced secret still signs along. */
const OVERLAP = 24;

export interface SecretView {
  secret: string;
  created_at: Date;
  /** Until when the one before signs along. */
  previous_until: Date | null;
}

/** What binds a sealed secret to this table. */
const SIGNING = 'webhook signing';

/** Undefined when it was encrypted under a secret that is not known here. */
function opened(keys: VaultKeys, sealed: string): string | undefined {
  try {
    return keys.open(sealed, SIGNING);
  } catch (error) {
    if (error instanceof UnreadableSecret) return undefined;
    throw error;
  }
}

const fresh = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * What calls are signed with now; made when it is first asked for.
 * @throws AppError 409 when it cannot be read with the CORTEX_SECRET of this start
 */
export async function webhookSecret(database: Database, vault: Vault): Promise<SecretView> {
  const keys = await vault.keys();
  await database.run(
    `insert into cortex.webhook_secrets (value) select $1
     where not exists (select from cortex.webhook_secrets where ends_at is null) on conflict do nothing`,
    [keys.seal(fresh(), SIGNING)],
  );
  const row = (await database.row<SecretView>(
    `select value as secret, created_at,
       (select max(ends_at) from cortex.webhook_secrets where ends_at > cortex.now()) as previous_until
     from cortex.webhook_secrets where ends_at is null`,
  ))!;
  const secret = opened(keys, row.secret);
  if (secret !== undefined) return { ...row, secret };
  throw new AppError(
    'secret_unreadable',
    'The webhook secret was encrypted under another CORTEX_SECRET. Start with that one in CORTEX_SECRET_PREVIOUS, or replace the webhook secret.',
  );
}

/** Replaces the secret; the one before signs along for a day, so that receivers can change without losing a call. */
export async function rotateWebhookSecret(database: Database, vault: Vault, actor: Actor): Promise<SecretView> {
  const keys = await vault.keys();
  await database.tx(async (tx) => {
    await tx.run(
      `update cortex.webhook_secrets set ends_at = cortex.now() + make_interval(hours => $1) where ends_at is null`,
      [OVERLAP],
    );
    await tx.run('delete from cortex.webhook_secrets where ends_at <= cortex.now()');
    await tx.run('insert into cortex.webhook_secrets (value) values ($1)', [keys.seal(fresh(), SIGNING)]);
    await recordAudit(tx, actor, { action: 'webhook_secret.rotated', targetKind: 'settings' });
  });
  return webhookSecret(database, vault);
}

/**
 * The headers of Standard Webhooks for a call, signed with every secret that counts.
 * @throws AppError 409 as `webhookSecret`
 */
export async function signature(
  database: Database,
  vault: Vault,
  id: string,
  body: string,
): Promise<Record<string, string>> {
  await webhookSecret(database, vault);
  const keys = await vault.keys();
  const rows = await database.rows<{ value: string }>(
    'select value from cortex.webhook_secrets where ends_at is null or ends_at > cortex.now() order by ends_at nulls first, id desc limit 5',
  );
  // The receiver compares with its own clock, so this is the real time, whatever a test has made of ours.
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': rows
      .flatMap(({ value }) => opened(keys, value) ?? [])
      .map((secret) => new Webhook(secret).sign(id, now, body))
      .join(' '),
  };
}

/** Encrypts one secret that was stored in the clear. */
export async function sealSigning(tx: Tx, vault: Vault, id: string): Promise<void> {
  const row = await tx.row<{ value: string }>(
    'select value from cortex.webhook_secrets where id = $1::uuid for update',
    [id],
  );
  if (!row?.value.startsWith('whsec_')) return;
  const keys = await vault.keys();
  await tx.run('update cortex.webhook_secrets set value = $2 where id = $1::uuid', [id, keys.seal(row.value, SIGNING)]);
}

/** Encrypts anew what was encrypted under an earlier CORTEX_SECRET; there are few. @returns how many */
export async function sealSigningAnew(database: Database, vault: Vault): Promise<number> {
  const keys = await vault.keys();
  return database.tx(async (tx) => {
    const rows = await tx.rows<{ id: string; value: string }>(
      `select id, value from cortex.webhook_secrets
       where not starts_with(value, $1) and exists (select from unnest($2::text[]) k where starts_with(value, k)) for update`,
      [keys.current, keys.known],
    );
    for (const { id, value } of rows)
      await tx.run('update cortex.webhook_secrets set value = $2 where id = $1', [
        id,
        keys.seal(keys.open(value, SIGNING), SIGNING),
      ]);
    return rows.length;
  });
}
