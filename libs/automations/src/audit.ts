import type { Actor, Tx } from '#platform';

/** Notes in the audit who did what to an automation, in the same transaction as the deed. */
export async function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  automationId: string,
  facts: { before?: unknown; after?: unknown } = {},
): Promise<void> {
  await tx.run(
    `insert into cortex.audit (actor, action, target_kind, target_id, before, after)
     values ($1, $2, 'automation', $3, $4::jsonb, $5::jsonb)`,
    [
      actor.label,
      action,
      automationId,
      facts.before === undefined ? null : JSON.stringify(facts.before),
      facts.after === undefined ? null : JSON.stringify(facts.after),
    ],
  );
}
