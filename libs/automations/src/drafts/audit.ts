import type { AuditAction } from '#contracts';
import { recordAudit, type Actor, type Tx } from '#platform';

/** Notes in the audit who did what to an automation, in the same transaction as the deed. */
export async function audit(
  tx: Tx,
  actor: Actor,
  action: AuditAction,
  automationId: string,
  facts: { before?: unknown; after?: unknown } = {},
): Promise<void> {
  await recordAudit(tx, actor, { action, targetKind: 'automation', targetId: automationId, ...facts });
}
