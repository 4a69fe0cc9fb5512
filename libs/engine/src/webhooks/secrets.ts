import { randomBytes } from 'node:crypto';
import { recordAudit, type Actor, type Database } from '#platform';
import { Webhook } from 'standardwebhooks';

/** Hours that a replaced secret still signs along. */
const OVERLAP = 24;

export interface SecretView {
  secret: string;
  created_at: Date;
  /** Until when the one before signs along. */
  previous_until: Date | null;
}

const fresh = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** What calls are signed with now; made when it is first asked for. */
export async function webhookSecret(database: Database): Promise<SecretView> {
  await database.run(
    `insert into cortex.webhook_secrets (value) select $1
     where not exists (select from cortex.webhook_secrets where ends_at is null) on conflict do nothing`,
    [fresh()],
  );
  return (await database.row<SecretView>(
    `select value as secret, created_at,
       (select max(ends_at) from cortex.webhook_secrets where ends_at > cortex.now()) as previous_until
     from cortex.webhook_secrets where ends_at is null`,
  ))!;
}

/** Replaces the secret; the one before signs along for a day, so that receivers can change without losing a call. */
export async function rotateWebhookSecret(database: Database, actor: Actor): Promise<SecretView> {
  await database.tx(async (tx) => {
    await tx.run(
      `update cortex.webhook_secrets set ends_at = cortex.now() + make_interval(hours => $1) where ends_at is null`,
      [OVERLAP],
    );
    await tx.run('delete from cortex.webhook_secrets where ends_at <= cortex.now()');
    await tx.run('insert into cortex.webhook_secrets (value) values ($1)', [fresh()]);
    await recordAudit(tx, actor, { action: 'webhook_secret.rotated', targetKind: 'settings' });
  });
  return webhookSecret(database);
}

/** The headers of Standard Webhooks for a call, signed with every secret that counts. */
export async function signature(database: Database, id: string, body: string): Promise<Record<string, string>> {
  await webhookSecret(database);
  const rows = await database.rows<{ value: string }>(
    'select value from cortex.webhook_secrets where ends_at is null or ends_at > cortex.now() order by ends_at nulls first, id desc limit 5',
  );
  // The receiver compares with its own clock, so this is the real time, whatever a test has made of ours.
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': rows.map(({ value }) => new Webhook(value).sign(id, now, body)).join(' '),
  };
}
