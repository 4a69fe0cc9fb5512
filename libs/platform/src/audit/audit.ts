import type { AuditAction } from '#contracts';
import type { Actor } from './actor.js';
import type { Tx } from '../db/tx.js';

export interface AuditEntry {
  action: AuditAction;
  targetKind?: string;
  targetId?: string;
  before?: unknown;
  after?: unknown;
}

/** Writes who did what, in the transaction that did it: either both are there or neither. */
export async function recordAudit(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await tx.run(
    `insert into cortex.audit (actor, action, target_kind, target_id, before, after)
     values ($1, $2, $3, $4, $5::jsonb, $6::jsonb)`,
    [
      actor.label,
      entry.action,
      entry.targetKind ?? null,
      entry.targetId ?? null,
      json(entry.before),
      json(entry.after),
    ],
  );
}
