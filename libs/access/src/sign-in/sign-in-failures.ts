import { adminAddresses } from '#contracts';
import { openAttention, recordAudit, systemActor, type Database } from '#platform';
import type { TryKind } from './sign-in-tries.js';

interface Failure {
  /** Absent when nobody has this address; what was typed is not kept, because it may be a password. */
  account: { id: string; email: string } | undefined;
  ip: string;
  reason: 'password' | 'code' | 'passkey';
  counts: ReadonlyMap<TryKind, number>;
}

/** Failures with addresses that nobody has, in the audit of one hour. */
const strangersAnHour = 20;
/** Failures of one account, or of one device, that a person should know about. */
const many = 10;

/** Who failed to sign in; the password never comes here. Kept by itself: the request ends with a refusal. */
const stranger = systemActor('not signed in');

/**
 * Writes a failed sign-in to the audit. Those of a member are bounded by the limits; those with made-up addresses
 * are kept up to a number each hour. Many of either kind stand under Needs attention.
 */
export async function recordFailedSignIn(database: Database, failure: Failure): Promise<void> {
  const { account, ip, reason, counts } = failure;
  await database.tx(async (tx) => {
    const after = { ip, reason };
    if (account) {
      await recordAudit(tx, stranger, { action: 'sign_in.failed', targetKind: 'staff', targetId: account.id, after });
      const tries = Math.max(...[...counts].map(([kind, n]) => (kind === 'address' ? 0 : n)));
      if (tries < many) return;
      await attention(
        tx,
        `sign_in:${account.id}`,
        `${tries} attempts in a row to sign in as the same member of staff failed.`,
      );
      return;
    }
    const known = await tx.row<{ n: number }>(
      `select count(*)::int as n from cortex.audit
       where action = 'sign_in.failed' and target_id is null and at > cortex.now() - interval '1 hour'`,
    );
    if (known!.n >= strangersAnHour)
      return attention(
        tx,
        'sign_in:strangers',
        `More than ${strangersAnHour} attempts within an hour to sign in with addresses that nobody here has failed.`,
      );
    await recordAudit(tx, stranger, { action: 'sign_in.failed', after });
  });
}

const attention = (on: Parameters<typeof openAttention>[0], key: string, detail: string) =>
  openAttention(on, {
    key,
    kind: 'sign_in_failures',
    title: 'Many failed sign-ins',
    detail: `${detail} Somebody may be guessing passwords. The audit log says from where.`,
    action: { label: 'Open the audit log', href: adminAddresses.audit },
  });
